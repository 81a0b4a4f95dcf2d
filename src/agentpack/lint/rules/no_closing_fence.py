r"""Frontmatter without a closing `---`.

To Claude Code the whole file is then body: it drops the agent, and loads a skill without its
keys. `...` does not close it.

Bad .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    ...
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


@rule(Severity.ERROR, needs="loss no-closing-fence")
def check(scene: Scene) -> Hits:
    yield from lost(scene, "no-closing-fence", "end it by a line of three dashes")
