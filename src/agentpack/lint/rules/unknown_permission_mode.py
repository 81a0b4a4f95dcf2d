"""A `permissionMode` that there is not.

Claude Code ignores it, and the agent runs in the mode of the session. Seen in 2.1.197, 2.1.260
and 2.1.329: only the debug log says so, and `acceptedits` is not `acceptEdits`.

Bad .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    permissionMode: acceptedits
    ---
    Build endpoints.
Good .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    permissionMode: acceptEdits
    ---
    Build endpoints.
"""

from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene
from agentpack.lint.values import outside
from agentpack.lint.vocabulary import PERMISSION_MODES


@rule(Severity.ERROR, needs="key permissionMode")
def check(scene: Scene) -> Hits:
    yield from outside(scene.agents_with("permissionMode"), "permissionMode", PERMISSION_MODES)
