"""The application: `uvicorn sre_triage.app:app`, or `sre-triage serve`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI

from sre_triage import api
from sre_triage.api.problems import describe_problems
from sre_triage.errors import add_error_handlers
from sre_triage.log import set_up_logging
from sre_triage.middleware import BodyLimitProblems, RequestLog
from sre_triage.parts import open_parts
from sre_triage.services.assessment import Step
from sre_triage.settings import Settings


def create_app(settings: Settings | None = None, *, triage_step: Step | None = None) -> FastAPI:
    """Build the app. Opens nothing before it starts.

    `triage_step` is what assesses an incident, instead of what the settings name.
    """
    settings = settings or Settings()

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[dict[str, Any]]:
        set_up_logging(settings)
        async with open_parts(settings, step=triage_step, work=settings.queue_worker) as parts:
            yield {"sessions": parts.sessions, "start_triage": parts.runner.start}

    app = FastAPI(
        title="SRE triage",
        version="0.1.0",
        lifespan=lifespan,
    )
    add_error_handlers(app)
    app.add_middleware(BodyLimitProblems)
    app.add_middleware(RequestLog)  # the last one added is the outermost
    app.include_router(api.router)
    describe_problems(app)
    return app


app = create_app()
