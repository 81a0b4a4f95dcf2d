"""`agentpack time` on real servers: what it says, how it exits, and that nothing is left behind."""

from __future__ import annotations

import json
import os
import re
import signal
import ssl
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import pytest

from agentpack import cli

APP = """
import asyncio, os
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()

class Item(BaseModel):
    id: int

@app.get("/items")
async def items() -> list[Item]:
    return [Item(id=7)]

@app.get("/items/{item_id}")
async def item(item_id: int) -> Item:
    return Item(id=item_id)

@app.get("/slow")
async def slow() -> Item:
    await asyncio.sleep(float(os.environ.get("SLOW", "0.1")))
    return Item(id=1)

@app.post("/items")
async def create(item: Item) -> Item:
    return item
"""
PROJECT = {
    "pyproject.toml": '[project]\nname = "shop"\nversion = "1"\ndependencies = ["fastapi"]\n',
    "main.py": APP,
}
Make = Callable[[dict[str, str]], Path]


@pytest.fixture
def shop(make: Make, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with an app, as the current folder."""
    root = make(PROJECT)
    monkeypatch.chdir(root)
    return root


def told(result: tuple[int, str, str]) -> tuple[int, dict[str, dict]]:
    """The exit code, and the endpoints by operation or path."""
    code, out, err = result
    assert out, err
    every = json.loads(out)["endpoints"]
    return code, {one["operation"] or one["method"] + one["url"][-6:]: one for one in every}


def only_error(result: tuple[int, str, str]) -> str:
    code, out, err = result
    assert (code, out) == (2, ""), out + err
    assert err.startswith("agentpack: ")
    return err


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"


def test_the_project_s_own_app(agentpack, shop) -> None:
    """Without a word, the app is found, served, and every safe operation of it is timed."""
    code, found = told(agentpack("time", "-n", "5", "--format", "json"))
    assert code == 0
    assert set(found) == {"GET /items", "GET /items/{item_id}", "GET /slow"}
    assert found["GET /items/{item_id}"]["url"].endswith("/items/7")
    slow = found["GET /slow"]
    assert (slow["verdict"], slow["samples"], slow["status"]) == ("ok", 5, 200)
    assert 0.1 <= slow["ttfb_s"]["median"] <= slow["total_s"]["median"]
    assert slow["total_s"]["p95"] is None
    assert slow["cold_s"] >= 0.1
    assert slow["curl"].startswith("curl http://127.0.0.1:")


def test_the_json_is_as_documented(agentpack, serve, say) -> None:
    """Its keys are those of the manual."""
    code, out, _ = agentpack("time", serve(say), "-n", "3", "--format", "json")
    run = json.loads(out)
    manual = (Path(__file__).parents[2] / "docs/timing.md").read_text()
    assert code == 0
    assert run["floor_s"] > 0
    for name in [*run, *run["endpoints"][0], *run["endpoints"][0]["total_s"]]:
        assert f"`{name}`" in manual, name


def test_a_slow_endpoint_breaks_its_budget(agentpack, shop) -> None:
    """Exit 1 with --check only; by the option, and by the file's patterns."""
    arguments = ("time", "/items", "/slow", "-n", "5")
    assert agentpack(*arguments, "--budget", "0.05")[0] == 0
    code, out, _ = agentpack(*arguments, "--budget", "0.05", "--check")
    assert code == 1
    assert "the budget 0.05 s" in out
    assert "curl http://127.0.0.1" in out
    (shop / "agentpack.toml").write_text('[time.budgets]\n"GET /sl*" = 0.01\n')
    code, found = told(agentpack(*arguments, "--check", "--format", "json"))
    assert code == 1
    assert {one["url"][-5:]: one["verdict"] for one in found.values()} == {
        "items": "ok",
        "/slow": "over",
    }


def test_a_failure_is_not_a_fast_answer(agentpack, serve, say) -> None:
    """A 500 fails, however quick; so does one in five, and a body against its schema."""
    count = 0

    def answer(handler) -> None:
        nonlocal count
        count += 1
        broken = handler.path == "/broken" or (handler.path == "/flaky" and count % 5 == 0)
        say(handler, b"{}", 500 if broken else 200)

    url = serve(answer)
    code, out, _ = agentpack("time", f"{url}/broken", f"{url}/flaky", "-n", "20")
    assert code == 1
    assert "GET /broken: status 500, not a 2xx" in out
    assert ": status 500, not a 2xx" in out.split("GET /flaky: ")[1]


def test_a_body_against_its_schema(agentpack, make, monkeypatch) -> None:
    """What FastAPI would not check is checked here."""
    wrong = APP.replace("return [Item(id=7)]", "return JSONResponse({'id': 7})").replace(
        "from fastapi import FastAPI",
        "from fastapi import FastAPI\nfrom fastapi.responses import JSONResponse",
    )
    monkeypatch.chdir(make({**PROJECT, "main.py": wrong}))
    code, out, _ = agentpack("time", "-n", "3")
    assert code in {0, 1}
    assert "not as declared" in out


def test_curl_s_options_and_a_pasted_line(agentpack, shop, serve, say) -> None:
    """Method, header and body are sent as curl would, typed or pasted."""
    seen = []

    def answer(handler) -> None:
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        seen.append((handler.command, handler.headers.get("X-A"), body))
        say(handler)

    url = serve(answer)
    options = ("-n", "2", "--warmup", "0")
    assert agentpack("time", "-X", "PUT", "-H", "X-A: 1", "-d", "a=b", url, *options)[0] == 0
    assert agentpack("time", *options, "--", "curl", "-XPUT", url, "-HX-A: 1", "-da=b")[0] == 0
    assert agentpack("time", *options, "--", f"curl -X PUT '{url}' -H 'X-A: 1' -d a=b")[0] == 0
    assert set(seen) == {("PUT", "1", b"a=b")}
    # Each time a cold one, one that opens the kept connection, and two samples.
    assert len(seen) == 12


def test_a_scenario(agentpack, shop) -> None:
    """Steps in their order, a captured value in the next, each with its own budget."""
    (shop / "flow.yaml").write_text(
        "steps:\n"
        "  - name: list\n    url: /items\n    capture: {id: 'json[0].id'}\n"
        "  - name: one\n    url: /items/${id}\n"
        "  - name: late\n    url: /slow\n    budget: 0.01\n"
    )
    arguments = ("time", "--scenario", "flow.yaml", "--app", "main:app", "-n", "4", "--check")
    code, found = told(agentpack(*arguments, "--format", "json"))
    assert code == 1
    assert {name: one["verdict"] for name, one in found.items()} == {
        "list": "ok",
        "one": "ok",
        "late": "over",
    }
    assert found["one"]["url"].endswith("/items/7")
    assert found["one"]["samples"] == 4


def test_every_format(agentpack, serve, say, tmp_path) -> None:
    """Markdown, JUnit and HTML, to a file if asked for."""
    url = serve(say)
    for shape in ("markdown", "junit", "html"):
        file = tmp_path / shape
        code, out, _ = agentpack("time", url, "-n", "2", "--format", shape, "-o", file)
        assert (code, out) == (0, "")
    assert (tmp_path / "markdown").read_text().startswith("# Timing")
    assert ET.parse(tmp_path / "junit").getroot().get("tests") == "1"
    assert "</html>" in (tmp_path / "html").read_text()


def test_under_load(agentpack, shop) -> None:
    """A closed loop and an open one: how many answers a second, and percentiles."""
    arguments = ("time", "/items", "--format", "json")
    code, found = told(agentpack(*arguments, "--concurrency", "4", "-n", "200"))
    [one] = found.values()
    assert (code, one["samples"]) == (0, 200)
    assert one["rate"] > 0
    assert one["total_s"]["p99"] is not None
    code, found = told(agentpack(*arguments, "--rate", "50", "--duration", "1"))
    [one] = found.values()
    assert (code, one["samples"]) == (0, 50)
    assert 0 < one["rate"] < 65, "never faster than asked for"


def test_a_baseline_and_a_regression(agentpack, shop, monkeypatch) -> None:
    """Written once, the same app agrees with it; twice as slow is told, with both times."""
    monkeypatch.setattr("agentpack.timing.run._WINDOW_S", 0.3)
    monkeypatch.setattr("agentpack.timing.run.ROUNDS", 2)
    monkeypatch.setattr("agentpack.timing.compare.ROUNDS", 2)
    monkeypatch.setenv("SLOW", "0.05")
    assert agentpack("time", "baseline", "/slow", "-n", "5")[0] == 0
    assert (shop / ".agentpack-timings.json").is_file()
    code, found = told(agentpack("time", "/slow", "-n", "5", "--check", "--format", "json"))
    [one] = found.values()
    assert (code, one["verdict"]) == (0, "ok")
    monkeypatch.setenv("SLOW", "0.1")
    code, out, _ = agentpack("time", "/slow", "-n", "5", "--check")
    assert code == 1, out
    assert re.search(r"\d+ % slower than the baseline: [\d.]+ ms, now [\d.]+ ms", out), out
    (shop / ".agentpack-timings.json").write_text("{")
    assert "not valid JSON" in only_error(agentpack("time", "/slow", "--check"))


def test_a_baseline_of_failures_is_refused(agentpack, serve, say, tmp_path) -> None:
    """What fails cannot be compared with."""
    url = serve(lambda handler: say(handler, b"", 404))
    error = only_error(agentpack("time", "baseline", url, "-n", "2", "--project", tmp_path))
    assert "failed: status 404" in error
    assert list(tmp_path.iterdir()) == []


def test_why_it_is_slow(agentpack, make, monkeypatch) -> None:
    """What is over its budget comes with its cause, file and line; what is not, with none."""
    text = APP.replace("await asyncio.sleep(", "__import__('time').sleep(")
    monkeypatch.chdir(make({**PROJECT, "main.py": text}))
    monkeypatch.setenv("SLOW", "0.3")
    arguments = ("time", "/items", "/slow", "-n", "3", "--budget", "0.2", "--explain")
    code, found = told(agentpack(*arguments, "--format", "json"))
    fast, slow = found.values()
    assert code == 0
    cause = slow["causes"][0]
    assert (cause["kind"], cause["file"]) == ("event-loop-blocked", "main.py")
    assert "sleep(" in text.splitlines()[cause["line"] - 1]
    assert cause["share"] > 0.5
    assert fast["causes"] == []


def test_why_a_server_that_is_not_ours_is_slow(agentpack, serve) -> None:
    """From outside the phases tell a stream that comes in pieces, with long waits between."""

    def stream(handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream")
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        for _ in range(4):
            handler.wfile.write(b"9\r\ndata: x\n\n\r\n")
            time.sleep(0.1)
        handler.wfile.write(b"0\r\n\r\n")

    arguments = ("time", serve(stream), "-n", "3", "--budget", "0.1", "--format", "json")
    code, found = told(agentpack(*arguments))
    [one] = found.values()
    assert (code, one["verdict"]) == (0, "over")
    assert [cause["kind"] for cause in one["causes"]] == ["slow-stream"]


def test_a_load_test_for_locust(agentpack, shop) -> None:
    """The same requests as a file of Python that is none of ours any more."""
    assert "needs --locust FILE" in only_error(agentpack("time", "export", "/items"))
    code, out, _ = agentpack("time", "export", "/items", "--locust", shop / "load.py")
    assert (code, out.startswith("Wrote ")) == (0, True)
    compile((shop / "load.py").read_text(), "load.py", "exec")
    assert '"/items"' in (shop / "load.py").read_text()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--concurrency", "2", "--rate", "3", "http://h"], "exclude each other"),
        (["http://h", "-n", "0"], "not a whole number above 0"),
        (["http://h", "--budget", "soon"], "not a number above 0"),
        (["http://h", "--baseline", "none.json"], "none.json: no such file"),
        (["http://h", "--project", "nowhere"], "nowhere: not a directory"),
        (["http://h", "--", "curl", "http://h"], "exclude each other"),
        (["--", "wget", "http://h"], "a curl line"),
        (["file:///etc/passwd"], "only http and https"),
        (["--scenario", "none.yaml"], "none.yaml"),
        (["--app", "main"], "not module:attribute"),
        (["--app", "main:app", "--openapi", "/nothing"], "status 404"),
        (["--app", "main:app", "--openapi", "/items"], "no OpenAPI document"),
        (["--app", "nothing:app"], 'Could not import module "nothing"'),
    ],
)
def test_a_slip_in_the_command_line(agentpack, shop, arguments, words) -> None:
    """Exit 2, and the line says what was wrong."""
    assert words in only_error(agentpack("time", *arguments))


