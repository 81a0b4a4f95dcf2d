"""A key that Claude Code does not follow in the agents or skills of a plugin.

A plugin's agents may set neither `permissionMode` nor `hooks` nor `mcpServers`: the client
passes over them, and says so only in its debug log. Played with 2.1.197, 2.1.260 and 2.1.329.
A hook that should guard the agent is therefore never run. `paths` keep a project's skill out
of the listing until a file matches; a plugin's skill is listed from the start.

Bad .claude-plugin/plugin.json:
    {"name": "shop"}
Bad agents/fixer.md:
    ---
    name: fixer
    description: Mends what fails. Use when a test is red.
    permissionMode: plan
    ---
    Mend the test.
Good .claude-plugin/plugin.json:
    {"name": "shop"}
Good agents/fixer.md:
    ---
    name: fixer
    description: Mends what fails. Use when a test is red.
    tools: Read, Edit, Bash
    ---
    Mend the test.
"""

from agentpack.lint.manifests import is_plugin
from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene

_ELSEWHERE = {
    "permissionMode": "list 'tools' or 'disallowedTools' instead",
    "hooks": "put them in the plugin's hooks/hooks.json",
    "mcpServers": "put them in the plugin's .mcp.json",
}


@rule(
    Severity.ERROR,
    tree=True,
    needs=("key permissionMode", "key hooks", "key mcpServers", "key paths"),
)
def check(scene: Scene) -> Hits:
    if not is_plugin(scene):
        return
    for agent in scene.agents:
        # The same `.claude` may serve as a project's, where these keys count.
        if agent.path.startswith(".claude/"):
            continue
        for key, tip in _ELSEWHERE.items():
            if agent.document.fields.get(key):
                yield agent.at(key), f"{key!r} is ignored in an agent of a plugin", tip
    for skill in scene.skills:
        if skill.listed and not skill.path.startswith(".claude/") and skill.document.names("paths"):
            tip = "say in the description which files it is for"
            yield skill.at("paths"), "'paths' is ignored in a skill of a plugin", tip
