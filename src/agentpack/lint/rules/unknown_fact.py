"""A fact in pack.toml that no project has.

`agentpack install` fills in only the facts that it can find in a project; a template that
names another one is refused.

Bad pack.toml:
    [pack]
    name = "studio"
    version = "1.0.0"

    [agents.api]
    version = "1.0.0"
    facts = ["test_comand"]
Bad agents/api.md.j2:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    ---
    Test with `«test_comand»`.
Good pack.toml:
    [pack]
    name = "studio"
    version = "1.0.0"

    [agents.api]
    version = "1.0.0"
    facts = ["test_command"]
Good agents/api.md.j2:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    ---
    Test with `«test_command»`.
"""

from collections.abc import Iterator
from typing import Any

from agentpack.lint import packfile
from agentpack.lint.rule import Hits, Severity, did_you_mean, rule
from agentpack.lint.scene import Scene


@rule(Severity.WARNING, needs="text pack.toml")
def check(scene: Scene) -> Hits:
    table = packfile.read(scene)
    if not table:
        return
    from agentpack.project.facts import VOCABULARY  # noqa: PLC0415 - seldom needed

    for kind in packfile.PARTS:
        for name, entry in packfile.table(table.get(kind)).items():
            for fact in _facts(packfile.table(entry).get("facts")):
                if fact not in VOCABULARY:
                    place = packfile.at(scene, f"{kind}.{name}", fact)
                    yield place, f"there is no fact {fact!r}", did_you_mean(fact, VOCABULARY)


def _facts(value: Any) -> Iterator[str]:
    """The names of an agent's list, or of the lists that a skill has for each file."""
    if isinstance(value, dict):
        for names in value.values():
            yield from _facts(names)
    elif isinstance(value, list):
        yield from map(str, value)
