"""Shells: each block in a bash of its own, which begins where the one before it ended."""

import os
import re
import shlex
import signal
import socket
import subprocess
import time

from _agentpack_proof import web

_MOST = 65536


def run(page, block):
    """Run a block; a command that fails ends it."""
    return _run(page, block["source"])


def run_console(page, block):
    """Run the commands of a session, which stand behind `$`; what they print is not compared."""
    lines = block["source"].splitlines()
    prompts = [
        number for number, line in enumerate(lines) if line.lstrip().startswith(("$ ", "# "))
    ]
    kept = []
    for number, line in enumerate(lines):
        goes_on = kept and kept[-1].endswith("\\")
        if number in prompts:
            kept.append(line.lstrip()[2:])
        else:
            kept.append(line if goes_on else "")
    if not prompts:
        return {"shown": "a session without a command"}
    return _run(page, "\n".join(kept))


def _run(page, source):
    url = web.address(page)
    state = shlex.quote(page.state)
    before = f'. {state}; cd "$(cat {state}.folder)"' if os.path.exists(page.state) else ":"
    # The page's line numbers are bash's own; errors of the first line count from it as well.
    script = (
        f"{before}; trap 'code=$?; export -p > {state}; pwd > {state}.folder; exit $code' EXIT\n"
        + source
    )
    environment = dict(os.environ)
    if url:
        environment["BASE_URL"] = url
    process = subprocess.Popen(
        ["bash", "-e", "-o", "pipefail", "-c", script],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environment,
        start_new_session=True,
    )
    server = _SERVER.search(source)
    if server:
        return _served(page, process, int(server["port"] or 8000))
    try:
        out = process.communicate(timeout=page.timeout_s)[0]
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return {"failure": {"kinds": ["Timeout"], "message": "", "line": None}}
    text = out[-_MOST:].decode("utf-8", "replace")
    if process.returncode:
        return {
            "failure": {
                "kinds": ["Exit"],
                "code": process.returncode,
                "message": text[-2000:],
                "line": None,
            }
        }
    return {}


_SERVER = re.compile(
    r"(?m)^(?!\s*#)[^\n]*\b(?:uvicorn|gunicorn|hypercorn|fastapi (?:dev|run))\s[^\n&]*?"
    r"(?:--port[ =](?P<port>\d+)[^\n&]*)?\s*\Z"
)
"""A last command that serves until it is stopped."""


def _served(page, process, port):
    """Wait until a server answers at its port, then stop it: that it does is all it says."""
    end = time.monotonic() + page.timeout_s
    try:
        while process.poll() is None and time.monotonic() < end:
            with socket.socket() as client:
                if client.connect_ex(("127.0.0.1", port)) == 0:
                    return {"served": port}
            time.sleep(0.05)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
        text = process.communicate()[0][-_MOST:].decode("utf-8", "replace")
    if process.returncode == -signal.SIGTERM:
        return {"failure": {"kinds": ["Timeout"], "message": "", "line": None}}
    return {
        "failure": {
            "kinds": ["Exit"],
            "code": process.returncode,
            "message": text[-2000:],
            "line": None,
        }
    }
