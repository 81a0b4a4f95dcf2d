"""A throwaway folder and a confined process for each page's code.

What a page's process may: read the disk, write its own folder, talk to this machine, for so long
and with so much memory. It sees none of our environment. All it started is gone with it.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

INSIDE = Path(__file__).parent / "inside"
_START = (
    "import sys; sys.path.insert(0, {inside!r}); "
    "from _agentpack_proof.work import main; del sys.path[0]; main()"
)
_HANDED_ON = "AGENTPACK_PROOF_"
_OFFLINE = {
    "npm_config_offline": "true",
    "npm_config_audit": "false",
    "npm_config_fund": "false",
    "npm_config_update_notifier": "false",
    "PIP_RETRIES": "0",
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    "UV_OFFLINE": "1",
}
"""What would wait for a network finds out at once that there is none."""
_LARGEST_EVENT = 1 << 20
_MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that a page's code may take."""

    timeout_s: float = 60.0
    """For one block."""
    memory_mb: int = 4096
    """For one process."""
    file_mb: int = 512
    """For one file."""
    confine: bool = True
    """False for code that is trusted: then nothing but the folder and the limits holds it."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a page's process ended before it was done."""

    line: int | None
    """Of the block that was under way."""
    reason: str


def environment(python: str, folder: Path) -> dict[str, str]:
    """What a page's code sees: a path, an empty home, and what is meant for it by its name."""
    path = os.pathsep.join([str(Path(python).parent), os.environ.get("PATH", os.defpath)])
    handed_on = {name: value for name, value in os.environ.items() if name.startswith(_HANDED_ON)}
    return {
        "PATH": path,
        "HOME": str(folder / "home"),
        "TMPDIR": str(folder / "tmp"),
        "LANG": "C.UTF-8",
        "XDG_RUNTIME_DIR": str(folder / "runtime"),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",
        **_OFFLINE,
        **handed_on,
    }


def work(
    run: Path,
    name: str,
    task: Mapping[str, Any],
    *,
    python: str,
    limits: Limits,
    needed: Sequence[str] = (),
) -> Iterator[dict[str, Any] | Ended]:
    """Run one page's blocks and tell what comes of each, as it comes.

    Args:
        run: the folder of the whole proof, with the pack's files in `.claude`.
        name: of the page's own folder in it; it may be there already.
        task: the page: its path, blocks, prelude, and whether it is strict.
        python: the interpreter.
        limits: the most that it may take.
        needed: folders that must stay in sight.
    """
    folder = _made(run, name)
    reading, writing = os.pipe()
    whole = {
        **task,
        "pipe": writing,
        "confine": limits.confine,
        "timeout_s": limits.timeout_s,
        "run": str(run),
        "folder": str(folder),
        "needed": [*_needed(python), *needed],
        "limits": {
            "RLIMIT_DATA": limits.memory_mb * _MEGABYTE,
            "RLIMIT_FSIZE": limits.file_mb * _MEGABYTE,
            "RLIMIT_CORE": 0,
        },
    }
    command = [python, *(["-W", "error"] if task["strict"] else []), "-c"]
    command.append(_START.format(inside=str(INSIDE)))
    with (run / f"{name}.log").open("ab") as log:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment(python, folder),
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            pass_fds=(writing,),
            start_new_session=True,
        )
    os.close(writing)
    try:
        assert process.stdin is not None  # noqa: S101 - it was asked for above
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(json.dumps(whole).encode())
            process.stdin.close()
        yield from _events(reading, process, limits.timeout_s + 5)
    finally:
        os.close(reading)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _needed(python: str) -> list[str]:
    """The folders that a page's process cannot do without."""
    handed_on = [value for name, value in os.environ.items() if name.startswith(_HANDED_ON)]
    own = [Path(python).parents[1], Path(python).resolve().parents[1], INSIDE]
    return [str(place) for place in dict.fromkeys([*own, *map(Path, handed_on)]) if place.is_dir()]


def _made(run: Path, name: str) -> Path:
    folder = run / name
    for place in (folder, folder / "home", folder / "tmp"):
        place.mkdir(exist_ok=True)
    (folder / "runtime").mkdir(0o700, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        (folder / ".claude").symlink_to(run / ".claude")
    return folder


def _events(
    pipe: int, process: subprocess.Popen[bytes], timeout_s: float
) -> Iterator[dict[str, Any] | Ended]:
    under_way: int | None = None
    rest = b""
    end = time.monotonic() + timeout_s
    while True:
        ready, _, _ = select.select([pipe], [], [], max(0.0, end - time.monotonic()))
        if not ready:
            yield Ended(under_way, f"did not end within {timeout_s - 5:g} s")
            return
        data = os.read(pipe, 65536)
        if not data or len(rest) > _LARGEST_EVENT:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(5)
            yield Ended(under_way, _how(process.returncode))
            return
        *lines, rest = (rest + data).split(b"\n")
        for line in lines:
            told: dict[str, Any] = json.loads(line)
            if "block" in told:
                under_way = told["block"]
            end = time.monotonic() + timeout_s
            yield told
            if told.get("end"):
                return


def _how(code: int | None) -> str:
    if code is not None and code > 127 - 1:
        code = code - 256
    if code is not None and code < 0:
        with contextlib.suppress(ValueError):
            return f"ended its process with {signal.Signals(-code).name}"
    return f"ended its process with exit {code}"
