"""The lines of a text that reach out to the net."""

from __future__ import annotations

from agentpack.lint.spot import places

FETCHERS = ("curl ", "wget -", "| iex")
"""What a page that fetches or sends has one of."""
_LONGEST = 400
_MOST = 500


def commands(body: str) -> list[tuple[str, int]]:
    """The commands that fetch or send, and where: whole lines, with those a backslash joins."""
    found: list[tuple[str, int]] = []
    before = 0
    for place in sorted(place for word in FETCHERS for place in places(body, word)):
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
