r"""A description with `\n` written out, which Claude Code turns into a line break.

Off unless asked for: Claude Code writes such descriptions itself when it makes an agent. Meant
as two characters, as in a path or a regular expression, they are lost.

Bad .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints.\nUse when one is to be added.
    ---
    Build endpoints.
Good .claude/agents/api.md:
    ---
    name: api
    description: |
      Builds endpoints.
      Use when one is to be added.
    ---
    Build endpoints.
"""

from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene


@rule(Severity.WARNING, default=False, needs="key description")
def check(scene: Scene) -> Hits:
    for agent in scene.agents:
        if "\\n" in (agent.document.text("description") or ""):
            message = f"'\\n' in the description of {agent.name!r} becomes a line break"
            yield agent.at("description"), message, "write the lines below `description: |`"
