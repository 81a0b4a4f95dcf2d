"""A text that sends the model to a skill that does not exist.

The call fails ("Unknown skill") and the model makes do without it. As a text may also mean
a skill of another plugin, only two are judged: a name that differs by little from one that
is here, and, in a project's `.claude`, a name that the text tells to use.

Bad .claude/skills/basket/SKILL.md:
    ---
    description: How baskets are kept. Use when one is changed.
    ---
    Then follow the `unit-tests` skill.
Bad .claude/skills/unit-test/SKILL.md:
    ---
    description: How tests are written. Use when one is.
    ---
    # Tests
Good .claude/skills/basket/SKILL.md:
    ---
    description: How baskets are kept. Use when one is changed.
    ---
    Then follow the `unit-test` skill.
Good .claude/skills/unit-test/SKILL.md:
    ---
    description: How tests are written. Use when one is.
    ---
    # Tests
"""

import re

from agentpack.lint.mentions import placeholder, skills_known
from agentpack.lint.rule import Hits, Severity, did_you_mean, rule
from agentpack.lint.scene import Scene

_MENTION = re.compile(
    r"(?P<told>\b(?:[Uu]se|[Ff]ollow|[Ll]oad|[Aa]pply|[Rr]ead|[Ii]nvoke|[Rr]un)(?: the)? )?"
    r"(?<!`)`(?P<before>[a-z][a-z0-9]*(?:-[a-z0-9]+)+)` skill\b|"
    r"\bskill `(?P<after>[a-z][a-z0-9]*(?:-[a-z0-9]+)+)`(?!`)"
)
_NEAR = 0.85


@rule(Severity.WARNING, tree=True)
def check(scene: Scene) -> Hits:
    if not scene.skills:
        return
    known: frozenset[str] | None = None
    for page in scene.pages:
        body = page.body
        if "` skill" not in body and "skill `" not in body:
            continue
        known = known or skills_known(scene)
        told: set[str] = set()
        for match in _MENTION.finditer(body):
            kind = "before" if match["before"] else "after"
            name = match[kind]
            if name in told or name in known or placeholder(name) or page.in_block(match.start()):
                continue
            told.add(name)
            near = did_you_mean(name, known, _NEAR)
            if near or (match["told"] and page.path.startswith(".claude/")):
                yield page.place(match.start(kind)), f"there is no skill {name!r} here", near
