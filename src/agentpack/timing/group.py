"""A program in a process group of its own, that does not outlive us.

A guard, one small process, waits at the other end of a pipe. When we are gone, however that came
about, the pipe closes and the guard stops the group. What a server started in sessions of its own
is found in the process table and stopped as well, where the system has `/proc`.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

GRACE_S = 5.0
"""How long a server may take to stop by itself before it is killed."""

_GUARD = f"""
import os, signal, sys, time
try:
    group = int(sys.stdin.readline())
except ValueError:
    sys.exit()
if sys.stdin.read():
    sys.exit()
for number, patience in ((signal.SIGTERM, {GRACE_S}), (signal.SIGKILL, 0)):
    try:
        os.killpg(group, number)
        end = time.monotonic() + patience
        while time.monotonic() < end:
            os.killpg(group, 0)
            time.sleep(0.05)
    except ProcessLookupError:
        break
"""


@contextmanager
def started(
    command: Sequence[str],
    *,
    directory: Path,
    environment: Mapping[str, str],
    log: Path,
    inherit: Sequence[int] = (),
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program; at the end of the block it and all it started are gone.

    Args:
        command: the program and its arguments.
        directory: where it runs.
        environment: its whole environment.
        log: the file that both of its outputs are appended to.
        inherit: file descriptors that it gets.

    Raises:
        OSError: there is no such program, or it cannot be started.

    """
    guard = subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", _GUARD],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    assert guard.stdin is not None  # noqa: S101 - it was asked for above
    try:
        with log.open("ab") as out:
            process = subprocess.Popen(
                command,
                cwd=directory,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=tuple(inherit),
            )
        try:
            guard.stdin.write(b"%d\n" % process.pid)
            guard.stdin.flush()
            yield process
        finally:
            _stop(process)
    finally:
        with contextlib.suppress(BrokenPipeError):
            guard.stdin.write(b"\ndone")
            guard.stdin.close()
        guard.wait()


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Stop the group, first by asking; an interrupt meanwhile makes it quick, not incomplete."""
    strays = descendants(process.pid)
    try:
        _signal(process.pid, signal.SIGTERM)
        end = time.monotonic() + GRACE_S
        while time.monotonic() < end and _lives(process):
            time.sleep(0.01)
    finally:
        _signal(process.pid, signal.SIGKILL)
        process.wait()
        for pid, born in strays.items():
            if _birth(pid) == born:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, signal.SIGKILL)


def _lives(process: subprocess.Popen[bytes]) -> bool:
    """Whether anything of the group is left; asking also takes the leader off the table."""
    if process.poll() is None:
        return True
    try:
        os.killpg(process.pid, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _signal(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def _stat(pid: int) -> list[str]:
    """The fields of `/proc/PID/stat` behind the program's name, which may hold anything."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return []


def _birth(pid: int) -> str | None:
    """When a process started: with its number, this tells it from a later one."""
    fields = _stat(pid)
    return fields[19] if fields else None


def descendants(pid: int) -> dict[int, str]:
    """All that a process started, and what that started, each with its time of birth.

    Where the system has no `/proc`, nothing is known of them.
    """
    if not Path("/proc/self/stat").exists():
        return {}
    children: dict[int, list[int]] = {}
    for folder in os.listdir("/proc"):  # noqa: PTH208 - only names are wanted
        fields = _stat(int(folder)) if folder.isdigit() else []
        if fields:
            children.setdefault(int(fields[1]), []).append(int(folder))
    found: dict[int, str] = {}
    pending = children.get(pid, [])
    while pending:
        one = pending.pop()
        born = _birth(one)
        if born and one not in found:
            found[one] = born
            pending = pending + children.get(one, [])
    return found
