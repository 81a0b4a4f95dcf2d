r"""A NUL character in the frontmatter.

Claude Code 2.1.260 and 2.1.329 drop the agent, and load a skill without its keys. For 2.1.197
the frontmatter ended there.

Bad .claude/agents/api.md:
    ---
    name: api
    description: Builds␀ endpoints. Use when one is to be added.
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


@rule(Severity.ERROR, client=">=2.1.260", needs="loss nul")
def check(scene: Scene) -> Hits:
    yield from lost(scene, "nul", "delete the character")
