"""`POST /runs/multipart`: parts such as `post.ID` and `post.ID.inputs`, gathered by run.

The whole body is at hand (it is bounded and decoded first), so parts are cut at the boundary
with the speed of `bytes.split`; a general parser that works byte by byte takes ten times as long.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from agent_spy.wire.message import Incoming

_BOUNDARY = re.compile(r'boundary="?([^";,\s]+)"?', re.IGNORECASE)
_MOST_PARTS = 100_000
"""Of one body. The SDK sends some 500."""
_GAP = b"\r\n\r\n"
_NAME = re.compile(rb'; name="([^"]*)"')
"""As everybody writes it. It begins with plain text, which makes it twice as fast."""
_ANY_NAME = re.compile(rb'\bname[ \t]*=[ \t]*"([^"]*)"', re.IGNORECASE)
_EVENTS = {b"post", b"patch"}
_TYPE = re.compile(rb"content-type:[ \t]*([^\r\n]*)", re.IGNORECASE)


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

    runs: list[Incoming] = field(default_factory=list)
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
    first, *pieces = body.split(b"\r\n" + mark, _MOST_PARTS + 1)
    if first.startswith(mark):  # the first part may have no line end before its mark
        pieces.insert(0, first[len(mark) :])
    if len(pieces) > _MOST_PARTS:
        raise ValueError(f"the multipart body has more than {_MOST_PARTS} parts")
    if not pieces or not pieces[-1].startswith(b"--"):
        raise ValueError("the multipart body breaks off before its end")
    parts = Parts()
    runs: dict[tuple[bytes, bytes], Incoming] = {}
    for piece in pieces[:-1]:
        _part(parts, runs, piece)
    return parts


def _part(parts: Parts, runs: dict[tuple[bytes, bytes], Incoming], piece: bytes) -> None:
    gap = piece.find(_GAP)
    head = max(gap, 0)
    found = _NAME.search(piece, 0, head) or _ANY_NAME.search(piece, 0, head)
    if not found:
        parts.faults.append(("", "a part without a name"))
        return
    event, _, rest = found[1].partition(b".")
    identity, _, key = rest.partition(b".")
    data = piece[gap + len(_GAP) :]
    if event in _EVENTS:
        run = runs.get((event, identity))
        if run is None:
            run = Incoming(event == b"patch", run_id=_text(identity))
            runs[event, identity] = run
            parts.runs.append(run)
        if key:
            run.payloads[_text(key)] = data
        elif data:
            run.message = data
    elif event == b"attachment":
        kind = _TYPE.search(piece, 0, gap)
        text = _text(kind[1]) if kind else "application/octet-stream"
        # The JavaScript SDK writes the length behind the type: `image/png; length=12`.
        plain = re.sub(r";\s*length=\d+", "", text).strip()
        parts.attachments.append(AttachmentPart(_text(identity), _text(key), plain, data))
    elif event == b"feedback":
        parts.feedback.append((_text(identity), data))
    else:
        parts.faults.append((_text(found[1]), "an unknown kind of part"))


def _text(name: bytes) -> str:
    # PostgreSQL keeps no NUL in a text.
    return name.decode("utf-8", "replace").replace("\0", "\ufffd")
