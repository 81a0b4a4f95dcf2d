"""What the environment decides."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Read from the environment when the app is built, never at import of this module."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore")

    database_url: str = "sqlite+aiosqlite:///./sre-triage.db"
    """An async SQLAlchemy URL."""

    triage_timeout_seconds: float = Field(default=30, gt=0)
    """How long one triage may take before the incident is marked as failed."""
