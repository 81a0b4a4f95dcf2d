"""A byte-order mark that hides the frontmatter.

2.1.197 sees no frontmatter behind one: it drops the agent, and loads a skill without its keys.
2.1.260 and 2.1.329 pass over one, and see none behind two, which editors leave that add another.

Bad .claude/agents/api.md:
    ␂␂---
    name: api
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


@rule(Severity.ERROR, needs="loss byte-order-mark")
def check(scene: Scene) -> Hits:
    yield from lost(scene, "byte-order-mark", "save the file as UTF-8 without a byte-order mark")
