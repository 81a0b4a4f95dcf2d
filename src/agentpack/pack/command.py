"""The git command, kept short: what it may read, write, ask and take."""

from __future__ import annotations

import os
import resource
import subprocess
import tempfile
from functools import partial
from pathlib import Path

from agentpack.errors import AgentpackError
from agentpack.pack import bounds
from agentpack.pack.safety import printable

_SECONDS = 300
_MEMORY = 4 << 30
# How to reach a repository; all else that git takes from the environment says where one is.
_KEPT = ("GIT_SSH", "GIT_SSL", "GIT_ASKPASS", "GIT_PROXY", "GIT_CONFIG_")
_SAFE = (
    *("-c", "core.hooksPath=/dev/null"),
    *("-c", "core.fsmonitor=false"),
    *("-c", "core.alternateRefsCommand="),
    *("-c", "protocol.version=2"),
    *("-c", "transfer.fsckObjects=false"),
    *("-c", "gc.auto=0"),
    *("-c", "maintenance.auto=false"),
    *("-c", "credential.interactive=false"),
)


def git(
    arguments: list[str],
    repository: Path | None,
    location: str,
    given: bytes = b"",
    most: int | None = None,
) -> bytes:
    """What git answers. A small repository may hold trees without end: so the answer has a bound.

    Args:
        repository: the bare repository that it works in.
        location: what the errors are about.
        given: its standard input.
        most: bytes that git may write into any one file, its answer included.

    Raises:
        AgentpackError: there is no git, it fails, or it was stopped.
    """
    where = ["--git-dir", str(repository)] if repository else []
    most = most or bounds.LARGEST_REPOSITORY
    with tempfile.TemporaryFile() as answer:
        try:
            run = subprocess.run(
                ["git", *_SAFE, *where, *arguments],
                input=given,
                stdout=answer,
                stderr=subprocess.PIPE,
                timeout=_SECONDS,
                check=False,
                env=_environment(),
                preexec_fn=partial(_bound, most),
            )
        except FileNotFoundError:
            raise AgentpackError("git is not on this machine", mend="install git") from None
        except subprocess.TimeoutExpired:
            raise AgentpackError(f"git took longer than {_SECONDS} s", path=location) from None
        if run.returncode:
            raise AgentpackError(_reason(run.stderr, run.returncode, most), path=location)
        answer.seek(0)
        return answer.read()


def _reason(told: bytes, code: int, most: int) -> str:
    lines = [line.strip() for line in told.decode(errors="replace").splitlines() if line.strip()]
    stopped = ("File too large", "file size limit", "of signal", "Out of memory", "out of memory")
    if code < 0 or any(sign in line for line in lines for sign in stopped):
        limit = bounds.megabytes(most)
        return f"git was stopped: the repository has more than {limit}, or takes too long"
    fatal = next((line for line in lines if line.startswith(("fatal:", "error:"))), "")
    return f"git: {printable(fatal.partition(':')[2].strip() or f'ended with {code}')[:300]}"


def _environment() -> dict[str, str]:
    """The user's, less what would point git at another repository or let it ask questions."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GIT_") or name.startswith(_KEPT)
    }
    return {
        "GIT_SSH_COMMAND": "ssh -oBatchMode=yes",
        **kept,
        "GIT_ALLOW_PROTOCOL": "https:ssh:file",
        "GIT_PROTOCOL_FROM_USER": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_LFS_SKIP_SMUDGE": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_NO_LAZY_FETCH": "1",
        "LC_ALL": "C",
    }


def _bound(most: int) -> None:
    """In the child, before git: no larger file, no more memory, no more time than this."""
    for limit, wanted in (
        (resource.RLIMIT_FSIZE, most),
        (resource.RLIMIT_CPU, _SECONDS),
        (resource.RLIMIT_AS, _MEMORY),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(limit)[1]
        least = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(limit, (least, least))
