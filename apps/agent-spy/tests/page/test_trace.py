"""A trace's page, as the text that a browser gets."""

from __future__ import annotations

import json
import re
from collections import Counter
from html import unescape
from html.parser import HTMLParser
from uuid import uuid4


def lines(text):
    """The places and the names of the runs in a page or a part of it."""
    found = re.findall(r'data-place="(\d+)".*?<bdi>(.*?)</bdi>', text, re.DOTALL)
    return [(int(place), unescape(name)) for place, name in found]


def attribute(text, place, name):
    line = re.search(rf'<div role="treeitem"[^>]*data-place="{place}"[^>]*>', text)[0]
    found = re.search(rf' {name}="([^"]*)"', line)
    return found and found[1]


def test_runs_stand_as_a_tree(server, store, read, a_run):
    """Parents stand before their children, each with its level, its place and its siblings."""
    root = a_run("root", seconds=10)
    first = a_run("first", parent=root, ago=59)
    below = a_run("below", parent=root, ago=58, parent_run_id=first["id"], seconds=None)
    second = a_run("second", parent=root, ago=57, error="boom")
    store(server, second, below, root, first)
    text = read(f"/traces/{root['id']}")
    assert lines(text) == [(0, "root"), (1, "first"), (2, "below"), (3, "second")]
    for place, level, sibling, siblings, expanded in (
        (0, "1", "1", "1", "true"),
        (1, "2", "1", "2", "true"),
        (2, "3", "1", "1", None),
        (3, "2", "2", "2", None),
    ):
        assert attribute(text, place, "aria-level") == level
        assert attribute(text, place, "aria-posinset") == sibling
        assert attribute(text, place, "aria-setsize") == siblings
        assert attribute(text, place, "aria-expanded") == expanded
    assert "running" in attribute(text, 2, "class")
    assert "failed" in attribute(text, 3, "class")
    bars = re.findall(r'<rect x="([\d.]+)%" width="([\d.]+)%"', text)
    assert float(bars[1][0]) * 59 < 200  # it began at the trace's start, give or take


def test_orphans_and_lost_roots_are_shown(server, store, read, a_run):
    """A run whose parent is missing hangs below the root and says so; a missing root is told."""
    root = a_run("root")
    lost = a_run("lost", parent=root, parent_run_id=str(uuid4()))
    store(server, root, lost)
    text = read(f"/traces/{root['id']}")
    assert lines(text) == [(0, "root"), (1, "lost")]
    assert text.count(">orphan<") == 1
    alone = a_run("alone", trace_id=str(uuid4()), parent_run_id=str(uuid4()))
    store(server, alone)
    text = read(f"/traces/{alone['trace_id']}")
    assert lines(text) == [(0, "alone")]
    assert "The root of this trace is not here" in text
    assert "alone" in read(f"/traces/{alone['id']}")


def test_any_depth_and_breadth_come_in_bounded_parts(server, store, read, a_run):
    """Of 300 levels and of 2,000 siblings a page brings a hundred, and each part the next."""
    deep = [a_run("level 1", ago=900, seconds=600)]
    for level in range(2, 301):
        deep.append(a_run(f"level {level}", parent=deep[0], parent_run_id=deep[-1]["id"], ago=899))
    wide = [a_run("wide", ago=900)]
    wide += [a_run(f"child {n}", parent=wide[0], ago=890 - n / 10) for n in range(2000)]
    store(server, *deep, *wide)
    for root, last in ((deep[0], 299), (wide[0], 2000)):
        address = f"/traces/{root['id']}"
        page = read(address)
        assert len(lines(page)) == 100
        assert len(page) < 150_000
        met = []
        while part := lines(
            read(f"{address}/lines?at={','.join(map(str, range(len(met), len(met) + 100)))}")
        ):
            met += part
        assert [place for place, _ in met] == list(range(last + 1))
    text = read(f"/traces/{deep[0]['id']}/lines?at=7,299")
    assert attribute(text, 299, "aria-level") == "300"
    assert len(lines(text)) == 2
    for odd in ("", "x", "-1", "1,,2", ",".join("1" * 101)):
        read(f"/traces/{deep[0]['id']}/lines?at={odd}", status=422)
    # A page that is asked for one run begins around it, with its details.
    page = read(f"/traces/{wide[0]['id']}?run={wide[1500]['id']}")
    assert (1500, "child 1499") in lines(page)
    assert len(lines(page)) == 100
    address = f"/traces/{wide[0]['id']}/find?text="
    assert json.loads(read(address + "CHILD%2019"))[:3] == [20, 191, 192]
    assert json.loads(read(address + "D%20777&anywhere=true")) == [778]
    assert json.loads(read(f"/traces/{deep[0]['id']}/branches")) == [[1, 298]]


