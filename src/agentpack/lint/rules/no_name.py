r"""An agent without a name.

Claude Code drops it, and says so only in its debug log. The file's own name does not count.

Bad .claude/agents/api.md:
    ---
    description: Builds endpoints. Use when one is to be added.
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


@rule(Severity.ERROR, needs="loss no-name")
def check(scene: Scene) -> Hits:
    yield from lost(scene, "no-name", "add name: to its frontmatter")
