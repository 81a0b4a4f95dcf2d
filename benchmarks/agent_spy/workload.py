"""The same traces for everybody, in each form that a contender takes.

A run is one message with its start, end, inputs and outputs: SDKs join a run's POST and PATCH to
this where both wait in the same batch, which under load they do.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
import zstandard
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

PROJECTS = tuple(f"project-{number}" for number in range(5))
BOUNDARY = "----agent-spy-benchmark"
MULTIPART = {
    "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
    "Content-Encoding": "zstd",
}
JSON = {"Content-Type": "application/json"}
PROTOBUF = {"Content-Type": "application/x-protobuf"}
_APART = ("inputs", "outputs", "extra")
_TYPES = ("llm", "tool", "retriever", "chain")
_PROSE = (
    "the agent reads a page of the report and asks for the next while its tool answers with rows "
    "that name market trend price volume region quarter margin forecast error retry plan step"
)
_CHARACTERS = 800
"""Of inputs, and of outputs: with all else about 2 kB a run."""
_FAN_OUT = 4


@dataclass(frozen=True, slots=True)
class Trace:
    """Runs of one trace, the root first."""

    id: str
    runs: tuple[dict[str, Any], ...]


def traces(count: int, size: int, *, seed: int = 6) -> Iterator[Trace]:
    """`count` traces of `size` runs, the same for the same seed."""
    dice = random.Random(seed)
    start = datetime(2026, 11, 1, tzinfo=UTC)
    for number in range(count):
        yield _trace(
            dice, size, PROJECTS[number % len(PROJECTS)], start + timedelta(minutes=number)
        )


def _trace(dice: random.Random, size: int, project: str, start: datetime) -> Trace:
    ids = [str(UUID(int=dice.getrandbits(128), version=4)) for _ in range(size)]
    orders: list[str] = []
    runs = []
    for number, run_id in enumerate(ids):
        parent = None if number == 0 else (number - 1) // _FAN_OUT
        begun = start + timedelta(milliseconds=10 * number)
        step = f"{begun:%Y%m%dT%H%M%S%fZ}{run_id}"
        orders.append(step if parent is None else f"{orders[parent]}.{step}")
        runs.append(
            {
                "id": run_id,
                "trace_id": ids[0],
                "parent_run_id": None if parent is None else ids[parent],
                "dotted_order": orders[number],
                "name": f"step {number % 7}",
                "run_type": "chain" if number == 0 else _TYPES[number % len(_TYPES)],
                "start_time": begun.isoformat(),
                "end_time": (begun + timedelta(milliseconds=5)).isoformat(),
                "session_name": project,
                "error": "the tool did not answer" if dice.random() < 0.05 else None,  # noqa: PLR2004
                "inputs": {"question": _text(dice)},
                "outputs": {"answer": _text(dice)},
                "extra": {"metadata": {"step": number, "model": "m-1"}},
            }
        )
    return Trace(ids[0], tuple(runs))


def _text(dice: random.Random) -> str:
    return " ".join(dice.choices(_PROSE.split(), k=_CHARACTERS // 5))[:_CHARACTERS]


def multipart(runs: Sequence[dict[str, Any]]) -> bytes:
    """As the SDK sends it: big fields as parts of their own, zstd over the whole."""
    out = []
    for run in runs:
        rest = {key: value for key, value in run.items() if key not in _APART}
        out.append(_part(f"post.{run['id']}", rest))
        out += [_part(f"post.{run['id']}.{key}", run[key]) for key in _APART]
    whole = b"".join(out) + f"--{BOUNDARY}--\r\n".encode()
    return zstandard.ZstdCompressor(level=3).compress(whole)


def _part(name: str, value: Any) -> bytes:
    data = orjson.dumps(value)
    head = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n'
        f"Content-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n"
    )
    return head.encode() + data + b"\r\n"


def batch(runs: Sequence[dict[str, Any]]) -> bytes:
    """As `{"post": […]}`."""
    return orjson.dumps({"post": runs, "patch": []})


def literal_batch(runs: Sequence[dict[str, Any]]) -> bytes:
    """The same with the document's own name for the project."""
    return orjson.dumps({"post": [run | {"project_name": run["session_name"]} for run in runs]})


def otlp(runs: Sequence[dict[str, Any]]) -> bytes:
    """As one OTLP export in protobuf, with OpenInference's names."""
    request = ExportTraceServiceRequest()
    resource = request.resource_spans.add()
    resource.resource.attributes.append(_attribute("openinference.project.name", "benchmark"))
    spans = resource.scope_spans.add().spans
    spans.extend(_span(run) for run in runs)
    return bytes(request.SerializeToString())


def _span(run: dict[str, Any]) -> Span:
    begun, ended = (datetime.fromisoformat(run[key]) for key in ("start_time", "end_time"))
    parent = run["parent_run_id"]
    span = Span(
        trace_id=UUID(run["trace_id"]).bytes,
        span_id=span_id(run["id"]),
        parent_span_id=span_id(parent) if parent else b"",
        name=run["name"],
        start_time_unix_nano=int(begun.timestamp() * 1_000_000) * 1_000,
        end_time_unix_nano=int(ended.timestamp() * 1_000_000) * 1_000,
        status=Status(code=Status.STATUS_CODE_ERROR if run["error"] else Status.STATUS_CODE_OK),
    )
    kind = {"llm": "LLM", "tool": "TOOL", "retriever": "RETRIEVER"}.get(run["run_type"], "CHAIN")
    span.attributes.extend(
        (
            _attribute("openinference.span.kind", kind),
            _attribute("input.value", orjson.dumps(run["inputs"]).decode()),
            _attribute("input.mime_type", "application/json"),
            _attribute("output.value", orjson.dumps(run["outputs"]).decode()),
            _attribute("output.mime_type", "application/json"),
            _attribute("metadata", orjson.dumps(run["extra"]["metadata"]).decode()),
        )
    )
    return span


def span_id(run_id: str) -> bytes:
    """The last eight bytes of a run's id."""
    return UUID(run_id).bytes[8:]


def _attribute(key: str, value: str) -> KeyValue:
    return KeyValue(key=key, value=AnyValue(string_value=value))
