"""A template that uses a fact which pack.toml does not declare for it, or declares one unused.

`agentpack install` gives a template the facts that its entry declares and no others, so that a
fact that changed is known to concern it; where the two disagree, it refuses the pack.

Bad pack.toml:
    [pack]
    name = "studio"
    version = "1.0.0"

    [agents.api]
    version = "1.0.0"
    facts = ["port"]
Bad agents/api.md.j2:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    ---
    Test with `«test_command»` against port «port».
Good pack.toml:
    [pack]
    name = "studio"
    version = "1.0.0"

    [agents.api]
    version = "1.0.0"
    facts = ["port", "test_command"]
Good agents/api.md.j2:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    ---
    Test with `«test_command»` against port «port».
"""

from collections.abc import Iterator
from typing import Any

from agentpack.lazy import lazy
from agentpack.lint import packfile
from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene
from agentpack.lint.spot import spot

_MARK = lazy(r"«(?!#)%?-?(?P<inside>[^»]*)»")
_WORD = lazy(r"\"[^\"]*\"|'[^']*'|(?<![\w.|])(?P<word>[a-z_]+)\b(?!\s*[(=](?!=))")


@rule(Severity.WARNING, needs="text pack.toml")
def check(scene: Scene) -> Hits:
    table = packfile.read(scene)
    if not table:
        return
    from agentpack.project.facts import VOCABULARY  # noqa: PLC0415 - seldom needed

    for head, path, declared in _templates(table):
        text = scene.texts.get(f"{path}.j2")
        if text is None:
            continue
        used = {word: start for word, start in _used(text) if word in VOCABULARY}
        for fact in sorted(used.keys() - set(declared)):
            place = spot(f"{path}.j2", text, used[fact])
            yield place, f"pack.toml does not declare the fact {fact!r}", f"add it under [{head}]"
        for fact in sorted((set(declared) & VOCABULARY.keys()) - used.keys()):
            message = f"{path}.j2 does not use the fact {fact!r}"
            yield packfile.at(scene, head, fact), message, "take it off the list"


def _templates(table: dict[str, Any]) -> Iterator[tuple[str, str, list[str]]]:
    """Every file that may be a template, its heading in pack.toml, and its declared facts."""
    for name, entry in packfile.table(table.get("agents")).items():
        facts = packfile.table(entry).get("facts")
        yield f"agents.{name}", f"agents/{name}.md", facts if isinstance(facts, list) else []
    for name, entry in packfile.table(table.get("skills")).items():
        files = packfile.table(packfile.table(entry).get("facts"))
        for file, facts in files.items():
            listed = facts if isinstance(facts, list) else []
            yield f"skills.{name}.facts", f"skills/{name}/{file}", listed


def _used(text: str) -> Iterator[tuple[str, int]]:
    """The words in the marks of a template, the last place of each last."""
    for mark in _MARK.finditer(text):
        for word in _WORD.finditer(mark["inside"]):
            if word["word"]:
                yield word["word"], mark.start("inside") + word.start()
