"""The application: `uvicorn agent_spy.app:create_app --factory`, or `agent-spy serve`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import product

from fastapi import Depends, FastAPI
from fastapi.middleware.cors import CORSMiddleware
from starlette.datastructures import State

from agent_spy.api import (
    attachments,
    dashboard,
    deletion,
    feedback,
    health,
    info,
    ingest,
    metrics,
    otlp,
    pages,
    runs,
    sessions,
    share,
    v2,
)
from agent_spy.api.html import Assets
from agent_spy.api.once import once
from agent_spy.authentication import Authentication
from agent_spy.bodies import Bodies
from agent_spy.errors import add_error_handlers
from agent_spy.log import set_up_logging
from agent_spy.middleware import Faults, RequestLog
from agent_spy.openapi import document
from agent_spy.repositories.roots import Roots
from agent_spy.repositories.runs import Runs
from agent_spy.repositories.statistics import Statistics
from agent_spy.services.activity import ActivityReader
from agent_spy.services.answers import Answers
from agent_spy.services.dashboard import Dashboard
from agent_spy.services.deletion import Deletion
from agent_spy.services.details import RunDetails
from agent_spy.services.feedback import FeedbackService
from agent_spy.services.files import Attachments
from agent_spy.services.follower import Follower
from agent_spy.services.health import Health
from agent_spy.services.ingest import Ingest
from agent_spy.services.keys import Keys
from agent_spy.services.metrics import Metrics
from agent_spy.services.projects import Projects
from agent_spy.services.runs import RunReader
from agent_spy.services.shares import Sharing
from agent_spy.services.sums import Sums
from agent_spy.services.threads import ThreadReader
from agent_spy.services.timeline import Timelines
from agent_spy.services.traces import Traces
from agent_spy.services.v2 import V2
from agent_spy.settings import Settings
from agent_spy.stopping import Stopping
from agent_spy.storage.database import Database, open_database


def create_app(settings: Settings | None = None) -> FastAPI:
    """Build the app. Nothing is opened before it starts."""
    settings = settings or Settings()
    database = open_database(settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await database.start()
        days = settings.retention_days
        tasks = [asyncio.create_task(app.state.follower.run())]
        if days:
            tasks.append(asyncio.create_task(app.state.deletion.keep(days)))
        try:
            with app.state.stopping.watching():
                yield
        finally:
            app.state.stopping.begin()
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            await database.stop()

    set_up_logging(settings)
    app = FastAPI(
        title=settings.app_name,
        version=settings.app_version,
        lifespan=lifespan,
    )
    app.state.settings = settings
    app.state.stopping = Stopping()
    app.state.started = datetime.now(UTC)
    app.state.database = database
    _add_services(app.state, database, settings)
    add_error_handlers(app)
    _add_routes(app, settings)
    document(app, settings)
    _add_middleware(app, settings)
    return app


def _add_services(state: State, database: Database, settings: Settings) -> None:
    state.projects = Projects(database)
    state.ingest = Ingest(database, state.projects)
    read = Runs(database.reader)
    state.attachments = Attachments(database)
    state.follower = Follower(database)
    state.runs = RunReader(database, read, state.attachments, state.follower)
    state.sums = Sums(database)
    state.feedback = FeedbackService(database)
    state.sharing = Sharing(database, read)
    state.threads = ThreadReader(database)
    state.v2 = V2(database, state.runs, state.sharing)
    state.answers = Answers(database)
    roots, statistics = Roots(database.reader), Statistics(database.reader)
    state.dashboard = Dashboard(roots, read, statistics, state.follower)
    state.traces = Traces(database, read, state.projects, state.follower)
    state.timelines = Timelines(database, read)
    state.details = RunDetails(database, state.runs, state.attachments)
    state.activity = ActivityReader(database, state.projects)
    state.health = Health(database)
    state.metrics = Metrics(state.ingest, database.writer, state.follower)
    state.deletion = Deletion(database, read)
    state.keys = Keys(database, settings.api_keys)


def _add_routes(app: FastAPI, settings: Settings) -> None:
    app.include_router(health.router)
    app.include_router(metrics.router)
    # Routes are tried in their order: what is asked most comes first.
    areas = (ingest, dashboard, runs, info, otlp, deletion, share, attachments, feedback, sessions)
    # SDKs use the address that they are given as it is: with or without the prefix.
    for area, prefix in product(areas, dict.fromkeys((settings.api_prefix, ""))):
        app.include_router(
            area.router,
            prefix=prefix,
            include_in_schema=bool(prefix),
            dependencies=[Depends(once)],
        )
    app.include_router(v2.router, dependencies=[Depends(once)])
    app.include_router(pages.router)
    app.mount("/static", Assets(), name="static")


def _add_middleware(app: FastAPI, settings: Settings) -> None:
    """The last one added is the outermost: even a 500 gets its id, its log line and its CORS."""
    if settings.require_auth:
        app.add_middleware(Authentication, keys=app.state.keys, api_prefix=settings.api_prefix)
    app.add_middleware(Bodies, settings=settings)
    app.add_middleware(Faults, debug=settings.debug)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=settings.cors_origins,
        allow_credentials=settings.cors_credentials and "*" not in settings.cors_origins,
        allow_methods=settings.cors_methods,
        allow_headers=settings.cors_headers,
        expose_headers=["X-Request-ID"],
    )
    app.add_middleware(RequestLog)
