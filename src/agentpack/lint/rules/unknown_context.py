"""A `context` of a skill that is not `fork`.

Claude Code runs the skill in the conversation, as if nothing was written. Seen in 2.1.197,
2.1.260 and 2.1.329 for `forked`, `Fork` and `true`.

Bad .claude/skills/endpoints/SKILL.md:
    ---
    description: How endpoints are built
    context: forked
    ---
    # Endpoints
Good .claude/skills/endpoints/SKILL.md:
    ---
    description: How endpoints are built
    context: fork
    ---
    # Endpoints
"""

from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene
from agentpack.lint.values import unfit, with_key


def _fits(value: object) -> bool:
    return value in ("fork", "inline")


@rule(Severity.ERROR, needs="key context")
def check(scene: Scene) -> Hits:
    skills = (entry for entry in with_key(scene, "context") if entry.path.endswith("SKILL.md"))
    yield from unfit(skills, "context", _fits, "write fork, or delete the key")
