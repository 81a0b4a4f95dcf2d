"""A text that sends the model to a skill that does not exist.

The call fails ("Unknown skill") and the model makes do without it. Skills of other plugins
(`plugin:skill`) cannot be seen from here.

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
    r"(?<!`)`(?P<before>[a-z][a-z0-9]*(?:-[a-z0-9]+)+)` skill\b|"
    r"\bskill `(?P<after>[a-z][a-z0-9]*(?:-[a-z0-9]+)+)`(?!`)"
)


@rule(Severity.WARNING, tree=True)
def check(scene: Scene) -> Hits:
    if not scene.skills:
        return
    known = skills_known(scene)
    for page in scene.pages:
        body = page.body
        if "` skill" not in body and "skill `" not in body:
            continue
        told: set[str] = set()
        for match in _MENTION.finditer(page.prose):
            kind = match.lastgroup or "before"
            name = match[kind]
            if name in told or name in known or placeholder(name):
                continue
            told.add(name)
            message = f"there is no skill {name!r} here"
            yield page.place(match.start(kind)), message, did_you_mean(name, known)
