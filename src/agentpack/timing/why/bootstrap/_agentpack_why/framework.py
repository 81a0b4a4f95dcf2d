"""The parts of a request in FastAPI and Starlette: dependencies, endpoint, serialization, tasks."""

from __future__ import annotations

import os
from importlib.util import find_spec
from typing import Any

from .places import of_function
from .record import current, own_task, span

version = ""
has_telemetry = False
"""Whether FastAPI sends spans of its own."""


def telemetry(module: Any) -> None:
    """Switch on FastAPI's own spans, before the application is made."""
    global version, has_telemetry  # noqa: PLW0603 - one framework in a process
    version = str(getattr(module, "__version__", ""))
    parts = [int(part) if part.isdigit() else 0 for part in version.split(".")[:2]]
    if os.environ.get("AGENTPACK_WHY_TELEMETRY") == "0" or parts < [0, 143]:
        return
    try:
        has_telemetry = find_spec("opentelemetry.exporter.otlp.proto.http") is not None
    except ImportError:
        return
    if has_telemetry:
        os.environ["FASTAPI_OTEL_AUTO_CONFIGURE"] = "true"


def routing(module: Any) -> None:
    """Note the endpoint, and what turns its answer into bytes."""
    run, serialize = module.run_endpoint_function, module.serialize_response

    async def run_endpoint_function(*args: Any, **kwargs: Any) -> Any:
        trace = current.get()
        if trace is None:
            return await run(*args, **kwargs)
        dependant = kwargs.get("dependant") or args[0]
        trace.endpoint = of_function(dependant.call)
        trace.threaded = not kwargs.get("is_coroutine", True)
        with own_task(trace), span("endpoint", dependant.call):
            return await run(*args, **kwargs)

    async def serialize_response(*args: Any, **kwargs: Any) -> Any:
        with span("serialization"):
            return await serialize(*args, **kwargs)

    module.run_endpoint_function = run_endpoint_function
    module.serialize_response = serialize_response
    solve = module.solve_dependencies

    async def solve_dependencies(*args: Any, **kwargs: Any) -> Any:
        trace = current.get()
        if trace is None:
            return await solve(*args, **kwargs)
        dependant = kwargs.get("dependant")
        if trace.endpoint is None and dependant is not None:
            trace.endpoint = of_function(dependant.call)
        with own_task(trace), span("dependencies"):
            return await solve(*args, **kwargs)

    module.solve_dependencies = solve_dependencies


def dependencies(module: Any) -> None:
    """Note each dependency that runs in a thread or has a `yield`; others are seen by looking."""
    in_thread = module.run_in_threadpool

    async def run_in_threadpool(function: Any, *args: Any, **kwargs: Any) -> Any:
        with span("dependency", function):
            return await in_thread(function, *args, **kwargs)

    module.run_in_threadpool = run_in_threadpool
    for name in ("_solve_generator", "solve_generator"):
        solve = getattr(module, name, None)
        if solve is not None:
            setattr(module, name, _solving(solve))


def _solving(solve: Any) -> Any:
    async def solve_generator(*args: Any, **kwargs: Any) -> Any:
        dependant = kwargs.get("dependant")
        with span("dependency", kwargs.get("call") or getattr(dependant, "call", None)):
            return await solve(*args, **kwargs)

    return solve_generator


def background(module: Any) -> None:
    """Note the tasks that run after the answer."""
    call = module.BackgroundTask.__call__

    async def called(self: Any) -> None:
        with own_task(current.get()), span("background_task", self.func):
            await call(self)

    module.BackgroundTask.__call__ = called


def responses(module: Any) -> None:
    """A stream runs in a task of its own."""
    stream = module.StreamingResponse.stream_response

    async def stream_response(self: Any, send: Any) -> None:
        with own_task(current.get()):
            await stream(self, send)

    module.StreamingResponse.stream_response = stream_response
