"""An agent or a skill that is no regular file.

A pipe or a device is no file that can be read to its end.

Bad .claude/agents/api.md (pipe):

Good .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    ---
    Build endpoints.
"""

from agentpack.lint.rule import Hits, Severity, lost, rule
from agentpack.lint.scene import Scene


@rule(Severity.ERROR, needs="loss not-a-file")
def check(scene: Scene) -> Hits:
    yield from lost(scene, "not-a-file", "put a file in its place")
