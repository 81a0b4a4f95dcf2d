r"""A file that is not UTF-8.

Every byte that is not UTF-8 reaches the model as U+FFFD. A file in UTF-16 has no frontmatter
to Claude Code: the agent is dropped.

Bad .claude/agents/api.md:
    ---
    name: api
    description: Builds caf␦ endpoints. Use when one is to be added.
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


@rule(Severity.ERROR, needs="loss not-utf-8")
def check(scene: Scene) -> Hits:
    yield from lost(scene, "not-utf-8", "save it as UTF-8")
