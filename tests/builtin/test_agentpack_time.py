"""What the skill endpoint-timing says of `agentpack time` holds, with and without agentpack."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

import agentpack.builtin

SKILL = Path(agentpack.builtin.__file__).parent / "skills/endpoint-timing"
TEXT = (SKILL / "SKILL.md.j2").read_text(encoding="utf-8")


class Endpoint(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    delay_s = 0.0

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.seen.append(f"{self.command} {self.path}")
        time.sleep(self.delay_s)
        body = b'{"name": "x"}'
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))

    do_POST = do_GET

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server():
    made = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
    made.daemon_threads, made.seen = True, []
    thread = threading.Thread(target=made.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield made
    made.shutdown()
    made.server_close()
    thread.join()


def block(word: str) -> str:
    """The skill's first block of bash with a word in it, for a project without known facts."""
    blocks = re.findall(r"```bash\n(.*?)```", TEXT, re.DOTALL)
    found = next(text for text in blocks if word in text)
    return re.sub(r'«base_url or "(\$BASE_URL)"»', r"\1", found)


def run(script: str, server: ThreadingHTTPServer, folder: Path, path: str) -> subprocess.Popen[str]:
    base_url = f"http://127.0.0.1:{server.server_port}"
    return subprocess.run(
        ["bash", "-e", "-c", script],
        cwd=folder, capture_output=True, text=True, timeout=120, check=False,
        env={"PATH": path, "HOME": str(folder), "BASE_URL": base_url},
    )  # fmt: skip


def test_the_commands_that_the_skill_shows_run(server, tmp_path):
    """Both commands time a real server and exit with 0; the POST is sent as it is written."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = run(block("agentpack time"), server, tmp_path, path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert server.seen.count("GET /api/endpoint") > 10
    assert server.seen.count("POST /api/items") > 20


def test_over_the_limit_they_exit_with_1_as_the_table_says(server, tmp_path, monkeypatch):
    """A slow endpoint fails both ways of timing it, with the same exit code."""
    monkeypatch.setattr(Endpoint, "delay_s", 0.03)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = run('agentpack time --check -n 3 --budget 0.01 "$BASE_URL/x"', server, tmp_path, path)
    assert done.returncode == 1, done.stdout + done.stderr
    script = f'{SKILL / "scripts/time-endpoint.sh"} -n 3 -l 0.01 "$BASE_URL/x"'
    assert run(script, server, tmp_path, path).returncode == 1
    assert run('agentpack time --check "http://127.0.0.1:1/x"', server, tmp_path, path).returncode


def test_without_agentpack_the_script_does_it(server, tmp_path):
    """Where `command -v agentpack` finds nothing, the other block of the skill works as it is."""
    folder = tmp_path / ".claude/skills"
    folder.mkdir(parents=True)
    (folder / "endpoint-timing").symlink_to(SKILL)
    script = f"! command -v agentpack\n{block('time-endpoint.sh')}"
    done = run(script, server, tmp_path, "/usr/bin:/bin")
    assert done.returncode == 0, done.stdout + done.stderr
    assert server.seen.count("POST /api/items") == 21
