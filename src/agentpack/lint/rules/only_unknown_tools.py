"""An agent of whose tools the client knows none.

Claude Code 2.1.260 and 2.1.329 refuse to start it ("would be spawned with zero tools");
2.1.197 starts it without any. Names are case-sensitive: `read` is no tool.

Bad .claude/agents/reviewer.md:
    ---
    name: reviewer
    description: Reviews changes. Use when one is ready.
    tools: read, grep
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
from agentpack.lint.toolnames import known, meant


@rule(Severity.ERROR, needs="odd tool")
def check(scene: Scene) -> Hits:
    for agent in scene.odd_agents:
        if agent.tools and not any(known(tool) for tool in agent.tools):
            meanings = [meant(tool) for tool in agent.tools]
            tip = ", ".join(name for name in meanings if name)
            message = f"the client knows none of these tools: {', '.join(agent.tools)[:80]}"
            yield agent.at("tools"), message, f"write {tip}" if tip else "name tools that exist"
