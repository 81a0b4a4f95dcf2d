"""What is needed of an answer: the timing session's own fits, and so does a made one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from agentpack.timing.request import Request


class Measured(Protocol):
    """The part of a sample that is needed here."""

    @property
    def status(self) -> int:
        """The answer's status; 0 when none came."""

    @property
    def error(self) -> str | None:
        """Why there is no whole answer."""


class Answered(Protocol):
    """What came back for a request: the answer of the timing session, or one like it."""

    @property
    def sample(self) -> Measured:
        """What was measured."""

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """The answer's headers."""

    @property
    def body(self) -> bytes:
        """The answer's body, as it came."""


Send = Callable[[Request], Answered]
