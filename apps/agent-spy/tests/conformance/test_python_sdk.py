"""The real Python SDK sends; what a reader gets back is what was sent."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from langsmith import traceable, tracing_context
from langsmith.run_trees import RunTree

NOW = dt.datetime.now(dt.UTC)
HARD = {
    "text": "ü 漢字 👩‍👩‍👧 \u202e \u0000 \ufffe \\u0000 \"quotes\" 'and' \\",
    "keys": {"": 1, "a.b": 2, "ключ": 3},
    "big": 2**64 + 1,
    "bigger": -(10**40),
    "small": 1e-300,
    "deep": [[[[[{}]]]]],
    "none": None,
}


@pytest.fixture
def tracing(client, project):
    with tracing_context(enabled=True, client=client, project_name=project):
        yield


def tree(run):
    return run.name, [tree(child) for child in run.child_runs or []]


def test_nested_calls_read_back_as_the_same_tree(client, stored, tracing):
    """A tree of calls is read back with its shape, its order, its inputs and its outputs."""

    @traceable(run_type="tool")
    def leaf(x):
        return x * 2

    @traceable(run_type="chain", tags=["mid"], metadata={"level": 2})
    def middle(x):
        return [leaf(x), leaf(x + 1)]

    @traceable
    def root(x):
        return {"found": middle(x) + middle(10)}

    assert root(1, langsmith_extra={"tags": ["top"]}) == {"found": [2, 4, 20, 22]}
    runs = stored(7)
    assert Counter(run.name for run in runs) == {"leaf": 4, "middle": 2, "root": 1}
    assert {run.status for run in runs} == {"success"}
    (top,) = (run for run in runs if run.parent_run_id is None)
    assert top.inputs == {"x": 1}
    assert top.outputs == {"found": [2, 4, 20, 22]}
    assert top.tags == ["top"]
    assert {run.trace_id for run in runs} == {top.id}
    read = client.read_run(top.id, load_child_runs=True)
    leaves = [("leaf", []), ("leaf", [])]
    assert tree(read) == ("root", [("middle", leaves), ("middle", leaves)])
    first, second = read.child_runs
    assert [child.outputs for child in first.child_runs] == [{"output": 2}, {"output": 4}]
    assert first.metadata["level"] == 2
    assert second.inputs == {"x": 10}
    assert first.dotted_order < second.dotted_order
    assert [run.id for run in runs] == [
        run.id for run in sorted(runs, key=lambda r: (r.start_time, r.id.bytes), reverse=True)
    ]


def test_threads_lose_nothing(stored, tracing, client, project):
    """Traces made by many threads at once all arrive, each whole and each once."""

    @traceable
    def child(n):
        return n

    @traceable
    def parent(n):
        return [child(n), child(n)]

    def call(n):
        with tracing_context(enabled=True, client=client, project_name=project):
            return parent(n)

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(call, range(100)))
    runs = stored(300)
    roots = {run.id: run for run in runs if run.parent_run_id is None}
    assert sorted(run.inputs["n"] for run in roots.values()) == list(range(100))
    children = [run for run in runs if run.parent_run_id]
    assert all(run.inputs == roots[run.parent_run_id].inputs for run in children)


def test_asyncio_keeps_tasks_apart(stored, tracing):
    """Tasks that run beside each other end up below the call that started them."""

    @traceable
    async def step(n):
        await asyncio.sleep(0.001)
        return n

    @traceable
    async def flow(n):
        return await asyncio.gather(*(step(n) for _ in range(5)))

    async def main():
        await asyncio.gather(*(flow(n) for n in range(10)))

    asyncio.run(main())
    runs = stored(60)
    roots = {run.id: run.inputs["n"] for run in runs if run.parent_run_id is None}
    children = [run for run in runs if run.parent_run_id]
    assert Counter(roots[run.parent_run_id] for run in children) == dict.fromkeys(range(10), 5)
    assert all(roots[run.parent_run_id] == run.inputs["n"] for run in children)


def test_failures_are_told(client, stored, tracing, project):
    """A call that raises is read back as failed, with its error; so is what it failed."""

    @traceable
    def fails():
        raise ValueError("no such \u0000 luck: ü")

    @traceable
    def root():
        fails()

    with pytest.raises(ValueError, match="luck"):
        root()
    runs = stored(2)
    assert {run.status for run in runs} == {"error"}
    assert all("no such \u0000 luck: ü" in run.error for run in runs)
    assert len(list(client.list_runs(project_name=project, error=True))) == 2
    assert list(client.list_runs(project_name=project, error=False)) == []


def test_streams_keep_their_chunks_in_order(stored, tracing):
    """A generator's chunks are read back in order, with the moment of the first one."""

    @traceable(run_type="llm", reduce_fn="".join)
    def stream():
        for n in range(50):
            yield str(n % 10)

    assert "".join(stream()) == "0123456789" * 5
    (run,) = stored(1)
    assert run.outputs == {"output": "0123456789" * 5}
    assert [event["name"] for event in run.events] == ["new_token"]
    assert run.start_time <= run.first_token_time <= run.end_time


