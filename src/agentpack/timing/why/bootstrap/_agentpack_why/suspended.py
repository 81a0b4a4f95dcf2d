"""The stack of a task that is suspended: the frames of what awaits what."""

from __future__ import annotations

import gc
from types import FrameType
from typing import Any

_DEEPEST = 200


def frames_of_task(task: Any) -> list[FrameType]:
    """All frames, the outermost first. A task that is awaited goes on into that task."""
    found: list[FrameType] = []
    awaited: Any = task.get_coro()
    for _ in range(_DEEPEST):
        if awaited is None:
            break
        frame, inner = _step(awaited)
        if frame is not None:
            found.append(frame)
        awaited = inner
    return found


def _step(awaited: Any) -> tuple[FrameType | None, Any]:
    for kind in ("cr", "ag", "gi"):
        frame = getattr(awaited, kind + "_frame", None)
        if frame is not None:
            await_ = "gi_yieldfrom" if kind == "gi" else kind + "_await"
            return frame, getattr(awaited, await_, None)
    get = getattr(awaited, "get_coro", None)
    if get is not None:
        return None, None if awaited.done() else get()
    # An async generator's step, or the iterator of a task, knows what it belongs to.
    name = type(awaited).__name__
    if name.startswith(("async_generator_", "coroutine_wrapper", "FutureIter")):
        for inner in gc.get_referents(awaited):
            if any(hasattr(inner, one) for one in ("cr_frame", "ag_frame", "get_coro")):
                return None, inner
    return None, None
