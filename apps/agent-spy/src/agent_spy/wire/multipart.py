"""`POST /runs/multipart`: parts such as `post.ID` and `post.ID.inputs`, gathered by run.

The whole body is at hand (it is bounded and decoded first), so parts are cut at the boundary
with the speed of `bytes.split`; a general parser that works byte by byte takes ten times as long.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_BOUNDARY = re.compile(r'boundary="?([^";,\s]+)"?', re.IGNORECASE)
_MOST_PARTS = 100_000
"""Of one body. The SDK sends some 500."""
_NAME = re.compile(rb'name="([^"]*)"')
_TYPE = re.compile(rb"content-type:[ \t]*([^\r\n]*)", re.IGNORECASE)
_FILENAME = re.compile(rb'filename="([^"]*)"')


@dataclass(slots=True)
class RunParts:
    """The parts that speak of one run in one way."""

    run_id: str
    patch: bool
    message: bytes | None = None
    payloads: dict[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AttachmentPart:
    """A file that belongs to a run."""

    run_id: str
    name: str
    content_type: str
    data: bytes


@dataclass(slots=True)
class Parts:
    """A whole body: runs in the order of their first part, attachments, feedback, what is odd."""

    runs: list[RunParts] = field(default_factory=list)
    attachments: list[AttachmentPart] = field(default_factory=list)
    feedback: list[tuple[str, bytes]] = field(default_factory=list)
    faults: list[tuple[str, str]] = field(default_factory=list)
    """Parts that were passed over: name and reason."""


def gather(content_type: str, body: bytes) -> Parts:
    """Cut `body` into parts.

    Raises:
        ValueError: it is no multipart body, or it broke off before its end.
    """
    found = _BOUNDARY.search(content_type)
    if not found:
        raise ValueError("the content type names no boundary")
    mark = b"--" + found[1].encode()
    if body.count(mark) > _MOST_PARTS:
        raise ValueError(f"the multipart body has more than {_MOST_PARTS} parts")
    # The first part has no line end before its mark.
    pieces = (b"\r\n" + body).split(b"\r\n" + mark)
    if len(pieces) == 1 or not pieces[-1].startswith(b"--"):
        raise ValueError("the multipart body breaks off before its end")
    parts = Parts()
    runs: dict[tuple[bool, str], RunParts] = {}
    for piece in pieces[1:-1]:
        head, gap, data = piece.partition(b"\r\n\r\n")
        name = _NAME.search(head)
        if not gap or not name:
            parts.faults.append(("", "a part without a name"))
            continue
        _place(parts, runs, _text(name[1]), head, data)
    return parts


def _text(name: bytes) -> str:
    # PostgreSQL keeps no NUL in a text.
    return name.decode("utf-8", "replace").replace("\0", "\ufffd")


def _place(
    parts: Parts, runs: dict[tuple[bool, str], RunParts], name: str, head: bytes, data: bytes
) -> None:
    event, _, rest = name.partition(".")
    run_id, _, key = rest.partition(".")
    if event in {"post", "patch"}:
        patch = event == "patch"
        run = runs.get((patch, run_id))
        if run is None:
            run = runs[patch, run_id] = RunParts(run_id, patch)
            parts.runs.append(run)
        if key:
            run.payloads[key] = data
        else:
            run.message = data
    elif event == "attachment":
        kind = _TYPE.search(head)
        text = _text(kind[1]) if kind else "application/octet-stream"
        # The JavaScript SDK writes the length behind the type: `image/png; length=12`.
        parts.attachments.append(
            AttachmentPart(run_id, key, re.sub(r";\s*length=\d+", "", text).strip(), data)
        )
    elif event == "feedback":
        parts.feedback.append((run_id, data))
    else:
        parts.faults.append((name, "an unknown kind of part"))
