"""The linter's only writer: a mended file in place of the old one, whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from agentpack.errors import AgentpackError
from agentpack.lint.fix import Mended


def write(base: Path, mended: Mended) -> None:
    """Put a mended file in place, unless it changed since it was read.

    Raises:
        AgentpackError: it cannot be written, or is no longer what was linted.
    """
    path = base / mended.path
    temporary = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        if path.read_bytes() != mended.before.encode():
            raise AgentpackError("changed while it was linted", path=path, mend="run it again")
        temporary.write_bytes(mended.after.encode())
        temporary.chmod(path.stat().st_mode)
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise AgentpackError(f"cannot be written: {error.strerror}", path=path) from None
