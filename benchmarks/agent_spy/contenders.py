"""Who is measured: how each is started, fed, asked, and how its runs are counted afterwards."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson
import workload
from process import NEW, Server

_BIN = Path(sys.executable).parent
_LOOPBACK = "127.0.0.1"
TREE, HEX = "TREE", "HEX"
"""Stand for a trace's id in an address: as a UUID, and without its dashes."""
_FILE = "data.db"


@dataclass(frozen=True, slots=True)
class Ask:
    """One request that reads."""

    path: str
    body: bytes | None = None

    def median_ms(self, server: Server, trace_id: str, name: str) -> float:
        """Asked again and again under a name, which is the request's id."""
        method = "GET" if self.body is None else "POST"
        path = self.path.replace(TREE, trace_id).replace(HEX, trace_id.replace("-", ""))
        headers = {"X-Request-ID": name} | (workload.JSON if self.body else {})
        return server.median_ms(method, path, self.body, headers)


@dataclass(frozen=True, slots=True)
class Contender:
    """One server, in one way of running it."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    health: str
    ingest: str
    headers: Mapping[str, str]
    encode: Callable[[Sequence[dict[str, Any]]], bytes]
    latest: Ask
    filtered: Ask
    tree: Ask
    stored: Callable[[Server, Path], int]
    """How many different runs can be read."""
    prepare: Callable[[Server], None] = field(default=lambda _server: None)
    connections: int = 2
    settles: bool = False
    """It answers before it has stored: what counts is when all can be read."""


def agent_spy(name: str, url: str, sent: Mapping[str, Any], **more: Any) -> Contender:
    """Our server on the database of `url`; what it gives back is held against what was `sent`."""
    workers = str(more.pop("workers", 1))
    board = "/api/v1/dashboard/runs"
    return Contender(
        name=name,
        command=(str(_BIN / "agent-spy"), "serve", "--port", "PORT", "--workers", workers),
        environment={"DATABASE_URL": url, "LOG_LEVEL": "INFO", "LOG_FORMAT": "json"},
        health="/health",
        ingest="/runs/multipart",
        headers=workload.MULTIPART,
        encode=workload.multipart,
        latest=Ask(f"{board}/roots?limit=50&as={NEW}"),
        filtered=Ask(f"{board}/roots?limit=50&project=project-1&status=failed&as={NEW}"),
        tree=Ask(f"{board}/{TREE}/hierarchy?as={NEW}"),
        stored=lambda server, _folder: _read_back(server, sent),
        **more,
    )


def _read_back(server: Server, sent: Mapping[str, Any]) -> int:
    """How many runs come back with the inputs and outputs that were sent."""
    right = set()
    projects = orjson.loads(server.ask("GET", "/sessions")[1])
    for project in projects:
        cursor = None
        while True:
            select = ["id", "inputs", "outputs"]
            query = {"session": [project["id"]], "select": select, "limit": 1000, "cursor": cursor}
            page = orjson.loads(
                server.ask("POST", "/runs/query", orjson.dumps(query), workload.JSON)[1]
            )
            for run in page["runs"]:
                mine = sent[run["id"]]
                if (run["inputs"], run["outputs"]) == (mine["inputs"], mine["outputs"]):
                    right.add(run["id"])
            cursor = page["cursors"]["next"]
            if not cursor:
                break
    return len(right)


def literal(_folder: Path) -> Contender:
    """The document taken literally."""
    return Contender(
        name="the document, literally",
        command=(
            str(_BIN / "uvicorn"), "--app-dir", str(Path(__file__).parent), "--port", "PORT",
            "--log-level", "warning", "literal:app",
        ),
        environment={"DATABASE_URL": f"sqlite+aiosqlite:///./{_FILE}"},
        health="/health",
        ingest="/api/v1/runs/batch",
        headers=workload.JSON,
        encode=workload.literal_batch,
        latest=Ask("/api/v1/dashboard/runs/roots?limit=50"),
        filtered=Ask("/api/v1/dashboard/runs/roots?limit=50&project=project-1&status=failed"),
        tree=Ask(f"/api/v1/dashboard/runs/{TREE}/hierarchy"),
        stored=_in_file("SELECT count(*) FROM runs", _FILE),
    )  # fmt: skip


def mlflow(folder: Path) -> Contender:
    """MLflow's tracking server, by OTLP."""
    program, version = _installed("mlflow", "mlflow")
    where = [{"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": "1"}}]
    search = "/api/3.0/mlflow/traces/search"
    latest = {"locations": where, "max_results": 50}
    failed = latest | {"filter": "trace.status = 'ERROR'"}

    def prepare(server: Server) -> None:
        server.ask(
            "POST", "/api/2.0/mlflow/experiments/create", b'{"name": "benchmark"}', workload.JSON
        )

    return Contender(
        name=f"MLflow {version}",
        command=(
            str(program), "server", "--backend-store-uri", f"sqlite:///{folder / _FILE}",
            "--workers", "1", "--host", _LOOPBACK, "--port", "PORT",
        ),
        environment={
            "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
            "PATH": f"{program.parent}:/usr/bin:/bin",
        },
        health="/health",
        ingest="/v1/traces",
        headers=workload.PROTOBUF | {"x-mlflow-experiment-id": "1"},
        encode=workload.otlp,
        latest=Ask(search, orjson.dumps(latest)),
        filtered=Ask(search, orjson.dumps(failed)),
        tree=Ask(f"/ajax-api/3.0/mlflow/get-trace-artifact?request_id=tr-{HEX}"),
        stored=_in_file("SELECT count(*) FROM spans", _FILE),
        prepare=prepare,
    )  # fmt: skip


