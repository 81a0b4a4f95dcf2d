"""Thin routes: they read the request, call one service, and choose the answer."""

from fastapi import APIRouter

from sre_triage.api import health, incidents

router = APIRouter()
router.include_router(health.router)
router.include_router(incidents.router)
