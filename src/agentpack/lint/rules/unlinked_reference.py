"""A file of a skill that no page of it names.

The model reads of a skill what SKILL.md leads it to; what is never named is never read.
Off by default: a text may name a whole folder.

Bad .claude/skills/basket/SKILL.md:
    ---
    description: How baskets are kept. Use when one is changed.
    ---
    # Baskets
Bad .claude/skills/basket/references/prices.md:
    # Prices
Good .claude/skills/basket/SKILL.md:
    ---
    description: How baskets are kept. Use when one is changed.
    ---
    # Baskets
    Prices are in [prices](references/prices.md).
Good .claude/skills/basket/references/prices.md:
    # Prices
"""

from collections import defaultdict

from agentpack.finding import Place
from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene
from agentpack.lint.whereabouts import Whereabouts


@rule(Severity.WARNING, default=False, tree=True)
def check(scene: Scene) -> Hits:
    tree = Whereabouts(scene)
    skills = defaultdict(list)
    for page in scene.of("skill", "reference"):
        skills[tree.skill_of(page)].append(page)
    for pages in skills.values():
        for page in pages:
            name = page.path.rpartition("/")[2]
            folder = page.folder.rpartition("/")[2]
            others = (other.body for other in pages if other is not page)
            if page.kind == "reference" and not any(
                name in body or f"{folder}/`" in body or f"({folder}/)" in body for body in others
            ):
                yield Place(page.path), "no page of its skill names it", "link it from SKILL.md"
