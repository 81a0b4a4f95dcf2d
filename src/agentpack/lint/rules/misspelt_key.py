"""A key that is misspelt, or written in the wrong case.

Claude Code passes over keys that it does not know: what is written there does not happen. A
skill whose `description` is misspelt is shown by its body's first line. Seen in 2.1.197, 2.1.260
and 2.1.329; from 2.1.329 on, the debug log says of agents "does not recognize". Keys that mean
`tools` are told of by `misspelt-tools`.

Bad .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    max_turns: 20
    ---
    Build endpoints.
Good .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    maxTurns: 20
    ---
    Build endpoints.
"""

from functools import cache

from agentpack.lint.keys import AGENT_KEYS, NOTES, SKILL_KEYS
from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene
from agentpack.lint.values import with_key
from agentpack.roster import Agent

_SHORTEST = 5
_ALIKE = 0.85


@rule(Severity.ERROR, needs="odd key")
def check(scene: Scene) -> Hits:
    unknown = (scene.agent_keys - AGENT_KEYS) | (scene.skill_keys - SKILL_KEYS)
    for key in sorted(unknown):
        for entry in with_key(scene, key):
            right = meant(key, of_agent=isinstance(entry, Agent))
            if right and right not in entry.document.fields:
                yield entry.at(key), f"{key!r} is no key, and is passed over", f"write {right!r}"


@cache
def meant(key: str, *, of_agent: bool) -> str | None:
    """The key that is meant by a word that is none."""
    from difflib import get_close_matches  # noqa: PLC0415 - slow to import, and seldom needed

    known = AGENT_KEYS if of_agent else SKILL_KEYS
    letters = _letters(key)
    if of_agent and letters.rstrip("s").endswith("tool"):
        return None
    same = next((right for right in sorted(known) if _letters(right) == letters), None)
    if same:
        return same
    if key in NOTES or len(key) < _SHORTEST or any(sign in key for sign in "-_ "):
        return None
    return next(iter(get_close_matches(key, known, n=1, cutoff=_ALIKE)), None)


def _letters(key: str) -> str:
    return key.lower().replace("-", "").replace("_", "").replace(" ", "")
