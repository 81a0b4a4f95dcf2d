"""What an OpenAPI document says can be called, and what its answers have to be."""

from __future__ import annotations

from agentpack.timing.requests.openapi.discover import Discovery, discover
from agentpack.timing.requests.openapi.document import parse

__all__ = ["Discovery", "discover", "parse"]
