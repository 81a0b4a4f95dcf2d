"""A key that means `tools` or `disallowedTools` and is spelt otherwise.

Claude Code passes over keys that it does not know: the agent starts with every tool there
is. Seen with 2.1.197, 2.1.260 and 2.1.329 for `Tools`, `tool`, `allowedTools` and
`disallowed-tools`.

Bad .claude/agents/reviewer.md:
    ---
    name: reviewer
    description: Reviews changes. Use when one is ready.
    Tools: Read, Grep
    ---
    Review the change.
Good .claude/agents/reviewer.md:
    ---
    name: reviewer
    description: Reviews changes. Use when one is ready.
    tools: Read, Grep
    ---
    Review the change.
"""

from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene

_MEANT = {
    "tool": "tools",
    "tools": "tools",
    "allowedtool": "tools",
    "allowedtools": "tools",
    "disallowedtool": "disallowedTools",
    "disallowedtools": "disallowedTools",
}
# `allowed-tools` is right in a skill, and has a rule of its own.
_RIGHT = ("tools", "disallowedTools", "allowed-tools")


@rule(Severity.ERROR, needs="odd key")
def check(scene: Scene) -> Hits:
    for key in sorted(scene.agent_keys.difference(_RIGHT)):
        meant = _MEANT.get(key.lower().replace("-", "").replace("_", ""))
        for agent in scene.agents_with(key) if meant else ():
            if meant not in agent.document.fields:
                message = f"{key!r} is no key of agents: {agent.name!r} keeps tools it should not"
                yield agent.at(key), message, f"write {meant!r}"
