"""The real Claude Code on this machine."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from agentpack.errors import AgentpackError

VARIABLE = "AGENTPACK_CLAUDE"
"""The environment variable that names the client to use."""

HOW_TO_GET = (
    "npm install -g @anthropic-ai/claude-code, or pip install claude-agent-sdk, which carries it"
)


@dataclass(frozen=True, slots=True)
class Binary:
    """A client that runs, and its version such as `2.1.329`."""

    path: Path
    version: str


def find(path: Path | None = None) -> Binary:
    """Find the client: `path`, else $AGENTPACK_CLAUDE, else on the PATH, else in the Agent SDK.

    Raises:
        AgentpackError: there is none, or the one that was named does not run.
    """
    if path is None and os.environ.get(VARIABLE):
        path = Path(os.environ[VARIABLE])
    if path is None:
        path = next(_places(), None)
    if path is None:
        raise AgentpackError("Claude Code is not on this machine", mend=f"get it: {HOW_TO_GET}")
    return Binary(path, _version(path))


def _places() -> Iterator[Path]:
    on_path = shutil.which("claude")
    if on_path:
        yield Path(on_path)
    spec = find_spec("claude_agent_sdk")
    if spec and spec.origin:
        bundled = Path(spec.origin).parent / "_bundled" / "claude"
        if bundled.is_file():
            yield bundled


def _version(path: Path) -> str:
    try:
        run = subprocess.run(
            [path, "--version"], capture_output=True, text=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise AgentpackError(f"does not run: {error}", path=path, mend=HOW_TO_GET) from None
    match = re.match(r"(\d+\.\d+\.\d+)\S* \(Claude Code\)", run.stdout)
    if match is None:
        raise AgentpackError("is not Claude Code", path=path, mend=HOW_TO_GET)
    return match[1]
