"""Stacks, told as the project's own code in them: which file and line, doing what, for whom."""

from __future__ import annotations

import os
import sys
from types import CodeType, FrameType
from typing import Any, NamedTuple

_OURS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_STANDARD = os.path.dirname(os.path.abspath(os.__file__))
_BIN = os.path.dirname(os.path.abspath(sys.executable))
_LIBRARY = (os.sep + "site-packages" + os.sep, os.sep + "dist-packages" + os.sep)

# Which part of the request a library's function begins: (its file ends with, function) -> part.
_MARKS = {
    ("fastapi/dependencies/utils.py", "solve_dependencies"): "dependency",
    ("fastapi/dependencies/utils.py", "_solve_generator"): "dependency",
    ("fastapi/dependencies/utils.py", "solve_generator"): "dependency",
    ("fastapi/routing.py", "run_endpoint_function"): "endpoint",
    ("fastapi/routing.py", "_run_sync_endpoint"): "endpoint",
    ("fastapi/routing.py", "serialize_response"): "serialization",
    ("starlette/routing.py", "app"): "endpoint",
    ("starlette/responses.py", "stream_response"): "stream",
    ("starlette/background.py", "__call__"): "background",
}
# These are called from the project's code, which stays the place.
_INNER_MARKS = {
    ("starlette/responses.py", "render"): "serialization",
    ("fastapi/encoders.py", "jsonable_encoder"): "serialization",
}


class Place(NamedTuple):
    """The project's own code."""

    file: str
    line: int
    function: str


class Stack(NamedTuple):
    """What a stack says."""

    part: str
    """Of the request: `dependency`, `endpoint`, `serialization`, `stream`, `background`; or ``."""
    owner: Place | None
    """The outermost function of the project in this part, with its first line."""
    place: Place | None
    """The innermost line of the project in this part."""
    callee: str
    """What that line called of a library, as `module:function`; empty for what is not Python."""
    leaf: str
    """What runs at the end, as `module:function`."""
    imports: bool
    """Whether a module is being imported."""


class _Kind(NamedTuple):
    project: bool
    mark: str
    inner: bool
    label: str


_kinds: dict[CodeType, _Kind] = {}


def in_project(file: str) -> bool:
    """Whether a file is the project's, not a library's, Python's, or ours."""
    if file.startswith("<") or any(part in file for part in _LIBRARY):
        return False
    file = os.path.abspath(file)
    return not file.startswith((_OURS + os.sep, _STANDARD + os.sep, _BIN + os.sep))


def _kind(code: CodeType) -> _Kind:
    known = _kinds.get(code)
    if known is None:
        parts = code.co_filename.replace(os.sep, "/").split("/")
        for length in (2, 3):
            key = ("/".join(parts[-length:]), code.co_name)
            mark, inner = _MARKS.get(key, ""), _INNER_MARKS.get(key, "")
            if mark or inner:
                break
        if len(_kinds) > 20_000:
            _kinds.clear()
        label = "/".join(parts[-2:]) + ":" + code.co_name
        known = _Kind(in_project(code.co_filename), mark or inner, bool(inner), label)
        _kinds[code] = known
    return known


def frames_of(leaf: FrameType | None) -> list[FrameType]:
    """All frames of a stack, the outermost first."""
    found: list[FrameType] = []
    while leaf is not None and len(found) < 500:
        found.append(leaf)
        leaf = leaf.f_back
    found.reverse()
    return found


def told(stack: list[FrameType]) -> Stack:
    """Tell a stack, the outermost frame first."""
    part, owner, place, callee, leaf, imports = "", None, None, "", "", False
    for frame in stack:
        code = frame.f_code
        kind = _kind(code)
        leaf = kind.label
        if imports:
            # Whatever a module does while it is imported, the import is what can be moved.
            continue
        if kind.mark:
            part = kind.mark
            if not kind.inner:
                owner = place = None
                callee = ""
        if kind.project:
            line = frame.f_lineno or code.co_firstlineno
            if owner is None:
                owner = Place(code.co_filename, code.co_firstlineno, code.co_name)
            elif line == code.co_firstlineno and place is not None:
                # Just called: the call is the line to name, not the function's head.
                continue
            place, callee = Place(code.co_filename, line, code.co_name), ""
        elif place is not None and not callee and not code.co_filename.startswith(_OURS):
            callee = kind.label
        if code.co_name == "_find_and_load" and code.co_filename.startswith("<frozen"):
            imports = place is not None
    return Stack(part, owner, place, callee, leaf, imports)


def here() -> Place | None:
    """The project's code that called us, also from beyond a greenlet."""
    frame: Any = sys._getframe(1)
    found = _nearest(frame)
    greenlet = sys.modules.get("greenlet")
    if found is None and greenlet is not None:
        parent = greenlet.getcurrent().parent
        while found is None and parent is not None:
            found = _nearest(parent.gr_frame)
            parent = parent.parent
    return found


def _nearest(frame: FrameType | None) -> Place | None:
    while frame is not None:
        if _kind(frame.f_code).project:
            return Place(frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name)
        frame = frame.f_back
    return None


def of_function(function: Any) -> Place | None:
    """Where a function of the project is written."""
    for _ in range(10):
        inner = getattr(function, "__wrapped__", None) or getattr(function, "func", None)
        if inner is None:
            break
        function = inner
    code = getattr(function, "__code__", None)
    if code is None:
        code = getattr(vars(type(function)).get("__call__"), "__code__", None)
    if code is None or not in_project(code.co_filename):
        return None
    return Place(code.co_filename, code.co_firstlineno, code.co_name)
