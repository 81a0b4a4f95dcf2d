"""A flag of a skill that is neither true nor false.

Claude Code takes it for false: `disable-model-invocation: maybe` hides nothing, and
`user-invocable: maybe` hides the skill from people. `yes`, `on` and `1` are true from 2.1.260 on;
to 2.1.197 they are false. Seen in 2.1.197, 2.1.260 and 2.1.329.

Bad .claude/skills/endpoints/SKILL.md:
    ---
    description: How endpoints are built
    user-invocable: maybe
    ---
    # Endpoints
Good .claude/skills/endpoints/SKILL.md:
    ---
    description: How endpoints are built
    user-invocable: true
    ---
    # Endpoints
"""

from typing import Any

from agentpack.document.versions import LOOSE_BOOLEANS
from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene
from agentpack.lint.values import told

_FLAGS = ("disable-model-invocation", "user-invocable")
_PLAIN = ("true", "false", "no", "off", "0")
_LOOSE = ("yes", "on", "1")


@rule(Severity.ERROR, needs=("key disable-model-invocation", "key user-invocable"))
def check(scene: Scene) -> Hits:
    loose = LOOSE_BOOLEANS.holds(scene.roster.client)
    for key in _FLAGS:
        for skill in scene.skills_with(key):
            value = skill.document.fields[key].value
            known = value is None or _fits(value, loose=loose)
            if not known and skill.document.problem is None:
                message = f"{key} {told(value)} counts as false"
                yield skill.at(key), message, "write true or false"


def _fits(value: Any, *, loose: bool) -> bool:
    if isinstance(value, (list, dict)):
        return False
    word = str(value).strip().lower()
    return word in _PLAIN or (loose and word in _LOOSE)
