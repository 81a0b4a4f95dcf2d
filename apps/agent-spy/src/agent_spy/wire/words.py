"""The words that a run is found by. One way for texts and questions, so that they always agree.

A question finds every run that has, for each of its words, one that begins with it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_WORD = re.compile(r"[^\W_]+")
_ESCAPE = re.compile(r'\\(?:u([0-9a-fA-F]{4})|(["\\/])|.)')
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
# Scripts without spaces: a word is any two characters side by side.
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]{2,}")
_LONGEST_WORD = 40
"""What stands behind is not searched for."""
LONGEST_TEXT = 262_144
"""Characters of one payload."""
_MOST_WORDS = 4_000
ROOT = "\ue000"
"""A word that no text has: that of the roots of traces."""


def words(text: str) -> set[str]:
    """The different words of a text, without case."""
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text)
    found = set(_WORD.findall(plain.casefold()))
    if not plain.isascii():
        found = _split(found)
    return {word[:_LONGEST_WORD] for word in found}


def of_run(name: str | None, payloads: Iterable[str | None], *, is_root: bool) -> str:
    """All words of a run in their order, with spaces between; payloads are JSON."""
    # `AgentPlanner` is found by `planner`, and by itself.
    found = words(name) | words(_HUMP.sub(" ", name)) if name else set()
    for payload in payloads:
        if payload:
            found |= words(unescaped(payload[:LONGEST_TEXT]))
    kept = sorted(found)[:_MOST_WORDS]
    return " ".join([*kept, ROOT] if is_root else kept)


def unescaped(payload: str) -> str:
    """JSON as its texts read."""
    if "\\" not in payload:
        return payload
    plain = _ESCAPE.sub(_character, payload)
    # Two escapes may make up one character.
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _character(found: re.Match[str]) -> str:
    if found[1]:
        return chr(int(found[1], 16))
    return found[2] or " "


def _split(found: Iterable[str]) -> set[str]:
    every: set[str] = set()
    for word in found:
        runs = _UNSPACED.findall(word)
        if not runs:
            every.add(word)
            continue
        every.update(_UNSPACED.sub(" ", word).split())
        every.update(run[at : at + 2] for run in runs for at in range(len(run)))
    return every
