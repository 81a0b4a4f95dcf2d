r"""A plugin's hook that names its script by a relative path.

Hooks run in the user's project, not in the plugin's folder: the script is not found, the
hook fails with 127 and the tool call goes on. Played with 2.1.197, 2.1.260 and 2.1.329.

Bad .claude-plugin/plugin.json:
    {"name": "shop"}
Bad hooks/hooks.json:
    {"hooks": {"PreToolUse": [{"matcher": "Bash", "hooks": [
      {"type": "command", "command": "bash scripts/guard.sh"}]}]}}
Bad scripts/guard.sh (may be run):
    #!/bin/sh
    exit 0
Good .claude-plugin/plugin.json:
    {"name": "shop"}
Good hooks/hooks.json:
    {"hooks": {"PreToolUse": [{"matcher": "Bash", "hooks": [
      {"type": "command", "command": "bash \"${CLAUDE_PLUGIN_ROOT}/scripts/guard.sh\""}]}]}}
Good scripts/guard.sh (may be run):
    #!/bin/sh
    exit 0
"""

import posixpath

from agentpack.lazy import lazy
from agentpack.lint import hooks, manifests
from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene

_FIRST = lazy(
    r"(?:(?:ba|z)?sh|python3?|node|bun|ruby|perl)?[ \t]*\"?(?P<path>(?:\./)?[\w@+-]+/[\w./@+-]+)"
)


@rule(Severity.ERROR, tree=True, needs="text .claude-plugin/plugin.json")
def check(scene: Scene) -> Hits:
    if not manifests.is_plugin(scene):
        return
    for command in hooks.commands(scene):
        first = _FIRST.match(command.text.strip())
        path = posixpath.normpath(first["path"]) if first else ""
        # Below `.claude` it may be the project's own.
        if path in scene.files and not path.startswith(".claude/"):
            message = f"{path!r} is sought in the user's project, not in the plugin"
            yield command.place, message, f"write ${{CLAUDE_PLUGIN_ROOT}}/{path}"