def test_huge_payloads_come_back_whole(stored, tracing):
    """Five megabytes in, five megabytes out."""
    text = "".join(f"{n:07d}\n" for n in range(5 * 1024 * 128))

    @traceable
    def huge(text):
        return text[::-1]

    huge(text)
    (run,) = stored(1)
    assert run.inputs == {"text": text}
    assert run.outputs == {"output": text[::-1]}


def test_three_hundred_levels(client, project, stored):
    """A trace 300 levels deep is read back as a chain of 300 runs."""
    run = RunTree(name="0", project_name=project, client=client, inputs={"level": 0})
    line = [run]
    for level in range(1, 300):
        run = run.create_child(name=str(level), inputs={"level": level})
        line.append(run)
    for run in line:
        run.post()
    for run in reversed(line):
        run.end(outputs={"done": True})
        run.patch()
    stored(300)
    found = client.read_run(line[0].id, load_child_runs=True)
    names = []
    while True:
        names.append(found.name)
        if not found.child_runs:
            break
        (found,) = found.child_runs
    assert names == [str(level) for level in range(300)]


def test_hard_values_come_back_as_they_were(stored, tracing):
    """Any Unicode, NUL, integers beyond 64 bits and empty keys come back unchanged."""

    @traceable(name="näme\u0000")
    def hard(value):
        return value

    hard(HARD)
    (run,) = stored(1)
    assert run.inputs == {"value": HARD}
    assert run.outputs == HARD
    assert run.name.startswith("näme")


def test_attachments_come_back_without_a_key(client, project, stored, http):
    """Files of a run are read back byte by byte, by an address that needs no key."""
    data = bytes(range(256)) * 300
    run_id = uuid4()
    client.create_run(
        "with files", {"a": 1}, "chain", id=run_id, trace_id=run_id, project_name=project,
        dotted_order=f"{NOW:%Y%m%dT%H%M%S%fZ}{run_id}", start_time=NOW, end_time=NOW,
        attachments={"image": ("image/png", data), "other-name": ("text/plain", b"ascii")},
    )  # fmt: skip
    stored(1)
    run = client.read_run(run_id)
    assert set(run.attachments) == {"image", "other-name"}
    assert run.attachments["image"]["reader"].read() == data
    assert run.attachments["image"]["mime_type"] == "image/png"
    assert run.attachments["other-name"]["reader"].read() == b"ascii"
    address = run.attachments["image"]["presigned_url"]
    assert http("GET", address, x_api_key="")[0] == 200
    assert http("GET", address[:-1] + ("0" if address[-1] != "0" else "1"))[0] in {401, 403, 404}


def test_feedback_is_kept_changed_and_deleted(client, stored, tracing, until):
    """Feedback, sent at once or in the background, is listed, summed up, changed and deleted."""

    @traceable
    def judged():
        return 1

    judged()
    (run,) = stored(1)
    direct = client.create_feedback(
        run.id, "correct", score=1, comment="good ü", value="yes", session_id=run.session_id
    )
    behind = client.create_feedback(
        run.id, "speed", score=0.25, trace_id=run.trace_id, session_id=run.session_id
    )
    client.flush()

    def both():
        found = {item.key: item for item in client.list_feedback(run_ids=[run.id])}
        assert set(found) == {"correct", "speed"}
        return found

    found = until(both)
    assert found["correct"].id == direct.id
    assert (found["correct"].score, found["correct"].comment) == (1, "good ü")
    assert found["correct"].value == "yes"
    assert found["speed"].id == behind.id
    assert found["speed"].score == 0.25
    assert found["speed"].trace_id == run.trace_id
    assert [f.key for f in client.list_feedback(run_ids=[run.id], feedback_key=["speed"])] == [
        "speed"
    ]
    client.update_feedback(direct.id, score=0, comment="bad")
    changed = until(lambda: client.read_feedback(direct.id))
    assert (changed.score, changed.comment, changed.value) == (0, "bad", "yes")
    assert client.read_run(run.id).feedback_stats["correct"]["n"] == 1
    client.delete_feedback(direct.id)
    until(lambda: _equal([f.id for f in client.list_feedback(run_ids=[run.id])], [behind.id]))


