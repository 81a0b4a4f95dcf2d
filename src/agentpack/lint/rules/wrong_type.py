"""A value of a type that the client does not take for this key.

Claude Code ignores it without a word. A skill whose description is a list is shown by its
body's first line; `skills: {a: true}` preloads nothing; of `tools: [5, Read]` only `Read` is
left; `disallowedTools: 5` refuses nothing; `paths: true` waits for no file. Seen in 2.1.197,
2.1.260 and 2.1.329.

Bad .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    skills: {endpoints: true}
    ---
    Build endpoints.
Good .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    skills: [endpoints]
    ---
    Build endpoints.
Good .claude/skills/endpoints/SKILL.md:
    ---
    description: How endpoints are built
    ---
    # Endpoints
"""

from collections.abc import Iterable

from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene
from agentpack.lint.values import told
from agentpack.roster import Agent, Skill

_NAMES = (str, list)
_OF_NAMES = ("tools", "disallowedTools", "skills")
_OF_AGENTS: dict[str, tuple[type, ...]] = {
    # Another rule tells of `tools` that are neither: the agent then has none at all.
    "tools": (str, list, dict, int, float, bool),
    "disallowedTools": _NAMES,
    "skills": _NAMES,
    "model": (str,),
}
_OF_SKILLS: dict[str, tuple[type, ...]] = {
    "description": (str, int, float, bool),
    "allowed-tools": _NAMES,
    "paths": _NAMES,
    "model": (str,),
    "agent": (str,),
}


@rule(Severity.ERROR)
def check(scene: Scene) -> Hits:
    for key, types in _OF_AGENTS.items():
        yield from _faults(scene.agents_with(key), key, types)
    for key, types in _OF_SKILLS.items():
        read = (one for one in scene.skills_with(key) if one.document.problem is None)
        yield from _faults(read, key, types)


def _faults(entries: Iterable[Agent | Skill], key: str, taken: tuple[type, ...]) -> Hits:
    for entry in entries:
        value = entry.document.fields[key].value
        if value is None or (type(value) is str and str in taken):
            continue
        if not isinstance(value, taken) or (isinstance(value, bool) and bool not in taken):
            tip = "write text or a list" if list in taken else "write text"
            yield entry.at(key), f"{key} {told(value)} is ignored", tip
        elif key in _OF_NAMES and isinstance(value, list):
            parts = [part for part in value if not isinstance(part, str)]
            if parts:
                message = f"a part of {key} {_part(parts[0])} is ignored"
                yield entry.at(key), message, "write each as text"


def _part(value: object) -> str:
    return f"that is {told(value)}" if isinstance(value, (bool, int, float)) else told(value)
