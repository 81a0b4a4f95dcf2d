"""A skill in a folder whose name has `<`, `>` or a character that cannot be seen.

Claude Code passes over it without a word. What cannot be seen is a control character, a blank
other than the plain one, a character that joins or directs others, or one that Unicode has not
assigned. Seen in 2.1.329; 2.1.260 and before load it. In a plugin every character but letters,
digits, `-` and `_` becomes a hyphen.

Bad .claude/skills/<basket>/SKILL.md:
    ---
    description: How baskets are kept. Use when one is changed.
    ---
    # Baskets
Good .claude/skills/basket/SKILL.md:
    ---
    description: How baskets are kept. Use when one is changed.
    ---
    # Baskets
"""

from agentpack.lint.rule import Hits, Severity, lost, rule
from agentpack.lint.scene import Scene


@rule(Severity.ERROR, client=">=2.1.329", needs="loss odd-skill-folder")
def check(scene: Scene) -> Hits:
    yield from lost(scene, "odd-skill-folder", "rename the folder")