def phoenix(folder: Path) -> Contender:
    """Arize Phoenix, by OTLP."""
    program, version = _installed("arize-phoenix", "phoenix")
    base = "/v1/projects/benchmark"
    return Contender(
        name=f"Phoenix {version}",
        command=(str(program), "serve"),
        environment={
            "PHOENIX_WORKING_DIR": str(folder),
            "PHOENIX_HOST": _LOOPBACK,
            "PHOENIX_PORT": "PORT",
            "PHOENIX_GRPC_PORT": "0",
            "PHOENIX_TELEMETRY_ENABLED": "false",
        },
        health="/healthz",
        ingest="/v1/traces",
        headers=workload.PROTOBUF,
        encode=workload.otlp,
        latest=Ask(f"{base}/traces?limit=50&sort=start_time&order=desc"),
        filtered=Ask(f"{base}/traces?limit=50&filter={quote('error_count > 0')}"),
        tree=Ask(f"{base}/spans?limit=1000&trace_id={HEX}"),
        stored=_in_file("SELECT count(*) FROM spans", "phoenix.db"),
        settles=True,
    )


def _in_file(count: str, name: str) -> Callable[[Server, Path], int]:
    """Counts in the server's SQLite file."""

    def stored(_server: Server, folder: Path) -> int:
        file = f"{(folder / name).as_uri()}?mode=ro"
        with closing(sqlite3.connect(file, uri=True, timeout=60)) as connection:
            found: int = connection.execute(count).fetchone()[0]
        return found

    return stored


def _installed(package: str, command: str) -> tuple[Path, str]:
    """A package's program, in an environment of its own, and the version."""
    uv = shutil.which("uv", path=f"{_BIN}:/usr/local/bin:/usr/bin")
    if uv is None:
        raise SystemExit("uv is needed to bring other servers: pip install uv")
    tell = f"import sys, importlib.metadata as m; print(sys.prefix, m.version({package!r}))"
    told = subprocess.run(
        [uv, "tool", "run", "--quiet", "--python", sys.executable, "--from", package, "python",
         "-c", tell],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    prefix, version = told.stdout.split()
    return Path(prefix) / "bin" / command, version
