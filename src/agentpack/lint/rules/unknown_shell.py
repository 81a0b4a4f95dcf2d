"""A `shell` in a skill that is neither `bash` nor `powershell`.

Claude Code runs the skill's commands in bash. Seen in 2.1.197, 2.1.260 and 2.1.329: a
warning in the debug log.

Bad .claude/skills/endpoints/SKILL.md:
    ---
    description: How endpoints are built
    shell: fish
    ---
    # Endpoints
Good .claude/skills/endpoints/SKILL.md:
    ---
    description: How endpoints are built
    shell: bash
    ---
    # Endpoints
"""

from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene
from agentpack.lint.values import outside, with_key
from agentpack.lint.vocabulary import SHELLS


@rule(Severity.ERROR, needs="key shell")
def check(scene: Scene) -> Hits:
    skills = (entry for entry in with_key(scene, "shell") if entry.path.endswith("SKILL.md"))
    yield from outside(skills, "shell", SHELLS, in_any_case=True)
