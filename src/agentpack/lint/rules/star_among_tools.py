"""A `*` beside other names in an agent's `tools`.

It gives the agent every tool there is, so the other names say nothing: whoever reads them
takes the agent for a restricted one.

Bad .claude/agents/reviewer.md:
    ---
    name: reviewer
    description: Reviews changes. Use when one is ready.
    tools: Read, Grep, *
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
from agentpack.roster.tools import named


@rule(Severity.WARNING, needs="odd tool")
def check(scene: Scene) -> Hits:
    for agent in scene.odd_agents:
        names = named(agent.document.fields["tools"].value) if agent.tools is None else ()
        if len(names) > 1:
            others = ", ".join(name for name in names if name != "*")
            yield agent.at("tools"), f"'*' gives all tools, not only {others}", "delete the '*'"
