"""The real OpenTelemetry SDK and instrumentations send by OTLP; LangSmith's SDK reads runs."""

from __future__ import annotations

import gzip
import json
import random
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from uuid import uuid4

import pytest
from langsmith import Client, traceable, tracing_context
from openai import OpenAI
from openinference.instrumentation.openai import OpenAIInstrumentor as OpenInference
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.openai import OpenAIInstrumentor as OpenLLMetry
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import Status, StatusCode

from .conftest import KEY

PATHS = ("/v1/traces", "/otel/v1/traces", "/api/v1/otel/v1/traces", "/api/v1/v1/traces")
PROTOBUF = "application/x-protobuf"


@pytest.fixture
def export(server, project):
    """Sends finished spans with the real exporter."""
    exporters = []

    def send(spans, path="/otel/v1/traces", **options):
        headers = {"x-api-key": KEY, "Langsmith-Project": project}
        exporter = OTLPSpanExporter(server + path, headers=headers, **options)
        exporters.append(exporter)
        assert exporter.export(spans) is SpanExportResult.SUCCESS

    yield send
    for exporter in exporters:
        exporter.shutdown()


@pytest.fixture
def recorded():
    """A tracer, and the spans that it has finished."""
    memory = InMemorySpanExporter()
    provider = TracerProvider(resource=Resource({"service.name": "shop", "host.name": "böx"}))
    provider.add_span_processor(SimpleSpanProcessor(memory))
    yield provider, memory.get_finished_spans
    provider.shutdown()


def grow(provider, name="root", deep=3, wide=2):
    """A tree of spans, each with what it is called by as input."""
    with provider.get_tracer("test").start_as_current_span(name) as span:
        span.set_attribute("input.value", json.dumps({"name": name}))
        span.set_attribute("output.value", "fertig ü")
        for n in range(wide if deep > 1 else 0):
            grow(provider, f"{name}.{n}", deep - 1, wide)


def shape(run):
    return run.name, sorted(shape(child) for child in run.child_runs or ())


TREE = (
    "root",
    [
        ("root.0", [("root.0.0", []), ("root.0.1", [])]),
        ("root.1", [("root.1.0", []), ("root.1.1", [])]),
    ],
)


def read_tree(client, runs):
    (root,) = (run for run in runs if run.parent_run_id is None)
    assert root.trace_id == root.id
    assert all(run.trace_id == root.id for run in runs)
    assert all(run.dotted_order.startswith(root.dotted_order) for run in runs)
    return shape(client.read_run(root.id, load_child_runs=True))


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("compression", [Compression.NoCompression, Compression.Gzip])
def test_a_tree_of_spans_is_a_tree_of_runs(export, recorded, stored, client, path, compression):
    """At each address, plain and compressed, with names, values and times."""
    provider, spans = recorded
    grow(provider)
    export(spans(), path, compression=compression)
    runs = stored(7)
    assert read_tree(client, runs) == TREE
    for run in runs:
        assert run.inputs == {"name": run.name}
        assert run.outputs == {"output": "fertig ü"}
        assert run.status == "success"
        assert run.extra["runtime"]["host.name"] == "böx"
    times = {span.name: (span.start_time, span.end_time) for span in spans()}
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    for run in runs:
        for nanoseconds, moment in zip(
            times[run.name], (run.start_time, run.end_time), strict=True
        ):
            told = (moment.replace(tzinfo=UTC) - epoch) / timedelta(microseconds=1)
            assert abs(told - nanoseconds / 1000) <= 1


@pytest.mark.parametrize("seed", range(4))
def test_spans_of_a_trace_may_come_in_any_order(export, recorded, stored, client, seed):
    """Each span in a request of its own, children before parents, some twice: the same tree."""
    provider, spans = recorded
    grow(provider)
    order = [*spans(), *spans()[:3]]
    random.Random(seed).shuffle(order)
    for span in order:
        export([span])
    assert read_tree(client, stored(7)) == TREE


