"""The application: `uvicorn agent_spy.app:create_app --factory`, or `agent-spy serve`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

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
    runs,
    sessions,
    share,
    v2,
)
from agent_spy.authentication import Authentication
from agent_spy.bodies import Bodies
from agent_spy.errors import add_error_handlers
from agent_spy.log import set_up_logging
from agent_spy.middleware import RequestLog
from agent_spy.repositories.runs import Runs
from agent_spy.repositories.statistics import Statistics
from agent_spy.services.dashboard import Dashboard
from agent_spy.services.deletion import Deletion
from agent_spy.services.feedback import FeedbackService
from agent_spy.services.files import Attachments
from agent_spy.services.health import Health
from agent_spy.services.ingest import Ingest
from agent_spy.services.keys import Keys
from agent_spy.services.metrics import Metrics
from agent_spy.services.projects import Projects
from agent_spy.services.runs import RunReader
from agent_spy.services.shares import Sharing
from agent_spy.services.sums import Sums
from agent_spy.services.threads import ThreadReader
from agent_spy.services.v2 import V2
from agent_spy.settings import Settings
from agent_spy.storage.database import open_database


def create_app(settings: Settings | None = None) -> FastAPI:
    """Build the app. Nothing is opened before it starts."""
    settings = settings or Settings()
    database = open_database(settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await database.start()
        days = settings.retention_days
        retention = asyncio.create_task(app.state.deletion.keep(days)) if days else None
        try:
            yield
        finally:
            app.state.stopping = True
            if retention:
                retention.cancel()
                await asyncio.wait([retention])
            await database.stop()

    set_up_logging(settings)
    app = FastAPI(
        title=settings.app_name,
        version=settings.app_version,
        lifespan=lifespan,
    )
    app.state.settings = settings
    app.state.stopping = False
    app.state.started = datetime.now(UTC)
    app.state.database = database
    app.state.projects = Projects(database)
    app.state.ingest = Ingest(database, app.state.projects)
    read = Runs(database.engine)
    app.state.attachments = Attachments(database)
    app.state.runs = RunReader(database, read, app.state.attachments)
    app.state.sums = Sums(database)
    app.state.feedback = FeedbackService(database)
    app.state.sharing = Sharing(database, read)
    app.state.threads = ThreadReader(database)
    app.state.v2 = V2(database, app.state.runs, app.state.sharing)
    app.state.dashboard = Dashboard(database.engine, read, Statistics(database.engine))
    app.state.health = Health(database)
    app.state.metrics = Metrics(app.state.ingest, database.writer)
    app.state.deletion = Deletion(database, read)
    app.state.keys = Keys(database, settings.api_keys)
    add_error_handlers(app, debug=settings.debug)
    app.include_router(health.router)
    app.include_router(metrics.router)
    # SDKs use the address that they are given as it is: with or without the prefix.
    for prefix in dict.fromkeys((settings.api_prefix, "")):
        for area in (
            info,
            ingest,
            otlp,
            runs,
            deletion,
            share,
            attachments,
            feedback,
            sessions,
            dashboard,
        ):
            app.include_router(area.router, prefix=prefix, include_in_schema=bool(prefix))
    app.include_router(v2.router)
    _add_middleware(app, settings)
    return app


def _add_middleware(app: FastAPI, settings: Settings) -> None:
    """The last one added is the outermost: even a 500 gets its id, its log line and its CORS."""
    if settings.require_auth:
        app.add_middleware(Authentication, keys=app.state.keys, api_prefix=settings.api_prefix)
    app.add_middleware(Bodies, settings=settings)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=settings.cors_origins,
        allow_credentials=settings.cors_credentials and "*" not in settings.cors_origins,
        allow_methods=settings.cors_methods,
        allow_headers=settings.cors_headers,
        expose_headers=["X-Request-ID"],
    )
    app.add_middleware(RequestLog)
