r"""Guarding hooks that are not of the shape the client insists on.

Claude Code 2.1.260 and 2.1.329 drop an agent whose `hooks` are no table of events, or whose
`PreToolUse` or `PermissionRequest` is not right, rather than run it unguarded. 2.1.197 loaded
it without its hooks.

Bad .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    hooks: []
    ---
    Build endpoints.
Good .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    hooks:
      PreToolUse:
        - matcher: Bash
          hooks:
            - type: command
              command: ./check.sh
    ---
    Build endpoints.
"""

from agentpack.lint.rule import Hits, Severity, lost, rule
from agentpack.lint.scene import Scene


@rule(Severity.ERROR, client=">=2.1.260", needs="loss hooks-shape")
def check(scene: Scene) -> Hits:
    yield from lost(
        scene, "hooks-shape", "write EVENT, then a list of matchers, each with its list of hooks"
    )
