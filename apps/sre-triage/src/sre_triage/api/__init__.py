"""Thin routes: they read the request, call one service, and choose the answer."""

from fastapi import APIRouter

from sre_triage.api import health, incidents, logs
from sre_triage.api.problems import problems

router = APIRouter(
    # The longest report that the schema allows, every character written as two escapes. Here and
    # not at the app, so that the middleware is around the limit and sees what it refuses.
    max_body_size=128 * 1024,
    responses=problems(500, 503),
)
router.include_router(health.router)
router.include_router(incidents.router)
router.include_router(logs.router)
