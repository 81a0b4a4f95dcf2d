"""Agents whose descriptions together cost every conversation more than 15,000 tokens.

Claude Code sends them all, whole, with every conversation. It has the same limit itself:
above it, its status asks for the descriptions to be trimmed.

Bad .claude/agents/api.md:
    ---
    name: api
    description: >-
      Builds endpoints, and does so in this case, and in the next, and in the one after that too.
      ⋮ 700 times
    ---
    Build endpoints.
Good .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    ---
    Build endpoints.
"""

from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene

MOST = 15_000


@rule(Severity.WARNING)
def check(scene: Scene) -> Hits:
    total = sum(agent.tokens for agent in scene.agents)
    if total > MOST:
        dearest = max(scene.agents, key=lambda agent: agent.tokens)
        message = f"{len(scene.agents)} agents cost every conversation about {total:,} tokens"
        tip = f"shorten the descriptions, {dearest.name!r} first ({dearest.tokens:,} tokens)"
        yield dearest.at("description"), message, tip
