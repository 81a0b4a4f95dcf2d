r"""Frontmatter indented by a tab.

YAML forbids it: Claude Code drops the agent, and loads a skill without its keys.

Bad .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    hooks:
      Stop:
      ␉- hooks: []
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


@rule(Severity.ERROR, needs="loss tab-indent")
def check(scene: Scene) -> Hits:
    yield from lost(scene, "tab-indent", "indent by spaces")
