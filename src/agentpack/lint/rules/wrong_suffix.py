"""A file among the agents whose name does not end in `.md`.

Claude Code reads only what ends in `.md`, in small letters: `api.markdown`, `api.mdx` and
`api.MD` are no agents to it.

Bad .claude/agents/api.markdown:
    ---
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


@rule(Severity.WARNING, tree=True, needs="loss wrong-suffix")
def check(scene: Scene) -> Hits:
    yield from lost(scene, "wrong-suffix", "let its name end in .md")
