"""The application: `uvicorn sre_triage.app:app`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from fastapi import FastAPI

from sre_triage import api
from sre_triage.database import create_engine, create_sessions
from sre_triage.errors import add_error_handler
from sre_triage.models import Base
from sre_triage.services import rules
from sre_triage.services.triage import Step, run_triage
from sre_triage.settings import Settings


def create_app(settings: Settings | None = None, *, triage_step: Step = rules.assess) -> FastAPI:
    """Build the app; `triage_step` is what assesses an incident. Opens nothing before it starts."""
    settings = settings or Settings()

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[dict[str, Any]]:
        engine = create_engine(settings.database_url)
        try:
            if engine.dialect.name == "sqlite":
                async with engine.begin() as connection:
                    await connection.run_sync(Base.metadata.create_all)
            sessions = create_sessions(engine)
            yield {
                "sessions": sessions,
                "run_triage": partial(
                    run_triage,
                    sessions,
                    triage_step,
                    timeout_seconds=settings.triage_timeout_seconds,
                ),
            }
        finally:
            await engine.dispose()

    app = FastAPI(
        title="SRE triage",
        version="0.1.0",
        lifespan=lifespan,
        # The longest report that the schema allows, every character written as two escapes.
        max_body_size=128 * 1024,
    )
    add_error_handler(app)
    app.include_router(api.router)
    return app


app = create_app()
