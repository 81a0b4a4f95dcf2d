"""Answers that are kept, to questions that may lead back to themselves.

`query = query.where(…)` asks what `query` is in order to tell what `query` is. Inside such a circle
the answer is empty. What was found on the way there is kept only until the circle is closed: asked
from elsewhere, it may be more, and what is told must not depend on what was asked first.
"""

from __future__ import annotations

from collections.abc import Callable


class Circles:
    """Asks each question once, however many ask it."""

    def __init__(self) -> None:
        self._known: dict[int, str] = {}
        self._meanwhile: dict[int, tuple[str, int]] = {}
        self._running: dict[int, int] = {}
        self._lowest: list[int] = []

    def ask(self, key: int, find: Callable[[], str]) -> str:
        """The answer to the question `key`, which `find` finds."""
        if key in self._known:
            return self._known[key]
        if key in self._running:
            return self._reach(self._running[key])
        if key in self._meanwhile:
            answer, lowest = self._meanwhile[key]
            self._reach(lowest)
            return answer
        place = self._running[key] = len(self._running)
        self._lowest.append(place)
        try:
            answer = find()
        finally:
            lowest = self._lowest.pop()
            del self._running[key]
        if lowest >= place or answer:
            self._known[key] = answer
        else:
            self._meanwhile[key] = (answer, lowest)
            self._reach(lowest)
        if not self._running:
            self._meanwhile.clear()
        return answer

    def cut(self) -> str:
        """No answer, since it would lie too deep: what depends on it is not kept either."""
        return self._reach(-1)

    def _reach(self, place: int) -> str:
        if self._lowest:
            self._lowest[-1] = min(self._lowest[-1], place)
        return ""