def test_details_show_everything_as_it_was_sent(server, store, read, a_run):
    """Numbers of any size, texts, errors, tags, metadata, events, usage and feedback."""
    run = a_run(
        "all",
        run_type="llm",
        inputs={"big": 123456789012345678901234567890, "exact": 1.10, "text": "a\nb"},
        outputs={"usage_metadata": {"input_tokens": 12, "output_tokens": 30, "total_cost": 0.004}},
        error="ValueError('x')\n\nTraceback (most recent call last):\n  File \"a.py\", line 3",
        tags=["prod", "<b>"],
        events=[{"name": "new_token", "time": "2026-11-01T10:00:00Z"}],
        extra={"metadata": {"user": "ann", "id": 98765432109876543210987}},
    )
    store(server, run)
    feedback = {"run_id": run["id"], "key": "correct", "score": 0.5, "comment": "so so"}
    read("/feedback", method="POST", body=json.dumps(feedback).encode())
    for path in (f"/runs/{run['id']}/details", f"/traces/{run['id']}?run={run['id']}"):
        text = unescape(read(path))
        for said in (
            '"big": 123456789012345678901234567890',
            '"exact": 1.1',
            'File "a.py", line 3',
            "prod",
            "<b>",
            "new_token",
            "98765432109876543210987",
            "12 in, 30 out",
            "$0.004",
            "correct",
            "so so",
            f'href="/api/v1/runs/{run["id"]}"',
            f"?run={run['id']}",
        ):
            assert said in text, said
    read(f"/runs/{uuid4()}/details", status=404)
    assert "no such trace" in read(f"/traces/{uuid4()}", status=404)


def test_chats_are_readable(server, store, read, a_run):
    """Messages of LangChain and of OpenAI are shown as a chat, with the tools that were called."""
    serialised = {
        "lc": 1,
        "type": "constructor",
        "id": ["langchain", "schema", "messages", "HumanMessage"],
        "kwargs": {"content": [{"type": "text", "text": "Which way?"}]},
    }
    answer = {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"function": {"name": "look_up", "arguments": '{"n": 1.10}'}}],
    }
    run = a_run(inputs={"messages": [[serialised]]}, outputs={"choices": [{"message": answer}]})
    store(server, run)
    text = unescape(read(f"/runs/{run['id']}/details"))
    assert re.search(r'class="user">.*?user.*?Which way\?.*?</li>', text, re.DOTALL)
    assert re.search(r'class="assistant">.*?look_up.*?\{"n": 1\.10\}.*?</li>', text, re.DOTALL)


def elements(text):
    """Every element with the names of its attributes."""
    found = Counter()

    class Parser(HTMLParser):
        def handle_starttag(self, tag, attrs):
            found[tag, tuple(name for name, _ in attrs)] += 1

    Parser().feed(text)
    return found


def test_hostile_texts_bring_no_element(server, store, read, a_run, hostile):
    """A run in which every text is hostile has the elements of one in which all are plain."""

    def pages(text):
        run = a_run(
            text,
            run_type="tool",
            inputs={text: text, "messages": [{"role": "user", "content": text}]},
            outputs={text: text},
            error=text,
            tags=[text],
            extra={"metadata": {text: text}},
            session_name=text,
        )
        store(server, run, a_run(text, parent=run, run_type=text))
        feedback = {"run_id": run["id"], "key": text, "value": text, "comment": text}
        read("/feedback", method="POST", body=json.dumps(feedback).encode())
        found = Counter()
        for path in ("/", "/stats", f"/traces/{run['id']}", f"/runs/{run['id']}/details"):
            page = read(path)
            if run["id"] in path:
                found += elements(page)
            for address in re.findall(r'(?:href|src|action)="([^"]*)"', page):
                assert address.startswith(("/", "#")), address
            shown = re.sub(r' (value|href)="[^"]*"', "", page)
            assert not set(shown) & set("\u202e\u2028\u200b\x1b")
        return found

    plain = pages("plain words")
    for text in hostile:
        assert pages(text) == plain, text


def test_a_trace_is_deleted_only_from_a_page(server, store, read, a_run):
    """A form of this server deletes a trace; another site's, or none that says so, does not."""
    root = a_run("root")
    store(server, root, a_run("child", parent=root))
    address = f"/traces/{root['id']}/delete"
    own = f"http://127.0.0.1:{server.port}"
    for headers in (
        {},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site", "Origin": own},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
    ):
        assert "Not allowed" in read(address, method="POST", body=b"", headers=headers, status=403)
    read(f"/traces/{root['id']}")
    read(address, method="POST", body=b"", headers={"Origin": own})
    read(f"/traces/{root['id']}", status=404)
