"""A tool that the client does not know.

Claude Code passes over it without a word, and starts the agent with the other tools; to the
model that chooses agents it still lists the name. Seen in 2.1.197, 2.1.260 and 2.1.329. Tools
of MCP servers are written `mcp__SERVER__TOOL`. Where none is known, `only-unknown-tools` says
so.

Bad .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    tools: Read, codebase
    ---
    Build endpoints.
Good .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    tools: Read, Grep, mcp__github__create_issue
    ---
    Build endpoints.
"""

from agentpack.lint.rule import Hits, Severity, did_you_mean, rule
from agentpack.lint.scene import Scene
from agentpack.lint.toolnames import KNOWN, known, meant, plain
from agentpack.lint.vocabulary import RETIRED_TOOLS

_SHOWN = 3
_SHORT = 4


@rule(Severity.ERROR, needs="odd tool")
def check(scene: Scene) -> Hits:
    for agent in scene.odd_agents:
        names = dict.fromkeys(plain(tool) for tool in agent.tools or ())
        lost = [name for name in names if not known(name) and name not in RETIRED_TOOLS]
        lost = [name for name in lost if meant(name) is None]
        if lost and any(known(name) for name in names):
            shown = ", ".join(map(repr, lost[:_SHOWN]))
            more = f" and {len(lost) - _SHOWN} more" if len(lost) > _SHOWN else ""
            near = did_you_mean(lost[0], KNOWN) if len(lost[0]) > _SHORT else ""
            tip = near or "name a tool of Claude Code's, or mcp__SERVER__TOOL"
            yield agent.at("tools"), f"no such tool: {shown}{more}", tip
