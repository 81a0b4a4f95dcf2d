"""The lines of a page that reach out to the net: found once for all rules that look at them."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from agentpack.lint.page import Page, Piece
from agentpack.lint.spot import places

_FETCHERS = ("curl ", "wget -", "| iex")
_LONGEST = 400
_MOST = 500
_known: WeakKeyDictionary[Page, tuple[Piece, ...]] = WeakKeyDictionary()


def fetches(page: Page) -> tuple[Piece, ...]:
    """The commands that fetch or send: whole lines, with those that a backslash joins."""
    found = _known.get(page)
    if found is None:
        found = _known[page] = tuple(_commands(page.body))
    return found


def _commands(body: str) -> list[Piece]:
    found: list[Piece] = []
    for place in sorted(place for word in _FETCHERS for place in places(body, word)):
        if found and place < found[-1].offset + len(found[-1].text):
            continue
        if len(found) == _MOST:
            break
        before = found[-1].offset + len(found[-1].text) if found else 0
        start = max(body.rfind("\n", before, place) + 1, place - _LONGEST, before)
        end = body.find("\n", place, place + _LONGEST)
        while end > 0 and body[end - 1] == "\\" and end - place < _LONGEST:
            end = body.find("\n", end + 1, place + 2 * _LONGEST)
        found.append(Piece(body[start : end if end >= 0 else place + _LONGEST], start))
    return found
