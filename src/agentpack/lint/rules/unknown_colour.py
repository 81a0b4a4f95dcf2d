"""A colour that the client does not have, or that begins with a capital.

Claude Code shows the agent without a colour. It knows eight, in small letters. Read from the
client's own list; it changes nothing that can be played.

Bad .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    color: Teal
    ---
    Build endpoints.
Good .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    color: cyan
    ---
    Build endpoints.
"""

from agentpack.lint.rule import Hits, Severity, did_you_mean, rule
from agentpack.lint.scene import Scene
from agentpack.lint.values import told
from agentpack.lint.vocabulary import COLOURS


@rule(Severity.WARNING, needs="key color")
def check(scene: Scene) -> Hits:
    for agent in scene.agents_with("color"):
        value = agent.document.fields["color"].value
        if value is None or value == "":
            continue
        if not isinstance(value, str) or value not in COLOURS:
            near = did_you_mean(value.lower(), COLOURS) if isinstance(value, str) else ""
            tip = near or f"write one of {', '.join(sorted(COLOURS))}"
            yield agent.at("color"), f"no colour {told(value)}: it is shown without one", tip
