"""The lines of a text that reach out to the net."""

from __future__ import annotations

from agentpack.lazy import lazy

# As patterns these are found in two thirds of the time that `in` takes.
_FETCHERS = (lazy("curl "), lazy("wget -"), lazy(r"\| iex"))
_LONGEST = 400
_MOST = 500


def commands(body: str) -> list[tuple[str, int]]:
    """The commands that fetch or send, and where: whole lines, with those a backslash joins."""
    found: list[tuple[str, int]] = []
    before = 0
    for place in sorted([match.start() for word in _FETCHERS for match in word.finditer(body)]):
        if place < before:
            continue
        if len(found) == _MOST:
            break
        start = max(body.rfind("\n", before, place) + 1, place - _LONGEST, before)
        end = body.find("\n", place, place + _LONGEST)
        while end > 0 and body[end - 1] == "\\" and end - place < _LONGEST:
            end = body.find("\n", end + 1, place + 2 * _LONGEST)
        command = body[start : end if end >= 0 else place + _LONGEST]
        found.append((command, start))
        before = start + len(command)
    return found
