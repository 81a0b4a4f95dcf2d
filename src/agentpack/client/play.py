"""Drive the client through one question, with a script where the model would be."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agentpack.client import stub
from agentpack.client.binary import Binary
from agentpack.errors import AgentpackError

QUESTION = "agentpack asks"
"""The prompt of the main conversation, by which a script knows it."""

_QUIET = {
    "DISABLE_TELEMETRY": "1",
    "DISABLE_AUTOUPDATER": "1",
    "DISABLE_ERROR_REPORTING": "1",
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    # A script may launch every agent of a large repository at once; the client's bound is 20.
    "CLAUDE_CODE_MAX_CONCURRENT_SUBAGENTS": "100000",
    "CLAUDE_CODE_MAX_SUBAGENTS_PER_SESSION": "100000",
}


@dataclass(frozen=True, slots=True)
class Recording:
    """What the client printed, what it sent to the model, and its debug log."""

    events: tuple[dict[str, Any], ...]
    requests: tuple[stub.Request, ...]
    debug: str

    @property
    def init(self) -> dict[str, Any]:
        """The client's account of itself: version, agents, skills, tools, model."""
        return next(event for event in self.events if event.get("subtype") == "init")


def play(
    binary: Binary,
    project: Path,
    script: stub.Script,
    *,
    allowed_tools: Sequence[str] = (),
    plugins: Sequence[Path] = (),
    timeout: float = 60,
) -> Recording:
    """Ask the client one question in `project` while `script` plays the model.

    Nothing of the environment is inherited but the PATH: no key, no settings
    of the user's, no network but the stub on loopback.

    Args:
        plugins: folders of plugins to load besides.
        timeout: seconds after which the client is stopped.

    Raises:
        AgentpackError: the client ended without the account that it opens with.
    """
    with (
        tempfile.TemporaryDirectory(prefix="agentpack-client-") as home,
        stub.serve(script) as model,
    ):
        debug = Path(home) / "debug.log"
        command = [str(binary.path), "-p", QUESTION, "--output-format", "stream-json", "--verbose"]
        command += ["--debug-file", str(debug)]
        command += ["--allowedTools", *allowed_tools] if allowed_tools else []
        for plugin in plugins:
            command += ["--plugin-dir", str(plugin)]
        environment = {
            **_QUIET,
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": home,
            "TMPDIR": home,
            "ANTHROPIC_BASE_URL": model.base_url,
            "ANTHROPIC_API_KEY": "none-needed",
        }
        try:
            run = subprocess.run(
                command,
                cwd=project,
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=timeout,
                check=False,
            )
        except subprocess.TimeoutExpired:
            message = f"did not answer within {timeout:.0f} s"
            raise AgentpackError(message, path=binary.path) from None
        events = tuple(json.loads(line) for line in run.stdout.splitlines() if line.startswith("{"))
        # Some settings make it announce a redraw before it gives its account.
        if not any(event.get("subtype") == "init" for event in events):
            message = (
                f"ended with code {run.returncode}: {(run.stderr or run.stdout).strip()[:300]}"
            )
            raise AgentpackError(message, path=binary.path)
        log = debug.read_text(errors="replace") if debug.exists() else ""
        return Recording(events, tuple(model.requests), log)