def test_spans_whose_parent_never_comes_keep_what_is_below_them(export, recorded, stored, client):
    """Without the root, the branches are there, each with its own children."""
    provider, spans = recorded
    grow(provider)
    for span in spans():
        if span.name != "root":
            export([span])
    runs = {run.name: run for run in stored(6)}
    for name, branch in TREE[1]:
        read = client.read_run(runs[name].id, load_child_runs=True)
        assert shape(read) == (name, branch)


def test_a_span_that_failed_is_a_failed_run(export, recorded, stored):
    """Its error has the exception's type, message and stack; a noted exception is no failure."""
    provider, spans = recorded
    tracer = provider.get_tracer("test")

    def fail():
        with tracer.start_as_current_span("fails"):
            raise ValueError("no luck: ü")

    with pytest.raises(ValueError, match="no luck"):
        fail()
    with tracer.start_as_current_span("told") as span:
        span.set_status(Status(StatusCode.ERROR, "too late"))
    with tracer.start_as_current_span("noted") as span:
        span.record_exception(KeyError("x"))
    export(spans())
    runs = {run.name: run for run in stored(3)}
    assert {name: run.status for name, run in runs.items()} == {
        "fails": "error",
        "told": "error",
        "noted": "success",
    }
    assert runs["fails"].error.startswith("ValueError: no luck: ü")
    assert "Traceback" in runs["fails"].error
    assert runs["told"].error == "too late"
    (event,) = runs["noted"].events
    assert event["name"] == "exception"
    assert event["kwargs"]["exception.type"] == "KeyError"


