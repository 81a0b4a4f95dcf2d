"""The one shape of every error, as RFC 9457 has it."""

from __future__ import annotations

from pydantic import BaseModel


class Fault(BaseModel):
    """One thing that is wrong with a request."""

    type: str
    loc: list[str | int]
    msg: str


class Problem(BaseModel):
    """Why there is no other answer. `request_id` finds it in the log."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    instance: str
    request_id: str
    errors: list[Fault] = []
