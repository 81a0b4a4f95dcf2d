"""Answers that are kept until something changes, and known again by their tags."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass

from agent_spy.storage.database import Database

_MOST_BYTES = 16 * 1024 * 1024
_LARGEST = 1024 * 1024
"""What is larger is not kept."""
_LONGEST_SECONDS = 10.0
"""Some answers tell of the present: of what is running, of the last day."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent, and its entity tag."""

    body: bytes
    tag: str

    @classmethod
    def of(cls, body: bytes, told: bytes | None = None) -> Answer:
        """An answer known by `told`, where not all of the body counts; else by the body."""
        # Processors have steps of their own for it: half the time of any other in the library.
        digest = hashlib.sha256(body if told is None else told).hexdigest()
        return cls(body, f'W/"{digest[:24]}"')


@dataclass(frozen=True, slots=True)
class _Kept:
    state: str
    until: float
    answer: Answer


class Answers:
    """Keeps answers for as long as the database is the same.

    Before each answer the database is asked whether any process has committed since. So an answer
    is never older than its question, and servers of one database need not tell each other.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()
        self._bytes = 0
        self._under_way: dict[Hashable, asyncio.Task[Answer]] = {}

    async def get(self, key: Hashable, make: Callable[[], Awaitable[Answer]]) -> Answer:
        """The answer to `key`; those who ask at the same time wait for one `make`.

        Args:
            key: all that the answer follows from, the caller's project included.
            make: finds the answer.
        """
        state = await self._database.state()
        kept = self._kept.get(key)
        if kept and kept.state == state and time.monotonic() < kept.until:
            self._kept.move_to_end(key)
            return kept.answer
        place = key, state
        task = self._under_way.get(place)
        if task is None:
            task = asyncio.create_task(self._make(key, state, make))
            self._under_way[place] = task
            task.add_done_callback(lambda _: self._under_way.pop(place))
        return await asyncio.shield(task)

    async def _make(
        self, key: Hashable, state: str, make: Callable[[], Awaitable[Answer]]
    ) -> Answer:
        until = time.monotonic() + _LONGEST_SECONDS
        answer = await make()
        if len(answer.body) <= _LARGEST:
            self._drop(key)
            self._kept[key] = _Kept(state, until, answer)
            self._bytes += len(answer.body)
            while self._bytes > _MOST_BYTES:
                self._drop(next(iter(self._kept)))
        return answer

    def _drop(self, key: Hashable) -> None:
        kept = self._kept.pop(key, None)
        if kept:
            self._bytes -= len(kept.answer.body)
