"""What is sent: curl's options, a pasted line, a scenario, or what an OpenAPI document says."""

from __future__ import annotations

from agentpack.timing.requests.command import from_curl, from_options
from agentpack.timing.requests.show import to_curl

__all__ = ["from_curl", "from_options", "to_curl"]
