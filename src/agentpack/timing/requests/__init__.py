"""What is sent: curl's options, a pasted line, a scenario, or what an OpenAPI document says."""

from __future__ import annotations

from agentpack.timing.requests.answer import Answered, Send
from agentpack.timing.requests.check import check
from agentpack.timing.requests.command import from_curl, from_options
from agentpack.timing.requests.openapi import Discovery, discover, parse
from agentpack.timing.requests.scenario import (
    Played,
    Scenario,
    Step,
    log_in,
    play,
    request_of,
)
from agentpack.timing.requests.scenario_file import load_scenario
from agentpack.timing.requests.show import to_curl

__all__ = [
    "Answered",
    "Discovery",
    "Played",
    "Scenario",
    "Send",
    "Step",
    "check",
    "discover",
    "from_curl",
    "from_options",
    "load_scenario",
    "log_in",
    "parse",
    "play",
    "request_of",
    "to_curl",
]
