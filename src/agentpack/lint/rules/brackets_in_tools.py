"""A tool restricted by brackets in an agent's `tools` or `disallowedTools`.

In an agent the brackets restrict nothing. With `tools: Bash(git:*)` Claude Code gives it all
of Bash, and where the session allows Bash the agent runs any command; with
`disallowedTools: Bash(rm:*)` it has no Bash at all. Played with 2.1.197, 2.1.260 and 2.1.329.
What may be run is said by `permissions` in the settings, or checked by a hook.

Bad .claude/agents/historian.md:
    ---
    name: historian
    description: Tells when a line was written. Use when history matters.
    tools: Read, Bash(git log:*)
    ---
    Read the history.
Good .claude/agents/historian.md:
    ---
    name: historian
    description: Tells when a line was written. Use when history matters.
    tools: Read, Bash
    ---
    Read the history.
"""

from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene

# `Agent(name)` is kept to, and so is `Skill(name)` in some clients.
_SHELLS_AND_FILES = ("Bash(", "Read(", "Edit(", "Write(", "WebFetch(", "Grep(", "Glob(")
_WHOLE = ("(*)", "(**)", "(*:*)", "()")


@rule(Severity.ERROR, needs=("odd tool", "key disallowedTools"))
def check(scene: Scene) -> Hits:
    for agent in scene.odd_agents:
        for tool in agent.tools or ():
            if tool.startswith(_SHELLS_AND_FILES) and not tool.endswith(_WHOLE):
                name = tool.partition("(")[0]
                message = f"{tool!r} restricts nothing in an agent: it has all of {name}"
                tip = "restrict it by permissions in the settings, or by a hook"
                yield agent.at("tools"), message, tip
                break
    for agent in scene.agents_with("disallowedTools"):
        for tool in agent.disallowed_tools:
            if tool.startswith(_SHELLS_AND_FILES) and not tool.endswith(_WHOLE):
                name = tool.partition("(")[0]
                message = f"{tool!r} takes all of {name} from the agent"
                yield agent.at("disallowedTools"), message, f"write {name}, or use permissions"
                break