def _equal(found, expected):
    assert found == expected


def test_an_update_after_the_end_counts(client, project, stored, until):
    """What is said of a run after its end is joined with what was said before."""
    run = RunTree(name="late", project_name=project, client=client, inputs={"a": 1}, tags=["t"])
    run.post()
    run.end(outputs={"first": 1})
    run.patch()
    stored(1)
    client.update_run(
        run.id,
        outputs={"second": 2},
        end_time=dt.datetime.now(dt.UTC),
        trace_id=run.trace_id,
        dotted_order=run.dotted_order,
    )
    client.flush()
    until(lambda: _equal(client.read_run(run.id).outputs, {"second": 2}))
    read = client.read_run(run.id)
    assert (read.name, read.inputs, read.tags) == ("late", {"a": 1}, ["t"])


def test_repetitions_change_nothing(client, project, stored):
    """A run that is posted and patched several times is stored once."""
    run = RunTree(name="again", project_name=project, client=client, inputs={"a": 1})
    run.post()
    client.flush()
    run.post()
    run.end(outputs={"b": 2})
    run.patch()
    client.flush()
    run.patch()
    run.post()
    (read,) = stored(1)
    assert (read.inputs, read.outputs, read.status) == ({"a": 1}, {"b": 2}, "success")


def test_single_requests_without_a_trace_make_a_tree(client, project, stored):
    """Runs created one by one, children first and without trace, are read back as a tree."""
    root, child, grandchild, other = (uuid4() for _ in range(4))
    for name, run_id, parent in (
        ("grandchild", grandchild, child),
        ("child", child, root),
        ("other", other, root),
        ("root", root, None),
    ):
        client.create_run(
            name, {"n": name}, "chain", id=run_id, parent_run_id=parent, project_name=project,
            start_time=NOW,
        )  # fmt: skip
    for run_id in (root, child, grandchild, other):
        client.update_run(run_id, outputs={"done": True}, end_time=NOW)
    runs = stored(4)
    assert {run.trace_id for run in runs} == {root}
    read = client.read_run(root, load_child_runs=True)
    assert {tree(run)[0] for run in read.child_runs} == {"child", "other"}
    (first,) = (run for run in read.child_runs if run.name == "child")
    assert tree(first) == ("child", [("grandchild", [])])
    assert first.dotted_order.startswith(read.dotted_order + ".")


def test_queries_filter_select_and_page(client, project, stored, tracing):
    """Filters, roots, limits, selects and pages of `list_runs` give what they say."""

    @traceable(run_type="llm", metadata={"user": "ann"})
    def call(n):
        return n

    @traceable
    def root(n):
        return call(n)

    for n in range(130):
        root(n)
    stored(260)

    def names(**wanted):
        return Counter(run.name for run in client.list_runs(project_name=project, **wanted))

    assert names(is_root=True) == {"root": 130}
    assert names(run_type="llm") == {"call": 130}
    assert names(filter='and(eq(metadata_key, "user"), eq(metadata_value, "ann"))') == {"call": 130}
    assert names(filter='eq(name, "call")', trace_filter='eq(name, "root")') == {"call": 130}
    assert names(tree_filter='eq(run_type, "llm")', is_root=True) == {"root": 130}
    assert names(limit=7).total() == 7
    (only,) = client.list_runs(project_name=project, limit=1, select=["id", "name", "start_time",
        "run_type", "trace_id"])  # fmt: skip
    assert only.inputs == {}
    later = only.start_time + dt.timedelta(seconds=1)
    assert list(client.list_runs(project_name=project, start_time=later)) == []
    some = [run.id for run in client.list_runs(project_name=project, limit=3)]
    assert {run.id for run in client.list_runs(run_ids=some)} == set(some)


def test_projects_are_made_changed_summed_up_and_deleted(client, project, stored, tracing):
    """Projects are listed by name, described, tell their statistics, and go with their runs."""

    @traceable(run_type="llm")
    def model():
        return {"usage_metadata": {"input_tokens": 3, "output_tokens": 4, "total_tokens": 7}}

    @traceable
    def root():
        model()

    root()
    root()
    stored(4)
    found = client.read_project(project_name=project, include_stats=True)
    assert (found.name, found.run_count, found.error_rate) == (project, 4, 0)
    assert (found.total_tokens, found.prompt_tokens, found.completion_tokens) == (14, 6, 8)
    assert found.latency_p50 is not None
    assert found.last_run_start_time is not None
    stats = client.get_run_stats(project_ids=[found.id], run_type="llm")
    assert (stats["run_count"], stats["total_tokens"]) == (2, 14)
    client.update_project(found.id, description="described", metadata={"a": 1})
    read = client.read_project(project_id=str(found.id))
    assert (read.description, read.metadata) == ("described", {"a": 1})
    assert [p.name for p in client.list_projects(name_contains=project[5:])] == [project]
    made = client.create_project(project, upsert=True)
    assert made.id == found.id
    client.delete_project(project_name=project)
    assert not client.has_project(project)
    assert list(client.list_runs(project_id=found.id)) == []


