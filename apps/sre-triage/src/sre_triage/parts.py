"""What a server and a worker have in common: the database, triage, and who runs it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from sre_triage.database import Sessions, create_engine, create_sessions
from sre_triage.migrations import upgrade
from sre_triage.services import rules
from sre_triage.services.assessment import Step
from sre_triage.services.background import InProcess
from sre_triage.services.jobs import Runner, recover
from sre_triage.services.triage import Triage
from sre_triage.settings import Settings


@dataclass(frozen=True, slots=True)
class Parts:
    """The opened parts."""

    sessions: Sessions
    runner: Runner


@asynccontextmanager
async def open_parts(
    settings: Settings, *, step: Step | None = None, work: bool
) -> AsyncIterator[Parts]:
    """Open what `settings` name, and close it at the end.

    `step` goes before the one of the settings. With `work`, tickets are taken from the queue.
    """
    async with AsyncExitStack() as stack:
        engine = create_engine(settings.database_url)
        stack.push_async_callback(engine.dispose)
        if settings.migrate_on_start:
            async with engine.begin() as connection:
                await connection.run_sync(upgrade)
        triage = Triage(
            sessions=create_sessions(engine),
            step=await stack.enter_async_context(_step(settings)) if step is None else step,
            timeout_s=settings.triage_timeout_seconds,
            attempts=settings.triage_attempts,
            retry_s=settings.triage_retry_seconds,
        )
        runner = await stack.enter_async_context(_runner(settings, triage, work=work))
        # Read before the first request, whose own incident is not to be found here.
        found = await triage.waiting()
        recovery = asyncio.create_task(
            recover(triage, runner, found, every_s=settings.recovery_seconds)
        )
        stack.push_async_callback(_cancel, recovery)
        yield Parts(triage.sessions, runner)


@asynccontextmanager
async def _step(settings: Settings) -> AsyncIterator[Step]:
    if settings.llm_base_url is None:
        yield rules.assess
        return
    from sre_triage.services.llm import llm_step  # noqa: PLC0415 - the SDK takes a second

    async with llm_step(settings) as step:
        yield step


@asynccontextmanager
async def _runner(settings: Settings, triage: Triage, *, work: bool) -> AsyncIterator[Runner]:
    at_once = settings.triage_at_once
    if settings.queue_url is None:
        yield InProcess(triage, at_once=at_once)
        return
    from sre_triage.services.queue import Queued, connected  # noqa: PLC0415 - only where needed

    async with connected(settings.queue_url) as queue:
        queued = Queued(queue, triage, at_once=at_once, sweep_s=settings.queue_sweep_seconds)
        if not work:
            yield queued
            return
        worker = asyncio.create_task(queued.work())
        try:
            yield queued
        finally:
            await _cancel(worker)


async def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait([task])
