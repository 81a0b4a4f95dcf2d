"""The application: `uvicorn agent_spy.app:create_app --factory`, or `agent-spy serve`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from agent_spy.api import ingest
from agent_spy.errors import add_error_handlers
from agent_spy.services.ingest import Ingest
from agent_spy.services.projects import Projects
from agent_spy.settings import Settings
from agent_spy.storage.database import open_database


def create_app(settings: Settings | None = None) -> FastAPI:
    """Build the app. Nothing is opened before it starts."""
    settings = settings or Settings()
    database = open_database(settings)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await database.start()
        try:
            yield
        finally:
            await database.stop()

    app = FastAPI(title=settings.app_name, version=settings.app_version, lifespan=lifespan)
    app.state.settings = settings
    app.state.ingest = Ingest(database, Projects(database))
    add_error_handlers(app, debug=settings.debug)
    for prefix in (settings.api_prefix, ""):
        app.include_router(ingest.router, prefix=prefix, include_in_schema=bool(prefix))
    return app
