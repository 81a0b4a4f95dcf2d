"""A skill of a plugin that has a command of the same name.

Claude Code lists and runs the command, and the skill not at all. Seen in 2.1.260 and 2.1.329;
2.1.197 lists both. In a project it is the other way round: the skill stands for the command.

Bad .claude-plugin/plugin.json:
    {"name": "shop"}
Bad commands/basket.md:
    ---
    description: Shows a basket
    ---
    Show the basket.
Bad skills/basket/SKILL.md:
    ---
    description: How baskets are kept. Use when one is changed.
    ---
    # Baskets
Good .claude-plugin/plugin.json:
    {"name": "shop"}
Good commands/show-basket.md:
    ---
    description: Shows a basket
    ---
    Show the basket.
Good skills/basket/SKILL.md:
    ---
    description: How baskets are kept. Use when one is changed.
    ---
    # Baskets
"""

from agentpack.lint.rule import Hits, Severity, lost, rule
from agentpack.lint.scene import Scene


@rule(Severity.ERROR, client=">=2.1.260", needs="loss behind-command")
def check(scene: Scene) -> Hits:
    yield from lost(scene, "behind-command", "rename one of them, or delete the command")
