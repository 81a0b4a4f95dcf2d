r"""A value that a ` #` cuts short.

To YAML a `#` after a blank begins a comment. `Use for #1 issues` arrives as `Use for`.

Bad .claude/agents/api.md:
    ---
    name: api
    description: Mends bugs. Use for issue #12 and its like.
    ---
    Build endpoints.
Good .claude/agents/api.md:
    ---
    name: api
    description: "Mends bugs. Use for issue #12 and its like."
    ---
    Build endpoints.
"""

from agentpack.lint.rule import Hits, Severity, lost, rule
from agentpack.lint.scene import Scene


@rule(Severity.ERROR, needs="loss comment-in-value")
def check(scene: Scene) -> Hits:
    yield from lost(scene, "comment-in-value", "put the value in quotes")
