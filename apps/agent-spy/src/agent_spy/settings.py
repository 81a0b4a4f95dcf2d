"""What the environment decides."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

Words = Annotated[list[str], NoDecode]
"""A list written `a,b` or as JSON."""
_DATABASES = "write sqlite+aiosqlite:///FILE or postgresql+asyncpg://USER:PASSWORD@HOST/DATABASE"
Level = Literal["CRITICAL", "ERROR", "WARNING", "INFO", "DEBUG"]


class Settings(BaseSettings):
    """Read when the app is built. Each is an environment variable of the same name."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore")

    app_name: str = "Agent Spy"
    app_version: str = "0.1.0"
    debug: bool = False
    environment: str = "development"

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    reload: bool = False

    database_url: str = Field(default="sqlite+aiosqlite:///./agentspy.db", repr=False)
    """`sqlite+aiosqlite:///FILE` or `postgresql+asyncpg://…`."""
    database_pool_size: int = Field(default=20, ge=1)
    database_echo: bool = False

    api_prefix: str = "/api/v1"
    require_auth: bool = False
    api_keys: Words = Field(default=[], repr=False)
    """Keys that open every project, beside those that `agent-spy keys` makes."""

    cors_origins: Words = ["*"]
    cors_credentials: bool = True
    """Has no effect beside the origin `*`: with both, any site could read with a user's cookies."""
    cors_methods: Words = ["GET", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"]
    cors_headers: Words = ["*"]

    max_trace_size_mb: int = Field(default=20, ge=1, le=1024)
    """The most that one request's body may hold once decoded; `/info` tells the same to SDKs."""
    max_bodies_mb: int = Field(default=64, ge=1)
    """What all bodies together may hold in memory; more of them wait."""
    request_timeout: float = Field(default=30, gt=0)
    """Seconds in which a body must have arrived."""

    log_level: Level = "INFO"
    log_format: Literal["json", "console"] = "json"

    retention_days: int | None = Field(default=None, ge=1)
    """Traces older than this are deleted; unset keeps them for ever."""

    @field_validator("api_keys", "cors_origins", "cors_methods", "cors_headers", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        if value.lstrip().startswith("["):
            return json.loads(value)
        return [word.strip() for word in value.split(",") if word.strip()]

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, value: Any) -> Any:
        return value.upper() if isinstance(value, str) else value

    @field_validator("database_url")
    @classmethod
    def _known(cls, value: str) -> str:
        try:
            url = make_url(value)
        except ArgumentError:
            raise ValueError(_DATABASES) from None
        if url.drivername == "postgresql+asyncpg" or (
            url.drivername == "sqlite+aiosqlite" and url.database not in {None, "", ":memory:"}
        ):
            return value
        raise ValueError(_DATABASES)

    @field_validator("api_prefix")
    @classmethod
    def _rooted(cls, value: str) -> str:
        return "/" + value.strip("/") if value.strip("/") else ""

    @property
    def max_body_bytes(self) -> int:
        """`max_trace_size_mb` in bytes."""
        return self.max_trace_size_mb * 1024 * 1024
