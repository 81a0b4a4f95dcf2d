"""Brings counts and the index of words up to date behind the writer.

Whoever sends runs does not wait for it. Each commit notes which runs it changed; the follower takes
them in turn, reads how they stand, and counts and indexes them in the place of what it knew. So it
may stop at any point, see runs twice or in any order: in the end its tables say what the runs say.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from functools import partial

import structlog
from sqlalchemy import Connection, func, select, text

from agent_spy.models import ChangedRuns
from agent_spy.repositories import following
from agent_spy.storage.database import Database

logger = structlog.get_logger()
_AT_ONCE = 500
"""Runs of one transaction: those who write meanwhile wait no longer than for these."""
_MOST_BEHIND = 100_000
"""Runs: with more of them waiting, it takes turns with those who write."""
_SOON = 2_000
"""As many runs are followed while somebody waits for an answer."""
_PATIENCE_SECONDS = 1.0
_QUIET_SECONDS = 0.2
"""Without a commit for so long nobody is in its way."""
_WRITERS_FIRST = 19
"""While others write, it rests so many times as long as it works."""
_READERS_FIRST = 4
"""While others only read: then it is in the way of Python, not of the database."""
_GATHERING_SECONDS = 1.0
_LONGEST_BURST_SECONDS = 10.0
"""How long those who write are not disturbed at all."""
_ROUND_SECONDS = 5.0
"""Another server of the database may have left something."""
_LOCK = 7_207_441_092
_ALONE = text(f"SELECT pg_try_advisory_xact_lock({_LOCK})")
_WAITING = select(func.coalesce(func.sum(func.length(ChangedRuns.run_ids)), 0) / 16)


class Follower:
    """One runs in each server; of several servers of a database, one works at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._hurry = asyncio.Event()
        self._round = asyncio.Condition()
        self._last_asked = self._last_seen = 0.0
        self._newest = 0
        self.behind = 0
        """How many changes of runs had yet to be followed when it was asked last."""

    async def run(self) -> None:
        """Follow until cancelled."""
        while True:
            try:
                await self._follow_all()
                await self._gather()
            except Exception as error:  # noqa: BLE001 - whatever it was, the next round may go well
                logger.warning("counting and indexing broke off", error=str(error))
                await asyncio.sleep(1)

    def give_way(self) -> None:
        """A request has come: rest more for a moment."""
        self._last_asked = time.monotonic()

    async def waiting(self) -> int:
        """How many changes of runs have yet to be followed."""
        self.behind = await self._database.reader.read(lambda c: int(c.scalar(_WAITING) or 0))
        return self.behind

    async def catch_up(self) -> int:
        """Wait until what is stored now is followed, if that is soon; how many runs are not."""
        behind = await self.waiting()
        if behind > _SOON:
            return behind
        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE_SECONDS), self._round:
                while behind:
                    self._hurry.set()
                    self._database.writer.written.set()
                    await self._round.wait()
                    behind = await self.waiting()
        return behind

    async def _follow_all(self) -> None:
        """Follow what there is, tell who waits, and wait until there may be more."""
        written = self._database.writer.written
        written.clear()
        try:
            while await self._step():
                pass
        finally:
            self._hurry.clear()
            async with self._round:
                self._round.notify_all()
        with suppress(TimeoutError):
            async with asyncio.timeout(_ROUND_SECONDS):
                await written.wait()

    async def _gather(self) -> None:
        """Let a burst through: what belongs together comes together, a run's end with its start."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_LONGEST_BURST_SECONDS):
                while not await self._hurried(_GATHERING_SECONDS):
                    await self._look()
                    if self._quiet():
                        return

    async def _step(self) -> bool:
        start = time.monotonic()
        more = await _follow(self._database)
        took = time.monotonic() - start
        if more:
            await self._look()
        if more and (rests := self._in_the_way()) and await self.waiting() < _MOST_BEHIND:
            await self._hurried(rests * took)
        return more

    async def _look(self) -> None:
        """Whether anybody has written since the last look: this server, or another one."""
        newest = await self._database.reader.read(following.newest)
        if newest > self._newest:
            self._newest, self._last_seen = newest, time.monotonic()

    def _quiet(self) -> bool:
        written = max(self._database.writer.last_written, self._last_seen)
        return time.monotonic() - written > _QUIET_SECONDS

    def _in_the_way(self) -> int:
        """How many times as long as it works it should rest, for others' sake."""
        if not self._quiet():
            return _WRITERS_FIRST
        asked = time.monotonic() - self._last_asked < _QUIET_SECONDS
        return _READERS_FIRST if asked else 0

    async def _hurried(self, seconds: float) -> bool:
        """Rest so long, or until somebody waits for an answer; whether somebody does."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._hurry.wait()
        return self._hurry.is_set()


async def _follow(database: Database) -> bool:
    """Follow one slice; whether there was any."""
    if database.engine is None:
        part, rows = await database.reader.read(_slice)
        if part.runs:
            fresh = await asyncio.to_thread(lambda: [following.followed(row) for row in rows])
            await database.writer.do(partial(following.apply, part=part, fresh=fresh))
        return bool(part.runs)
    async with database.engine.begin() as connection:
        if not await connection.scalar(_ALONE):
            return False
        part, rows = await connection.run_sync(_slice)
        if part.runs:
            fresh = await asyncio.to_thread(lambda: [following.followed(row) for row in rows])
            await connection.run_sync(following.apply, part, fresh)
        return bool(part.runs)


def _slice(connection: Connection) -> tuple[following.Slice, list[object]]:
    part = following.next_slice(connection, _AT_ONCE)
    return part, following.runs(connection, part.runs)
