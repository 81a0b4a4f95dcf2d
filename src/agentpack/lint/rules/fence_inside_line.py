r"""Frontmatter that ends inside a line, at a `---` meant as text.

Claude Code ends the frontmatter at the first `---` after the opening one, wherever it stands.
The description is cut there, and every key below it is lost: without `tools`, the agent has
all of them.

Bad .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints --- and their tests. Use when one is to be added.
    tools: Read, Edit
    ---
    Build endpoints.
Good .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints, and their tests. Use when one is to be added.
    tools: Read, Edit
    ---
    Build endpoints.
"""

from agentpack.lint.rule import Hits, Severity, lost, rule
from agentpack.lint.scene import Scene


@rule(Severity.ERROR, needs="loss fence-inside-line")
def check(scene: Scene) -> Hits:
    yield from lost(scene, "fence-inside-line", "write a dash of another kind")