def test_a_project_without_an_app(agentpack, tmp_path, monkeypatch) -> None:
    """Nothing to serve: said so, with what to name."""
    monkeypatch.chdir(tmp_path)
    assert "name a URL, --app module:attribute" in only_error(agentpack("time"))


@pytest.mark.parametrize("path", ["dead", "loop", "endless", "announced", "noise"])
def test_a_server_that_misbehaves(agentpack, serve, say, path) -> None:
    """Each ends in a line that says why, with exit 1."""

    def answer(handler) -> None:
        if handler.path == "/loop":
            say(handler, b"", 302, Location="/loop")
        elif handler.path == "/noise":
            handler.wfile.write(b"\0\1 noise\r\n\r\n")
            handler.close_connection = True
        else:
            handler.send_response(200)
            length = {"Content-Length": str(10 << 30)} if handler.path == "/announced" else {}
            for name, value in (*length.items(), ("Connection", "close")):
                handler.send_header(name, value)
            handler.end_headers()
            while True:
                handler.wfile.write(b"x" * 100)
                time.sleep(0.01)

    url = "http://127.0.0.1:1" if path == "dead" else serve(answer)
    words = {
        "dead": "failed to connect",
        "loop": "redirects",
        "endless": "no end within 1 s",
        "announced": "larger than 64 MiB",
        "noise": "(curl 1)",
    }
    timeout = "1" if path == "endless" else "60"
    code, out, _ = agentpack("time", "-L", f"{url}/{path}", "-n", "2", "--timeout", timeout)
    assert code == 1
    assert words[path] in out


