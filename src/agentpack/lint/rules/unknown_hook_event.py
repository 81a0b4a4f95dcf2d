"""Hooks for an event that there is not.

Claude Code 2.1.260 and 2.1.329 pass over them, with a warning in the debug log; 2.1.197 passes
over all hooks of the agent or skill. `preToolUse` is no event: names are case-sensitive.

Bad .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    hooks:
      preToolUse:
        - matcher: Bash
          hooks:
            - type: command
              command: ./check.sh
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

from agentpack.document.versions import parse
from agentpack.lint.rule import Hits, Severity, did_you_mean, rule
from agentpack.lint.scene import Scene
from agentpack.lint.values import with_key
from agentpack.lint.vocabulary import EVENTS, EVENTS_SINCE_260


@rule(Severity.ERROR, needs="key hooks")
def check(scene: Scene) -> Hits:
    old = parse(scene.roster.client) < parse("2.1.260")
    known = EVENTS - EVENTS_SINCE_260 if old else EVENTS
    for entry in with_key(scene, "hooks"):
        hooks = entry.document.fields["hooks"].value
        for event in hooks if isinstance(hooks, dict) else ():
            if event not in known:
                by_letters = {name.lower(): name for name in known}
                right = by_letters.get(str(event).lower().replace("_", "").replace("-", ""))
                tip = f"write {right!r}" if right else did_you_mean(str(event), known)
                yield entry.at("hooks"), f"no event {event!r}: its hooks never run", tip
