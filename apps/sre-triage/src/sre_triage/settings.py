"""What the environment decides."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Read from the environment when the app is built, never at import of this module."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore")

    database_url: str = Field(default="sqlite+aiosqlite:///./sre-triage.db", repr=False)
    """`sqlite+aiosqlite:///FILE` or `postgresql+asyncpg://…`."""
    migrate_on_start: bool = True
    """Unset it where `sre-triage migrate` runs before a release, as behind PgBouncer."""

    triage_timeout_seconds: float = Field(default=30, gt=0)
    """How long one attempt may take."""
    triage_attempts: int = Field(default=5, ge=1)
    """How often one is made before the incident is marked as failed."""
    triage_retry_seconds: float = Field(default=1, gt=0)
    """The wait before the second attempt; it doubles with each, up to a minute."""
    triage_at_once: int = Field(default=10, ge=1)
    """How many run side by side in one process."""
    recovery_seconds: float = Field(default=60, gt=0)
    """How often to look for incidents that wait and nobody works on."""

    queue_url: str | None = Field(default=None, repr=False)
    """`postgresql://…` or `redis://…`; unset, triage runs in the server's process."""
    queue_worker: bool = True
    """Whether the server works on the queue too; else `sre-triage worker` must run."""

    queue_sweep_seconds: int = Field(default=30, ge=1)
    """How often to look for jobs whose worker was killed."""

    llm_base_url: str | None = None
    """An OpenAI-compatible API, such as `https://api.openai.com/v1`; unset, rules decide."""
    llm_model: str = ""
    llm_api_key: SecretStr = SecretStr("none")
    llm_timeout_seconds: float = Field(default=10, gt=0)
    """How long the service may be silent."""
    llm_response_format: Literal["json_schema", "json_object", "text"] = "json_schema"
    """What the service knows of: not every compatible one takes a schema."""

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["console", "json"] = "console"

    @model_validator(mode="after")
    def _model_named(self) -> Self:
        if self.llm_base_url and not self.llm_model:
            raise ValueError("LLM_BASE_URL needs LLM_MODEL, the name of the model to ask")
        return self