def test_an_unknown_certificate(agentpack, serve, say, certificate) -> None:
    """A failure that says so; with -k it is timed, with the handshake in its phases."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    url = serve(say, context)
    code, out, _ = agentpack("time", url, "-n", "2")
    assert code == 1
    assert "certificate" in out
    assert agentpack("time", url, "-k", "-n", "2")[0] == 0


def test_an_app_that_crashes_at_start(agentpack, make, monkeypatch) -> None:
    """Exit 2, and its traceback is in the message."""
    text = "from pathlib import Path\nPath('pid').write_text('0')\nraise RuntimeError('no key')\n"
    monkeypatch.chdir(make({"main.py": text}))
    error = only_error(agentpack("time", "--app", "main:app", "/"))
    assert "RuntimeError: no key" in error
    assert "line 3, in <module>" in error


PID = "import os\nfrom pathlib import Path\nPath('pid').write_text(str(os.getpid()))\n"


def test_an_app_that_is_never_ready(agentpack, make, monkeypatch) -> None:
    """Exit 2 after the time allowed, and its process is gone."""
    root = make({"main.py": PID + "import time\ntime.sleep(600)\n"})
    monkeypatch.chdir(root)
    error = only_error(agentpack("time", "--app", "main:app", "/", "--ready", "8"))
    assert "not ready after 8 s" in error
    assert not alive(int((root / "pid").read_text()))


def test_an_app_that_dies_meanwhile(agentpack, make, monkeypatch) -> None:
    """A server that ends by itself while it is timed is not taken for a fast one."""
    text = APP + '\n@app.get("/die")\nasync def die() -> None:\n    print("bye"); os._exit(7)\n'
    monkeypatch.chdir(make({"main.py": text}))
    error = only_error(agentpack("time", "--app", "main:app", "/die", "-n", "3"))
    assert "ended by itself (exit code 7)" in error
    assert "bye" in error


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupt_leaves_nothing_running(make, number) -> None:
    """Ctrl-C in the middle of a request: exit 130, and no process of the app is left."""
    root = make({"main.py": PID + APP})
    command = [sys.executable, "-m", "agentpack", "time", "--app", "main:app", "/slow", "-n", "99"]
    with subprocess.Popen(
        command,
        cwd=root,
        env={**os.environ, "SLOW": "5"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as run:
        end = time.monotonic() + 60
        while not (root / "pid").exists() and time.monotonic() < end:
            time.sleep(0.05)
        time.sleep(1.5)
        pid = int((root / "pid").read_text())
        assert alive(pid)
        run.send_signal(number)
        out, err = run.communicate(timeout=60)
    assert run.returncode == (cli.INTERRUPTED if number == signal.SIGINT else -number)
    assert b"Traceback" not in out + err
    end = time.monotonic() + 60
    while alive(pid) and time.monotonic() < end:
        time.sleep(0.05)
    assert not alive(pid)
