"""A hook that is a script without its run bit.

The hook fails with 126 ("Permission denied") and the tool call goes on, so a guard guards
nothing. Played with 2.1.197, 2.1.260 and 2.1.329.

Bad .claude/settings.json:
    {"hooks": {"PreToolUse": [{"matcher": "Bash", "hooks": [
      {"type": "command", "command": "$CLAUDE_PROJECT_DIR/.claude/hooks/guard.sh"}]}]}}
Bad .claude/hooks/guard.sh:
    #!/bin/sh
    exit 0
Bad .claude/skills/basket/SKILL.md:
    ---
    description: How baskets are kept. Use when one is changed.
    ---
    # Baskets
Good .claude/settings.json:
    {"hooks": {"PreToolUse": [{"matcher": "Bash", "hooks": [
      {"type": "command", "command": "sh $CLAUDE_PROJECT_DIR/.claude/hooks/guard.sh"}]}]}}
Good .claude/hooks/guard.sh:
    #!/bin/sh
    exit 0
Good .claude/skills/basket/SKILL.md:
    ---
    description: How baskets are kept. Use when one is changed.
    ---
    # Baskets
"""

from agentpack.lint import hooks
from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene


@rule(Severity.ERROR, tree=True, needs=hooks.NEEDS)
def check(scene: Scene) -> Hits:
    for command in hooks.commands(scene):
        for script in hooks.scripts(scene, command):
            if script.direct and scene.files.get(script.path) is False:
                message = f"the hook's {script.path!r} may not be run"
                yield command.place, message, f"chmod +x {script.path}, or run it by name: sh …"
