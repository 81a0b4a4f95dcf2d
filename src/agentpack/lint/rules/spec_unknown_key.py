"""A key that the portable Agent Skills specification does not know.

Claude Code has keys of its own, such as `disable-model-invocation` and `context`; other programs
ignore them or refuse the skill. What is not theirs belongs below `metadata`. Off unless asked
for: part of the separate verdict.

Bad .claude/skills/api/SKILL.md:
    ---
    name: api
    description: Designs and tests endpoints. Use when a route is to be added.
    version: 1.0.0
    ---
    # Endpoints
    Write the test first.
Good .claude/skills/api/SKILL.md:
    ---
    name: api
    description: Designs and tests endpoints. Use when a route is to be added.
    metadata:
      version: "1.0.0"
    ---
    # Endpoints
    Write the test first.
"""

from agentpack.lint.rule import Hits, Severity, did_you_mean, rule
from agentpack.lint.scene import Scene
from agentpack.lint.spec import KEYS


@rule(Severity.WARNING, default=False)
def check(scene: Scene) -> Hits:
    for skill in scene.skills:
        if skill.document.problem:
            continue
        for key in skill.document.fields:
            if key not in KEYS:
                tip = did_you_mean(key, KEYS) or "put it below metadata, or leave it out"
                yield skill.at(key), f"the specification has no key {key!r}", tip