CASES = {
    "langsmith": (
        {
            "langsmith.span.kind": "LLM",
            "langsmith.trace.name": "renamed",
            "langsmith.span.tags": "a, b",
            "langsmith.metadata.user": "u1",
            "gen_ai.prompt": '{"big": 123456789012345678901234567890}',
            "gen_ai.completion": "plain text",
        },
        {
            "name": "renamed",
            "run_type": "llm",
            "tags": ["a", "b"],
            "inputs": {"big": 123456789012345678901234567890},
            "outputs": {"output": "plain text"},
        },
    ),
    "GenAI of old": (
        {
            "gen_ai.system": "openai",
            "gen_ai.request.model": "gpt-4o",
            "gen_ai.prompt.0.role": "user",
            "gen_ai.prompt.0.content": "hi",
            "gen_ai.completion.0.role": "assistant",
            "gen_ai.completion.0.content": "ho",
            "gen_ai.usage.prompt_tokens": 3,
            "gen_ai.usage.completion_tokens": 4,
        },
        {
            "run_type": "llm",
            "inputs": {"messages": [{"role": "user", "content": "hi"}]},
            "outputs": {"messages": [{"role": "assistant", "content": "ho"}]},
            "prompt_tokens": 3,
            "completion_tokens": 4,
            "total_tokens": 7,
        },
    ),
    "GenAI of today": (
        {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "anthropic",
            "gen_ai.request.model": "claude",
            "gen_ai.system_instructions": '[{"type": "text", "content": "be kind"}]',
            "gen_ai.input.messages": json.dumps(
                [
                    {"role": "user", "parts": [{"type": "text", "content": "weather?"}]},
                    {
                        "role": "tool",
                        "parts": [{"type": "tool_call_response", "id": "c1", "response": "rain"}],
                    },
                ]
            ),
            "gen_ai.output.messages": json.dumps(
                [
                    {
                        "role": "assistant",
                        "finish_reason": "tool_call",
                        "parts": [
                            {
                                "type": "tool_call",
                                "id": "c2",
                                "name": "umbrella",
                                "arguments": {"n": 1},
                            }
                        ],
                    }
                ]
            ),
            "gen_ai.usage.input_tokens": 10,
            "gen_ai.usage.output_tokens": 5,
            "gen_ai.usage.cache_read.input_tokens": 8,
        },
        {
            "run_type": "llm",
            "inputs": {
                "messages": [
                    {"role": "system", "content": "be kind"},
                    {"role": "user", "content": "weather?"},
                    {"role": "tool", "tool_call_id": "c1", "content": "rain"},
                ]
            },
            "outputs": {
                "messages": [
                    {
                        "role": "assistant",
                        "finish_reason": "tool_call",
                        "content": [],
                        "tool_calls": [
                            {
                                "id": "c2",
                                "type": "function",
                                "function": {"name": "umbrella", "arguments": {"n": 1}},
                            }
                        ],
                    }
                ]
            },
            "total_tokens": 15,
        },
    ),
    "a tool": (
        {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": "umbrella",
            "gen_ai.tool.call.arguments": '{"n": 1}',
            "gen_ai.tool.call.result": "[1, 2]",
        },
        {"run_type": "tool", "inputs": {"n": 1}, "outputs": {"output": [1, 2]}},
    ),
    "OpenInference": (
        {
            "openinference.span.kind": "LLM",
            "llm.model_name": "gpt-4o",
            "llm.input_messages.0.message.role": "user",
            "llm.input_messages.0.message.content": "hi",
            "llm.output_messages.0.message.role": "assistant",
            "llm.output_messages.0.message.tool_calls.0.tool_call.function.name": "f",
            "llm.token_count.prompt": 1,
            "llm.token_count.completion": 2,
            "llm.token_count.total": 3,
            "llm.cost.total": 0.5,
            "session.id": "thread 7",
            "tag.tags": ["x"],
            "metadata": '{"k": [1]}',
        },
        {
            "run_type": "llm",
            "inputs": {"messages": [{"role": "user", "content": "hi"}]},
            "outputs": {
                "messages": [{"role": "assistant", "tool_calls": [{"function": {"name": "f"}}]}]
            },
            "total_tokens": 3,
            "tags": ["x"],
        },
    ),
    "a retriever": (
        {
            "openinference.span.kind": "RETRIEVER",
            "input.value": "who?",
            "input.mime_type": "text/plain",
            "retrieval.documents.0.document.content": "she",
            "retrieval.documents.0.document.score": 0.5,
        },
        {
            "run_type": "retriever",
            "inputs": {"input": "who?"},
            "outputs": {"documents": [{"page_content": "she", "metadata": {"score": 0.5}}]},
        },
    ),
    "OpenLLMetry": (
        {
            "traceloop.span.kind": "workflow",
            "traceloop.entity.input": '{"a": 1}',
            "traceloop.entity.output": '"b"',
            "traceloop.association.properties.user": "u",
        },
        {"run_type": "chain", "inputs": {"a": 1}, "outputs": {"output": "b"}},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_conventions_are_understood(export, recorded, stored, case):
    """Each convention's attributes are a run's fields."""
    attributes, expected = CASES[case]
    provider, spans = recorded
    provider.get_tracer("test").start_span("a span", attributes=attributes).end()
    export(spans())
    (run,) = stored(1)
    assert {name: getattr(run, name) for name in expected} == expected


def test_tokens_are_told_by_kind(export, recorded, stored, client):
    """What was read from a cache is part of the tokens."""
    provider, spans = recorded
    attributes = CASES["GenAI of today"][0]
    provider.get_tracer("test").start_span("a span", attributes=attributes).end()
    export(spans())
    (run,) = stored(1)
    assert client.read_run(run.id).prompt_token_details == {"cache_read": 8}


def test_metadata_keeps_what_has_no_field(export, recorded, stored):
    """Threads, models and users under LangSmith's names; all else under its own."""
    provider, spans = recorded
    attributes = CASES["OpenInference"][0] | {"own.thing": [1, 2], "user.id": "u"}
    provider.get_tracer("test").start_span("a span", attributes=attributes).end()
    export(spans())
    (run,) = stored(1)
    expected = {
        "k": [1],
        "session_id": "thread 7",
        "ls_model_name": "gpt-4o",
        "user_id": "u",
        "own.thing": [1, 2],
    }
    assert {key: run.metadata.get(key) for key in expected} == expected
    assert float(run.total_cost) == 0.5


def test_events_may_hold_the_messages(export, recorded, stored):
    """The events of GenAI's first convention are inputs and outputs."""
    provider, spans = recorded
    span = provider.get_tracer("test").start_span("chat", attributes={"gen_ai.system": "x"})
    span.add_event("gen_ai.user.message", {"content": "hi"})
    span.add_event("gen_ai.choice", {"index": 0, "message": '{"content": "ho"}'})
    span.end()
    export(spans())
    (run,) = stored(1)
    assert run.inputs == {"messages": [{"role": "user", "content": "hi"}]}
    assert run.outputs["messages"][0]["message"] == {"content": "ho"}


ANSWER = {
    "id": "c",
    "object": "chat.completion",
    "created": 1,
    "model": "fake-1",
    "choices": [
        {
            "index": 0,
            "finish_reason": "stop",
            "message": {"role": "assistant", "content": "Hallo ü"},
        }
    ],
    "usage": {"prompt_tokens": 5, "completion_tokens": 2, "total_tokens": 7},
}


@contextmanager
def fake_model():
    """A server that answers every chat in the same words."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            body = json.dumps(ANSWER).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/v1"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("instrumentor", [OpenInference, OpenLLMetry])
def test_a_real_instrumentation_of_openai_is_understood(export, recorded, stored, instrumentor):
    """A call of the real OpenAI client, as the real instrumentation packages tell of it."""
    provider, spans = recorded
    instrumentor().instrument(tracer_provider=provider)
    try:
        with fake_model() as url, OpenAI(base_url=url, api_key="none") as openai:
            openai.chat.completions.create(
                model="fake-1", messages=[{"role": "user", "content": "Grüß dich"}]
            )
    finally:
        instrumentor().uninstrument()
    export(spans())
    (run,) = stored(1)
    assert run.run_type == "llm"
    assert (run.prompt_tokens, run.completion_tokens, run.total_tokens) == (5, 2, 7)
    assert run.metadata["ls_model_name"] == "fake-1"
    (asked,), (answered,) = run.inputs["messages"], run.outputs["messages"]
    assert (asked["role"], asked["content"]) == ("user", "Grüß dich")
    assert (answered["role"], answered["content"]) == ("assistant", "Hallo ü")


@pytest.fixture
def traced(server, project):
    """A LangSmith client that sends by OTLP, or both ways, and what makes it send all."""
    made = []

    def make(mode):
        provider = TracerProvider()
        headers = {"x-api-key": KEY, "Langsmith-Project": project}
        exporter = OTLPSpanExporter(server + "/otel/v1/traces", headers=headers)
        provider.add_span_processor(SimpleSpanProcessor(exporter))
        client = Client(
            api_url=server, api_key=KEY, tracing_mode=mode, otel_tracer_provider=provider
        )
        made.append((client, provider))

        def flush():
            client.flush()
            assert provider.force_flush(30_000)

        return client, flush

    yield make
    for client, provider in made:
        client.cleanup()
        client.session.close()
        provider.shutdown()


@traceable(run_type="llm")
def model(text):
    return {
        "content": text,
        "usage_metadata": {"input_tokens": 1, "output_tokens": 2, "total_tokens": 3},
    }


@traceable(run_type="tool")
def tool(text):
    raise RuntimeError(f"no {text}")


@traceable
def agent(n):
    for _ in range(n):
        model("ü")
    with pytest.raises(RuntimeError):
        tool("luck")
    return {"n": n}


@pytest.mark.parametrize("mode", ["otel", "hybrid"])
def test_the_sdk_may_send_spans(traced, project, stored, client, mode):
    """In otel and in hybrid mode each call is one run, with its parent and all it said."""
    sender, flush = traced(mode)
    with tracing_context(enabled=True, client=sender, project_name=project):
        for n in range(1, 4):
            agent(n)
    flush()
    runs = stored(12)
    assert sorted(run.name for run in runs) == ["agent"] * 3 + ["model"] * 6 + ["tool"] * 3
    for root in (run for run in runs if run.name == "agent"):
        read = client.read_run(root.id, load_child_runs=True)
        assert shape(read) == ("agent", [*[("model", [])] * root.inputs["n"], ("tool", [])])
        assert root.outputs == {"n": root.inputs["n"]}
    for run in runs:
        if run.name == "tool":
            assert run.status == "error"
            assert "no luck" in run.error
        else:
            assert run.status == "success"
        assert run.total_tokens == (3 if run.name == "model" else None)


def test_in_hybrid_mode_runs_that_look_the_same_stay_apart(traced, project, stored):
    """Calls of one name that begin in one microsecond are as many runs as there were calls."""
    sender, flush = traced("hybrid")
    begun = datetime.now(UTC)
    ids = [uuid4() for _ in range(5)]
    for number, run_id in enumerate(ids):
        sender.create_run(
            "twin", {"number": number}, "chain", id=run_id, start_time=begun, project_name=project
        )
    flush()
    for number, run_id in enumerate(ids):
        sender.update_run(run_id, outputs={"number": number}, end_time=datetime.now(UTC))
    flush()
    runs = stored(5)
    assert {run.id for run in runs} == set(ids)
    assert all(run.inputs == run.outputs for run in runs)


def test_a_huge_attribute_is_read_back(export, recorded, stored):
    """Two million characters are neither cut nor changed."""
    provider, spans = recorded
    huge = json.dumps({"text": "ü" * 2_000_000}, ensure_ascii=False)
    span = provider.get_tracer("test").start_span("huge")
    span.set_attribute("gen_ai.prompt", huge)
    span.end()
    export(spans())
    (run,) = stored(1)
    assert run.inputs == json.loads(huge)


def as_json(trace_id, span_id, name, **more):
    """A span as JavaScript's exporter writes it."""
    return {
        "traceId": trace_id,
        "spanId": span_id,
        "name": name,
        "kind": 1,
        "startTimeUnixNano": "1795830409114299136",
        "endTimeUnixNano": "1795830409139610112",
        "attributes": [{"key": "input.value", "value": {"stringValue": "hi"}}],
        "droppedAttributesCount": 0,
        "events": [],
        "droppedEventsCount": 0,
        "status": {"code": 0},
        "links": [],
        "droppedLinksCount": 0,
        "flags": 257,
    } | more


def request_of(*spans):
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": "js"}}]}
    scopes = [{"scope": {"name": "lib", "version": "1"}, "spans": list(spans)}]
    return {"resourceSpans": [{"resource": resource, "scopeSpans": scopes}]}


def test_json_is_taken_as_well(http, project, stored):
    """As JavaScript's exporters send it; ids in upper or lower case, integers as texts."""
    trace_id = uuid4().hex
    values = [
        {"key": "own.int", "value": {"intValue": "9007199254740993"}},
        {"key": "own.list", "value": {"arrayValue": {"values": [{"doubleValue": 0.5}]}}},
        {
            "key": "own.map",
            "value": {"kvlistValue": {"values": [{"key": "a", "value": {"boolValue": True}}]}},
        },
    ]
    body = request_of(
        as_json(trace_id, "eee19b7ec3c1b174", "root"),
        as_json(
            trace_id.upper(), "EEE19B7EC3C1B175", "child",
            parentSpanId="eee19b7ec3c1b174", attributes=values,
        ),
    )  # fmt: skip
    status, answer = http(
        "POST", "/v1/traces", gzip.compress(json.dumps(body).encode()),
        Content_Type="application/json; charset=utf-8", Content_Encoding="gzip",
        Langsmith_Project=project,
    )  # fmt: skip
    assert (status, json.loads(answer)) == (200, {})
    runs = {run.name: run for run in stored(2)}
    assert runs["child"].parent_run_id == runs["root"].id
    assert runs["root"].inputs == {"input": "hi"}
    metadata = runs["child"].metadata
    assert metadata["own.int"] == 9007199254740993
    assert metadata["own.list"] == [0.5]
    assert metadata["own.map"] == {"a": True}


def deep(levels):
    value = {"stringValue": "x"}
    for _ in range(levels):
        value = {"arrayValue": {"values": [value]}}
    return value


BROKEN = {
    "a short trace id": {"traceId": "ab"},
    "zeros": {"spanId": "0" * 16},
    "no hexadecimal": {"traceId": "z" * 32},
    "a parent's id too long": {"parentSpanId": "ab" * 9},
    "a time beyond all": {"startTimeUnixNano": "9" * 40},
    "a time before all": {"endTimeUnixNano": -1},
    "a name that is none": {"name": 7},
    "deep values": {"attributes": [{"key": "k", "value": deep(300)}]},
    "a run id that is none": {
        "attributes": [{"key": "langsmith.span.id", "value": {"stringValue": "x"}}]
    },
}


def test_one_broken_span_costs_no_other_in_json(http, project, stored):
    """Each span that cannot be taken is counted and its fault told; the others are there."""
    broken = [as_json(uuid4().hex, "ab" * 8, what) | fault for what, fault in BROKEN.items()]
    good = as_json(uuid4().hex, "cd" * 8, "good")
    status, answer = http(
        "POST", "/otel/v1/traces", request_of(*broken, good), Langsmith_Project=project
    )
    told = json.loads(answer)["partialSuccess"]
    assert (status, told["rejectedSpans"]) == (200, str(len(BROKEN)))
    assert "instead of 16" in told["errorMessage"]
    (run,) = stored(1)
    assert run.name == "good"


def protobuf_request(*names):
    request = ExportTraceServiceRequest()
    scope = request.resource_spans.add().scope_spans.add()
    for name in names:
        scope.spans.add(
            trace_id=uuid4().bytes, span_id=uuid4().bytes[:8], name=name,
            start_time_unix_nano=1_795_830_409_114_299_136,
            end_time_unix_nano=1_795_830_409_139_610_112,
        )  # fmt: skip
    return request, scope.spans


def test_one_broken_span_costs_no_other_in_protobuf(http, project, stored):
    """Wrong ids, and texts that are no UTF-8: the others are there."""
    request, spans = protobuf_request("short", "zeros", "not UTF-8", "good", "good too")
    spans[0].trace_id = b"abc"
    spans[1].span_id = bytes(8)
    body = request.SerializeToString().replace(b"not UTF-8", b"not UTF\xff8")
    status, answer = http(
        "POST", "/otel/v1/traces", body, Content_Type=PROTOBUF, Langsmith_Project=project
    )
    told = ExportTraceServiceResponse.FromString(answer).partial_success
    assert (status, told.rejected_spans) == (200, 3)
    assert "16" in told.error_message
    assert sorted(run.name for run in stored(2)) == ["good", "good too"]


@pytest.mark.parametrize(
    ("body", "headers", "expected"),
    [
        (b"\xff\xff\xff", {"Content_Type": PROTOBUF}, 400),
        (b"{", {"Content_Type": "application/json"}, 400),
        (b"[" * 100_000, {"Content_Type": "application/json"}, 400),
        (b'{"resourceSpans": 7}', {"Content_Type": "application/json"}, 400),
        (b"no gzip", {"Content_Type": PROTOBUF, "Content_Encoding": "gzip"}, 400),
        (b"", {"Content_Type": "text/plain"}, 415),
        (b"", {"Content_Type": PROTOBUF, "Content_Encoding": "br"}, 415),
        (
            gzip.compress(bytes(200 * 1024 * 1024), 1),
            {"Content_Type": PROTOBUF, "Content_Encoding": "gzip"},
            413,
        ),
        (b"", {"Content_Type": PROTOBUF}, 200),
        (b"{}", {"Content_Type": "application/json"}, 200),
    ],
    ids=(
        "no protobuf",
        "broken JSON",
        "deep JSON",
        "no list",
        "no gzip",
        "unknown type",
        "unknown encoding",
        "bomb",
        "empty protobuf",
        "empty JSON",
    ),
)
def test_what_is_no_request_is_refused(http, body, headers, expected):
    """Exporters repeat what is answered by 503, and nothing that is answered so."""
    status, _ = http("POST", "/v1/traces", body, **headers)
    assert status == expected


@pytest.mark.parametrize(
    ("resource", "attributes", "headers", "expected"),
    [
        ({"service.name": "P"}, {}, {}, "P"),
        ({"service.name": "s"}, {}, {"Langsmith_Project": "P"}, "P"),
        ({"openinference.project.name": "P"}, {}, {"Langsmith_Project": "h"}, "P"),
        ({}, {"langsmith.trace.session_name": "P"}, {"Langsmith_Project": "h"}, "P"),
        (
            {},
            {},
            {"Langsmith_Agent_Id": "P", "Langsmith_Agent_Environment": "e"},
            "agents/P/environments/e",
        ),
    ],
)
def test_a_span_names_its_project(
    http, client, project, until, resource, attributes, headers, expected
):
    """By its own attribute, its resource's, a header, or else its service's name."""
    request, (span,) = protobuf_request("placed")
    for key, value in attributes.items():
        span.attributes.add(key=key).value.string_value = value.replace("P", project)
    for key, value in resource.items():
        one = request.resource_spans[0].resource.attributes.add(key=key)
        one.value.string_value = value.replace("P", project)
    headers = {name: value.replace("P", project) for name, value in headers.items()}
    status, _ = http(
        "POST", "/v1/traces", request.SerializeToString(), Content_Type=PROTOBUF, **headers
    )
    assert status == 200
    name = expected.replace("P", project)
    (run,) = until(lambda: list(client.list_runs(project_name=name)))
    assert run.name == "placed"


@pytest.mark.parametrize("first", ["run", "span"])
def test_a_span_that_names_its_run_is_that_run(export, recorded, stored, client, project, first):
    """It adds what the run's own messages did not tell, and takes nothing back."""
    provider, spans = recorded
    root, child = uuid4(), uuid4()
    told = {
        "langsmith.span.id": str(child),
        "langsmith.trace.id": str(root),
        "langsmith.span.parent_id": str(root),
        "langsmith.span.kind": "tool",
        "gen_ai.prompt": '{"by": "the span"}',
        "gen_ai.completion": '{"by": "the span"}',
    }
    provider.get_tracer("test").start_span("by the span", attributes=told).end()

    def run():
        begun = datetime.now(UTC)
        client.create_run(
            "by the run", {"by": "the run"}, "tool", id=child, project_name=project,
            start_time=begun, trace_id=root, parent_run_id=root,
            dotted_order=f"{begun:%Y%m%dT%H%M%S%fZ}{root}.{begun:%Y%m%dT%H%M%S%fZ}{child}",
        )  # fmt: skip
        client.flush()

    for send in (run, lambda: export(spans()))[:: 1 if first == "run" else -1]:
        send()
    (found,) = stored(1)
    assert (found.id, found.trace_id, found.parent_run_id) == (child, root, root)
    assert (found.name, found.inputs) == ("by the run", {"by": "the run"})
    assert found.outputs == {"by": "the span"}
