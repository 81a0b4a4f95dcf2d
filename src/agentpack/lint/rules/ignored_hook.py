"""A hook that is not of the shape the client takes.

Claude Code 2.1.260 and 2.1.329 pass over it, with a warning in the debug log; 2.1.197 passes
over all hooks of the agent or skill. In a skill, a `PreToolUse` or `PermissionRequest` of a wrong
shape costs it all its hooks, and what `allowed-tools` grants; an agent is dropped for it, which
`hooks-shape` tells.

Bad .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    hooks:
      PostToolUse:
        - matcher: Edit
          command: ./format.sh
    ---
    Build endpoints.
Good .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    hooks:
      PostToolUse:
        - matcher: Edit
          hooks:
            - type: command
              command: ./format.sh
    ---
    Build endpoints.
"""

from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene
from agentpack.lint.values import with_key
from agentpack.lint.vocabulary import EVENTS
from agentpack.roster import hooks


@rule(Severity.ERROR, needs="key hooks")
def check(scene: Scene) -> Hits:
    for entry in with_key(scene, "hooks"):
        found = entry.document.fields["hooks"]
        if found.value is None:
            continue
        if not isinstance(found.value, dict):
            message = "the hooks are no table of events, and none of them runs"
            yield entry.at("hooks"), message, "write EVENT: and a list of matchers"
            continue
        for event, value in found.value.items():
            # The shape that is asked for is the same for all events.
            fault = hooks.fault({hooks.GUARDING[0]: value}) if event in EVENTS else None
            if fault:
                message = f"a hook of {event} never runs: {fault.partition(': ')[2]}"
                tip = "write a list of matchers, each with its list of hooks"
                yield entry.at("hooks"), message, tip
