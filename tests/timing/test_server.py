"""A server is ready when the block begins, and gone with all it started when it ends."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from agentpack.errors import AgentpackError
from agentpack.timing.app import App
from agentpack.timing.server import serving

PLAIN = """
import os
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    text = os.environ.get("SAY", "hello").encode()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": text})
"""
CHILD = """
import subprocess, sys
print("before", flush=True)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"],
                         start_new_session={apart})
print("child", child.pid, flush=True)
"""
OURS = (sys.executable,)


def lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def gone(pid: int) -> bool:
    """Whether a process ends."""
    end = time.monotonic() + 60
    while lives(pid) and time.monotonic() < end:
        time.sleep(0.02)
    return not lives(pid)


def get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=60) as answer:
        return answer.read()


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def test_an_app_answers_and_is_gone(make: Callable[[dict[str, str]], Path]) -> None:
    """It answers at once, with the environment it was given; afterwards its log is still there."""
    root = make({"main.py": PLAIN})
    app = App("main:app", None, root, {"SAY": "app"}, python=OURS)
    with serving(app) as server:
        assert get(server.base_url) == b"app"
        assert server.crashed() is None
    assert not lives(server.pid)
    assert "startup complete" in server.log.read_text()
    with serving(app, environment={"SAY": "block"}) as server:
        assert get(server.base_url) == b"block"


def test_a_source_folder_is_found(make) -> None:
    """A module below `src` that is not installed is imported from there."""
    root = make({"src/shop/__init__.py": "", "src/shop/main.py": PLAIN})
    with serving(App("shop.main:app", None, root, python=OURS)) as server:
        assert get(server.base_url) == b"hello"


def test_the_bootstrap_runs_first(make) -> None:
    """`sitecustomize.py` of the bootstrap folder runs in the application's process."""
    root = make({"main.py": PLAIN, "boot/sitecustomize.py": "print('customised', flush=True)"})
    with serving(App("main:app", None, root, python=OURS), bootstrap=root / "boot") as server:
        assert server.log_tail().startswith("customised")


@pytest.mark.parametrize("apart", [False, True], ids=["same-session", "own-session"])
def test_children_do_not_outlive_the_block(make, apart) -> None:
    """What the app started is stopped too, even in a session of its own, even when we fail."""
    root = make({"main.py": CHILD.format(apart=apart) + PLAIN})
    with (
        contextlib.suppress(ZeroDivisionError),
        serving(App("main:app", None, root, python=OURS)) as server,
    ):
        child = int(server.log.read_text().split("child ")[1].split()[0])
        assert lives(child)
        raise ZeroDivisionError
    assert gone(server.pid)
    assert gone(child)


def test_a_server_that_ignores_sigterm_is_killed(make, monkeypatch) -> None:
    """Asked in vain, it is killed."""
    monkeypatch.setattr("agentpack.timing.group.GRACE_S", 0.3)
    deaf = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    serve = "from http.server import *\nHTTPServer(('127.0.0.1', PORT), BaseHTTPRequestHandler)"
    port = free_port()
    root = make({"deaf.py": deaf + serve.replace("PORT", str(port)) + ".serve_forever()\n"})
    app = App(None, (sys.executable, "deaf.py"), root, base_url=f"http://127.0.0.1:{port}")
    with serving(app) as server:
        assert lives(server.pid)
    assert not lives(server.pid)


def test_a_crash_at_start_shows_the_traceback(make) -> None:
    """The error ends with what the application printed."""
    root = make({"main.py": "def load():\n    raise RuntimeError('no DATABASE_URL')\nload()\n"})
    with (
        pytest.raises(AgentpackError, match=r"ended before it was ready \(exit code 1\)") as caught,
        serving(App("main:app", None, root, python=OURS)),
    ):
        pass
    assert "RuntimeError: no DATABASE_URL" in str(caught.value)
    assert f'File "{root}/main.py", line 2, in load' in str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (PLAIN.replace("await receive()", "await __import__('asyncio').sleep(600)"), "listened"),
        ("import time; time.sleep(600)\n" + PLAIN, "printed nothing"),
    ],
    ids=["lifespan", "import"],
)
def test_an_app_that_never_becomes_ready(make, text, words) -> None:
    """It is given up after the time allowed, and stopped."""
    root = make({"main.py": text})
    with (
        pytest.raises(AgentpackError, match=r"not ready after 2 s") as caught,
        serving(App("main:app", None, root, python=OURS), timeout_s=2),
    ):
        pass
    assert words in str(caught.value)


def test_a_server_that_listens_and_does_not_answer(make) -> None:
    """Listening is not being ready."""
    port = free_port()
    text = f"import socket, time\ns = socket.create_server(('127.0.0.1', {port}))\ntime.sleep(600)"
    root = make({"mute.py": text})
    app = App(None, (sys.executable, "mute.py"), root, base_url=f"http://127.0.0.1:{port}")
    with (
        pytest.raises(AgentpackError, match="listens and does not answer"),
        serving(app, timeout_s=8),
    ):
        pass


def test_a_taken_port_and_a_missing_program_are_told(tmp_path) -> None:
    """Another server on the port is never taken for ours."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with (
            pytest.raises(AgentpackError, match="something serves on"),
            serving(App(None, ("true",), tmp_path, base_url=url)),
        ):
            pass
    app = App(None, ("no-such-program",), tmp_path, base_url=f"http://127.0.0.1:{free_port()}")
    with pytest.raises(AgentpackError, match="cannot start no-such-program"), serving(app):
        pass
    with (
        pytest.raises(AgentpackError, match="not module:attribute"),
        serving(App("main", None, tmp_path)),
    ):
        pass


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_nothing_outlives_us(make, number) -> None:
    """However the harness ends, the server and what it started end too."""
    root = make({"main.py": CHILD.format(apart=False) + PLAIN})
    script = (
        "import sys, time\nfrom pathlib import Path\n"
        "from agentpack.timing.app import App\nfrom agentpack.timing.server import serving\n"
        "with serving(App('main:app', None, Path(sys.argv[1]), python=(sys.executable,))) as s:\n"
        "    child = s.log.read_text().split('child ')[1].split()[0]\n"
        "    print(s.pid, child, flush=True)\n    time.sleep(600)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, root], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as harness:
        pids = [int(word) for word in harness.stdout.readline().split()]
        assert len(pids) == 2
        os.kill(harness.pid, number)
        harness.wait(timeout=60)
    assert [gone(pid) for pid in pids] == [True, True]
