"""An agent without a description, or such a skill of a plugin.

Claude Code drops a project's agent, and says so only in its debug log. A plugin's agent loads,
were it but a README in the folder `agents`, and the model is told `Agent from NAME plugin`; of
a plugin's skill the model is not told at all. Seen in 2.1.197, 2.1.260 and 2.1.329.

Bad .claude/agents/api.md:
    ---
    name: api
    ---
    Build endpoints.
Good .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    ---
    Build endpoints.
"""

from agentpack.lint.rule import Hits, Severity, lost, rule
from agentpack.lint.scene import Scene


@rule(Severity.ERROR, needs="loss no-description")
def check(scene: Scene) -> Hits:
    yield from lost(scene, "no-description", "say what it does, and when to use it")
