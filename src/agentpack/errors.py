"""What can stop us. Everything else that goes wrong is a finding, and data."""

from __future__ import annotations

from pathlib import Path


class AgentpackError(Exception):
    """Input that a command cannot work with, told in one line.

    Args:
        message: what is wrong.
        path: the file that is wrong, where there is one.
        line: its line, counted from 1.
        mend: what to do about it.

    """

    def __init__(
        self,
        message: str,
        *,
        path: Path | str | None = None,
        line: int | None = None,
        mend: str | None = None,
    ) -> None:
        self.message, self.path, self.line, self.mend = message, path, line, mend
        super().__init__(message)

    def __str__(self) -> str:
        place = (
            ""
            if self.path is None
            else f"{self.path}:{self.line}: "
            if self.line
            else f"{self.path}: "
        )
        mend = f"; {self.mend}" if self.mend else ""
        return f"{place}{self.message}{mend}"
