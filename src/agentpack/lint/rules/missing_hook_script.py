"""A hook whose command names a script that is not there.

Played with 2.1.197, 2.1.260 and 2.1.329: through a shell the hook fails with 127 and the
tool call goes on, so a guard guards nothing; through `python` it fails with 2, which
Claude Code takes for a refusal, so every such call is blocked.

Bad .claude/settings.json:
    {"hooks": {"PreToolUse": [{"matcher": "Bash", "hooks": [
      {"type": "command", "command": "$CLAUDE_PROJECT_DIR/.claude/hooks/guard.sh"}]}]}}
Good .claude/settings.json:
    {"hooks": {"PreToolUse": [{"matcher": "Bash", "hooks": [
      {"type": "command", "command": "$CLAUDE_PROJECT_DIR/.claude/hooks/guard.sh"}]}]}}
Good .claude/hooks/guard.sh (may be run):
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
from agentpack.lint.whereabouts import Whereabouts


@rule(Severity.ERROR, tree=True, needs=hooks.NEEDS)
def check(scene: Scene) -> Hits:
    tree: Whereabouts | None = None
    for command in hooks.commands(scene):
        for script in hooks.scripts(scene, command):
            tree = tree or Whereabouts(scene)
            if tree.at("", script.path) is None:
                yield command.place, f"the hook's {script.path!r} is not there", "mend the path"
