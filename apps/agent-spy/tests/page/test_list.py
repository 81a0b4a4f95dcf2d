"""The list of traces, as the text that a browser gets."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from urllib.parse import quote, urlencode

import pytest


def names(text):
    """The names of the traces in a page, the first first."""
    return re.findall(r'<a href="/traces/[0-9a-f-]{36}"><bdi>(.*?)</bdi></a>', text)


@pytest.fixture
def listed(read, project):
    """The names that a list of this project shows, narrowed."""

    def found(**query):
        return names(read("/?" + urlencode({"project": project} | query)))

    return found


def test_shows_what_matters_of_each_trace(server, store, read, project, a_run):
    """Name, project, start, duration, status, tokens, cost and the first line of the inputs."""
    root = a_run("agent", seconds=2.5, session_name=project, inputs={"question": "Where\nto?"})
    call = a_run(
        "model",
        parent=root,
        run_type="llm",
        outputs={"usage_metadata": {"input_tokens": 1000, "output_tokens": 234, "total_cost": 0.5}},
    )
    failed = a_run("bad", ago=50, session_name=project, error="ValueError: no\n\nTraceback …")
    running = a_run("slow", ago=40, seconds=None, outputs=None, session_name=project)
    store(server, root, call, failed, running)
    text = read(f"/?project={quote(project)}")
    rows = re.findall(r"<tr id=.*?</tr>", text, re.DOTALL)
    assert names(text) == ["slow", "bad", "agent"]
    assert "running" in rows[0]
    assert "failed" in rows[1]
    assert '<span class="wrong">ValueError: no</span>' in rows[1]
    for said in ("completed", "2.50 s", "1.23 k", "$0.50", "Where to?", project):
        assert said in rows[2], said
    start = datetime.fromisoformat(root["start_time"])
    assert f'title="{start:%Y-%m-%d %H:%M:%S}' in rows[2]
    assert " UTC" in rows[2]


def test_filters_narrow_the_list(server, store, listed, project, a_run):
    """Each filter of the address narrows the list, and several narrow it together."""
    now = datetime.now(UTC)
    inner = a_run("inner error", ago=300, session_name=project)
    store(
        server,
        a_run("fast", seconds=0.1, ago=100, session_name=project),
        a_run("slow tool", seconds=9, ago=200, run_type="tool", session_name=project),
        inner,
        a_run("child", parent=inner, error="boom"),
        a_run("failed", ago=400, error="boom", session_name=project),
        a_run("old", ago=90_000, inputs={"q": "100% sure_"}, session_name=project),
    )
    everything = ["fast", "slow tool", "inner error", "failed", "old"]
    assert listed() == everything
    assert listed(status="failed") == ["failed"]
    assert listed(status="running") == []
    assert listed(type="tool") == ["slow tool"]
    assert listed(q="SLOW") == ["slow tool"]
    assert listed(q="100% sure_") == ["old"]
    assert listed(q="nowhere") == []
    assert listed(errors="true") == ["inner error", "failed"]
    assert listed(min_ms="5000") == ["slow tool"]
    assert listed(last="24h") == everything[:-1]
    assert listed(since=(now - timedelta(seconds=250)).isoformat()) == ["fast", "slow tool"]
    assert listed(until=(now - timedelta(seconds=250)).isoformat()) == everything[2:]
    naive = (now - timedelta(seconds=250)).replace(tzinfo=None).isoformat()
    assert listed(since=naive) == ["fast", "slow tool"]
    assert listed(errors="true", status="completed", last="1h") == ["inner error"]
    assert listed(q="", status="", type="", since="", min_ms="", errors="") == everything
    assert listed(project="no such project") == []


def test_older_pages_are_reached_by_cursor(server, store, read, project, a_run):
    """Following "older" shows every trace once, newest first, whatever comes meanwhile."""
    sent = [a_run(f"n{n:03}", ago=1000 - n, session_name=project) for n in range(120)]
    same = datetime.now(UTC) - timedelta(seconds=2000)
    sent += [
        a_run(f"same{n}", session_name=project, start_time=same.isoformat()) for n in range(10)
    ]
    store(server, *sent)
    address, found, pages = f"/?project={quote(project)}", [], 0
    while address:
        text = read(address)
        found += names(text)
        pages += 1
        store(server, a_run("newer", ago=1, session_name=project))
        link = re.search(r'<a id="older"[^>]*href="([^"]*)"( hidden)?>', text)
        address = None if link[2] else unescape(link[1])
    assert pages == 3
    assert found[:120] == [f"n{n:03}" for n in reversed(range(120))]
    assert sorted(found[120:]) == sorted(f"same{n}" for n in range(10))


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ("status=odd", 422, "status: Input should be"),
        ("min_ms=x", 422, "min_ms: "),
        ("before=nonsense", 400, "no cursor of this server"),
        ("q=a%00b", 422, "NUL"),
        ("since=yesterday", 422, "since"),
        ("q=" + "a" * 501, 422, "q: "),
    ],
)
def test_what_cannot_be_read_is_told(read, query, status, said):
    """An address that asks for something odd is a page that says so, with a way back."""
    text = unescape(read(f"/?{query}", status=status))
    assert said in text
    assert '<a href="/">' in text


def test_empty_lists_say_what_to_do(serve, read):
    """With no trace at all a list tells how to send some; with a filter, how to get rid of it."""
    fresh = serve(REQUIRE_AUTH="true", API_KEYS="secret-of-the-test")
    headers = {"x-api-key": "secret-of-the-test"}
    _, _, body = fresh.request("GET", "/", headers=headers)
    text = body.decode()
    assert f"LANGSMITH_ENDPOINT={fresh.url}" in text
    assert "LANGSMITH_TRACING=true" in text
    assert "LANGSMITH_API_KEY=YOUR-KEY" in text
    assert "secret-of-the-test" not in text
    assert "LANGSMITH_API_KEY" not in read("/?q=no-such-trace-anywhere")
    fresh.stop()


def test_pages_may_run_and_load_only_what_is_ours(server, read):
    """The policy of every page forbids inline scripts and styles, and nothing in it needs them."""
    for path in ("/", "/stats", "/traces/00000000-0000-0000-0000-000000000000"):
        status, headers, body = server.request("GET", path)
        assert status in {200, 404}
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        text = body.decode()
        assert not re.search(r"<script(?![^>]* src=)|<style| style=| on\w+=|https?://(?!127)", text)
    status, headers, _ = server.request("GET", "/static/list.js")
    assert status == 200
    assert headers["content-type"].startswith("text/javascript")
    for path in ("/static/../api/pages.py", "/static/%2e%2e/text.py", "/static/"):
        assert server.request("GET", path)[0] == 404
