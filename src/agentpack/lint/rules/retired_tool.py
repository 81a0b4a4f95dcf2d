"""A tool that the client had once, and has no longer.

Claude Code passes over it. Nothing is lost if its successor is named too: `Read` and `Bash` for
`LS`, `Edit` for `MultiEdit`, `Read` for `NotebookRead`. Seen in 2.1.197, 2.1.260 and 2.1.329.

Bad .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    tools: Read, LS, MultiEdit
    ---
    Build endpoints.
Good .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    tools: Read, Edit
    ---
    Build endpoints.
"""

from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene
from agentpack.lint.toolnames import plain
from agentpack.lint.vocabulary import RETIRED_TOOLS


@rule(Severity.ERROR, needs="odd tool")
def check(scene: Scene) -> Hits:
    for agent in scene.odd_agents:
        gone = [tool for tool in agent.tools or () if plain(tool) in RETIRED_TOOLS]
        if gone:
            yield agent.at("tools"), f"no longer a tool: {', '.join(map(repr, gone))}", "delete it"
