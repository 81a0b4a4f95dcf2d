"""Answers about uploaded logs."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class LogDetail(BaseModel):
    """What is known of a log; its bytes have an address of their own."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    size: int
    sha256: str
    encoding: Literal["utf-8", "utf-16-le", "utf-16-be", "binary"]
    created_at: datetime


class LogPage(BaseModel):
    """One page of logs, newest first, and how many there are over all pages."""

    model_config = ConfigDict(from_attributes=True)

    items: list[LogDetail]
    total: int
    page: int
    per_page: int
