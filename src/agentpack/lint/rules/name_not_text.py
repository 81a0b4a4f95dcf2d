r"""An agent whose name is not text.

Claude Code drops it. To YAML `404`, `true` and `null` are no text unless they are quoted;
`no`, `yes` and dates are.

Bad .claude/agents/api.md:
    ---
    name: 404
    description: Answers what is not found. Use when a page is missing.
    ---
    Build endpoints.
Good .claude/agents/api.md:
    ---
    name: "404"
    description: Answers what is not found. Use when a page is missing.
    ---
    Build endpoints.
"""

from agentpack.lint.rule import Hits, Severity, lost, rule
from agentpack.lint.scene import Scene


@rule(Severity.ERROR, needs="loss name-not-text")
def check(scene: Scene) -> Hits:
    yield from lost(scene, "name-not-text", "put it in quotes")
