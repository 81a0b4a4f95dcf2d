"""`mcpServers` of an agent that is no list of servers.

Claude Code reads a list: names of servers, or tables of one name with its `command` or `url`.
It ignores all else, and the agent starts without the server; of a table of servers, which is
right in `.mcp.json`, nothing is said even in the debug log. Seen in 2.1.197, 2.1.260 and 2.1.329.

Bad .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    mcpServers:
      docs:
        command: docs-server
    ---
    Build endpoints.
Good .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    mcpServers:
      - docs:
          command: docs-server
      - github
    ---
    Build endpoints.
"""

from typing import Any

from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene
from agentpack.lint.values import told

_ONE_OF = ("command", "url", "type")


def _fits(server: Any) -> bool:
    if isinstance(server, dict):
        configs = server.values()
        return all(isinstance(one, dict) and any(key in one for key in _ONE_OF) for one in configs)
    return isinstance(server, str)


@rule(Severity.ERROR, needs="key mcpServers")
def check(scene: Scene) -> Hits:
    for agent in scene.agents_with("mcpServers"):
        found = agent.document.fields["mcpServers"]
        if found.value is None:
            continue
        if not isinstance(found.value, list):
            message = f"mcpServers {told(found.value)} is ignored"
            yield agent.at("mcpServers"), message, "write a list: - NAME, or - NAME: with its keys"
        elif not all(_fits(server) for server in found.value):
            message = "a server in mcpServers is ignored: it has no command and no url"
            yield agent.at("mcpServers"), message, "write - NAME:, and its keys below"
