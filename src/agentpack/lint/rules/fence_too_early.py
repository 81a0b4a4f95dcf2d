r"""Keys below the line that ended the frontmatter.

Claude Code ends the frontmatter at the first `---`. Keys between that and a further `---` are
text to it: they do nothing, and the model reads them.

Bad .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    ---
    tools: Read, Edit
    ---
    Build endpoints.
Good .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    tools: Read, Edit
    ---
    Build endpoints.
"""

from agentpack.lint.rule import Hits, Severity, lost, rule
from agentpack.lint.scene import Scene


@rule(Severity.ERROR, needs="loss fence-too-early")
def check(scene: Scene) -> Hits:
    yield from lost(scene, "fence-too-early", "move them up, above the first closing ---")
