"""A tool written in the wrong case.

Names of tools are case-sensitive: `bash` is no tool, and Claude Code starts the agent without
it, without a word. Seen in 2.1.197, 2.1.260 and 2.1.329. In a skill, `allowed-tools: bash`
allows nothing: 2.1.329 refuses the command that it runs with `allowed-tools: Bash`.

Bad .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    tools: Read, bash
    ---
    Build endpoints.
Good .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    tools: Read, Bash
    ---
    Build endpoints.
"""

from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene
from agentpack.lint.toolnames import known, meant
from agentpack.lint.vocabulary import RETIRED_TOOLS
from agentpack.roster.tools import named


@rule(Severity.ERROR, needs=("odd tool", "key allowed-tools"))
def check(scene: Scene) -> Hits:
    for agent in scene.odd_agents:
        tools = agent.tools or ()
        # Where none is known at all, another rule says it.
        if not any(known(tool) for tool in tools):
            continue
        for tool in dict.fromkeys(tools):
            right = None if known(tool) or tool in RETIRED_TOOLS else meant(tool)
            if right:
                message = f"{tool!r} is no tool, and is passed over"
                yield agent.at("tools"), message, f"write {right!r}"
    for skill in scene.skills_with("allowed-tools"):
        if skill.document.problem is not None:
            continue
        for tool in dict.fromkeys(named(skill.document.fields["allowed-tools"].value)):
            right = None if known(tool) or tool in RETIRED_TOOLS else meant(tool)
            if right:
                message = f"{tool!r} is no tool, and allows nothing"
                yield skill.at("allowed-tools"), message, f"write {right!r}"
