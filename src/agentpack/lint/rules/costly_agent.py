"""An agent whose entry in the roster costs every conversation more than 250 tokens.

Claude Code sends the name, the whole description and the tools of every agent with
every conversation, whether or not the agent is used: an agent's description is never
cut. Half of all published agents cost less than 70 tokens. Most of those above 250 carry
`<example>` blocks, which belong into the body: that is read only by the agent itself.

Bad .claude/agents/api.md:
    ---
    name: api
    description: |
      Builds endpoints. Use when one is to be added, as in these examples.
      <example>
      Context: The user has described a new resource and wants it served by the API.
      user: "We need orders in the API, with a list, a detail page and a way to cancel one."
      assistant: "I will start the api agent, which designs the routes and writes the tests."
      <commentary>The user asks for endpoints, so the agent for endpoints starts.</commentary>
      </example>
      <example>
      Context: The user has an endpoint that answers slowly and wants to know the reason.
      user: "The list of orders takes two seconds since yesterday, and nobody knows why."
      assistant: "I will start the api agent, which measures each phase of the request."
      <commentary>The user asks about an endpoint's speed, which the agent measures.</commentary>
      </example>
      <example>
      Context: The user has changed a model and the clients complain about the answers.
      user: "Since the last release the mobile client cannot read the order's total."
      assistant: "I will start the api agent, which compares the schemas of both releases."
      <commentary>The user asks about a schema of the API, which the agent looks after.</commentary>
      </example>
    ---
    Build endpoints.
Good .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added, is slow, or changed its schema.
    ---
    Build endpoints.
"""

from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene

MOST = 250


@rule(Severity.WARNING)
def check(scene: Scene) -> Hits:
    for agent in scene.agents:
        if agent.tokens > MOST:
            examples = "<example" in agent.description
            yield (
                agent.at("description"),
                f"agent {agent.name!r} costs every conversation about {agent.tokens} tokens",
                "move the examples into the body" if examples else "shorten the description",
            )
