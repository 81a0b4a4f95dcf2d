"""Projects, and what the server tells of itself and of faults."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class Fault(BaseModel):
    """Why a request was refused: a sentence, or one entry for each wrong value."""

    detail: str | list[dict[str, Any]]


class Health(BaseModel):
    """How the server is."""

    status: str
    timestamp: datetime
    version: str
    environment: str
    uptime_seconds: float
    database_status: str
    dependencies: dict[str, str]


class Ready(BaseModel):
    """Whether requests may be sent here."""

    ready: bool
    checks: dict[str, bool]
    timestamp: datetime


class Live(BaseModel):
    """That the process runs."""

    status: str
    timestamp: datetime


class BatchIngestConfig(BaseModel):
    """How an SDK batches: `size_limit` counts runs, `size_limit_bytes` what a body may hold."""

    use_multipart_endpoint: bool
    size_limit: int
    size_limit_bytes: int
    scale_up_qsize_trigger: int
    scale_up_nthreads_limit: int
    scale_down_nempty_trigger: int


class Info(BaseModel):
    """What SDKs ask first."""

    model_config = ConfigDict(extra="allow")

    version: str
    license_expiration_time: datetime | None
    tenant_handle: str
    batch_ingest_config: BatchIngestConfig
    instance_flags: dict[str, bool]


class Project(BaseModel):
    """What runs are grouped by; the SDK calls it a session."""

    model_config = ConfigDict(extra="allow")

    id: UUID
    tenant_id: UUID
    name: str
    description: str | None
    start_time: datetime
    end_time: datetime | None
    reference_dataset_id: UUID | None