def test_a_shared_trace_is_read_by_its_token_alone(client, stored, tracing, http):
    """A shared run is read without a key, with its trace; no longer once that is taken back."""

    @traceable
    def inner():
        return 2

    @traceable
    def outer():
        return inner()

    outer()
    runs = {run.name: run for run in stored(2)}
    link = client.share_run(runs["outer"].id)
    assert client.run_is_shared(runs["outer"].id)
    assert not client.run_is_shared(runs["inner"].id)
    assert client.read_run_shared_link(runs["outer"].id) == link
    token = link.split("/")[-2]
    assert client.read_shared_run(token).name == "outer"
    assert client.read_shared_run(token, runs["inner"].id).name == "inner"
    assert {run.name for run in client.list_shared_runs(token)} == {"inner", "outer"}
    assert http("GET", f"/public/{token}/run", x_api_key="")[0] == 200
    assert http("GET", f"/public/{token}/run/{uuid4()}")[0] == 404
    client.unshare_run(runs["outer"].id)
    assert not client.run_is_shared(runs["outer"].id)
    assert http("GET", f"/public/{token}/run")[0] == 404


def test_the_second_version_reads_the_same(client, project, stored, tracing):
    """`client.runs`, `client.traces` and `client.threads` read what was sent."""

    @traceable(run_type="tool")
    def tool():
        return {"t": 1}

    @traceable
    def turn(n):
        tool()
        return {"n": n}

    for n in range(3):
        turn(n, langsmith_extra={"metadata": {"thread_id": "thread-1"}})
    runs = stored(6)
    project_id = str(runs[0].session_id)
    (first,) = (run for run in runs if run.inputs == {"n": 0})

    async def read():
        words = [
            "NAME", "RUN_TYPE", "STATUS", "OUTPUTS", "TRACE_ID", "DOTTED_ORDER", "THREAD_ID",
            "PARENT_RUN_IDS", "IS_ROOT", "METADATA", "START_TIME", "LATENCY_SECONDS",
        ]  # fmt: skip
        listed = [
            run
            async for run in client.runs.query(project_ids=[project_id], selects=words, page_size=4)
        ]
        one = await client.runs.retrieve(
            str(first.id), project_id=project_id, start_time=first.start_time, selects=words
        )
        threads = [item async for item in client.threads.query(project_id=project_id)]
        turns = [
            item
            async for item in client.threads.list_traces(
                "thread-1", project_id=project_id, selects=["OUTPUTS", "NAME"], page_size=2
            )
        ]
        inside = await client.traces.list_runs(
            str(first.id), project_id=project_id, selects=["NAME"]
        )
        streamed = [
            run
            async for run in client.runs.streaming.query_v2_items(
                project_ids=[project_id], selects=["NAME"], page_size=4
            )
        ]
        totals = await client.threads.aggregate_stats(
            project_id=project_id, select=["THREAD_COUNT", "TRACE_COUNT", "LATENCY_P50"]
        )
        one_thread = await client.threads.stats(
            "thread-1", session_id=project_id, selects=["TURNS"]
        )
        await client.runs._client.close()
        assert {run.id for run in streamed} == {run.id for run in listed}
        assert (totals.thread_count, totals.trace_count, one_thread.turns) == (1, 3, 3)
        assert totals.latency_p50_seconds is not None
        return listed, one, threads, turns, inside

    listed, one, threads, turns, inside = asyncio.run(read())
    assert {run.id for run in listed} == {str(run.id) for run in runs}
    assert len(listed) == 6
    assert {(run.name, run.run_type, run.status) for run in listed} == {
        ("turn", "CHAIN", "SUCCESS"),
        ("tool", "TOOL", "SUCCESS"),
    }
    assert (one.id, one.outputs, one.is_root) == (str(first.id), {"n": 0}, True)
    assert one.thread_id == "thread-1"
    (thread,) = threads
    assert (thread.thread_id, thread.count) == ("thread-1", 3)
    assert thread.first_trace_id == str(first.id)
    assert [turn.outputs for turn in turns] == [{"n": 0}, {"n": 1}, {"n": 2}]
    assert [run.name for run in inside.items] == ["turn", "tool"]
