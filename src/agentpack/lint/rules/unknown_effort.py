"""An `effort` that there is not, in an agent or a skill.

Claude Code ignores it: the effort is that of the session. Seen in 2.1.197, 2.1.260 and 2.1.329;
only the debug log says so. Capitals and whole numbers are fine.

Bad .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    effort: huge
    ---
    Build endpoints.
Good .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    effort: high
    ---
    Build endpoints.
"""

from typing import Any

from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene
from agentpack.lint.values import unfit, with_key
from agentpack.lint.vocabulary import EFFORTS


def _fits(value: Any) -> bool:
    if isinstance(value, str):
        return value.lower() in EFFORTS or value.lstrip("-").isdigit()
    return isinstance(value, (int, float)) and not isinstance(value, bool)


@rule(Severity.ERROR, needs="key effort")
def check(scene: Scene) -> Hits:
    tip = f"write one of {', '.join(sorted(EFFORTS))}, or a whole number"
    yield from unfit(with_key(scene, "effort"), "effort", _fits, tip)
