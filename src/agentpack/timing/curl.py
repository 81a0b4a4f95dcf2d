"""Send a request with libcurl, and read libcurl's own clock.

Nothing runs in Python while a request is under way, but for a look at the signals and, if asked
for, the note of when each piece of the body came.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import pycurl

from agentpack.timing.handle import MAX_BYTES, TIMEOUT_S, prepare, read, reason, sample
from agentpack.timing.request import Request
from agentpack.timing.sample import Sample


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. A request that failed has an answer too: its sample says why."""

    sample: Sample
    headers: tuple[tuple[str, str], ...] = ()
    """Of the last response, names in lower case."""
    body: bytes = b""


@dataclass(slots=True)
class _Sink:
    """Where one response goes."""

    lines: list[bytes] = field(default_factory=list)
    pieces: list[bytes] = field(default_factory=list)
    times: list[float] = field(default_factory=list)


class Session:
    """Sends requests one after the other and keeps their connections open.

    Args:
        max_bytes: how large a body may be; one that is larger is a failure.

    """

    def __init__(self, *, max_bytes: int = MAX_BYTES) -> None:
        self._max_bytes = max_bytes
        self._kept = pycurl.Curl()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self._kept.close()

    def send(
        self,
        request: Request,
        *,
        headers: Sequence[tuple[str, str]] = (),
        cold: bool = False,
        chunks: bool = False,
        timeout_s: float = TIMEOUT_S,
    ) -> Answer:
        """Send a request and wait for the whole answer. What goes wrong is in the answer.

        Args:
            request: what to send.
            headers: more headers, after the request's own.
            cold: on a connection of its own, with the name and the certificate looked up anew.
            chunks: note when each piece of the body came.
            timeout_s: how long it may take in all.

        """
        # A new handle has a connection, a name cache and a TLS session of its own.
        handle = pycurl.Curl() if cold else self._kept
        try:
            return self._send(handle, request, headers, chunks=chunks, timeout_s=timeout_s)
        finally:
            if cold:
                handle.close()
            else:
                handle.reset()

    def _send(
        self,
        handle: pycurl.Curl,
        request: Request,
        headers: Sequence[tuple[str, str]],
        *,
        chunks: bool,
        timeout_s: float,
    ) -> Answer:
        sink = _Sink()
        prepare(handle, request, headers, timeout_s=timeout_s, max_bytes=self._max_bytes)
        handle.setopt(pycurl.HEADERFUNCTION, sink.lines.append)
        handle.setopt(pycurl.WRITEFUNCTION, _noting(sink) if chunks else sink.pieces.append)
        # libcurl calls it every second at least. A function in Python lets an interrupt through.
        handle.setopt(pycurl.NOPROGRESS, 0)
        handle.setopt(pycurl.XFERINFOFUNCTION, lambda *_: None)
        error = None
        start = time.perf_counter()
        try:
            handle.perform()
        except pycurl.error as raised:
            error = reason(raised.args[0], raised.args[1], timeout_s, self._max_bytes)
        times = tuple(moment - start for moment in sink.times)
        measured = sample(read(handle), error, chunks_s=times)
        return Answer(measured, _headers(sink.lines), b"".join(sink.pieces))


def _noting(sink: _Sink) -> Callable[[bytes], None]:
    def note(piece: bytes) -> None:
        sink.times.append(time.perf_counter())
        sink.pieces.append(piece)

    return note


def _headers(lines: list[bytes]) -> tuple[tuple[str, str], ...]:
    """The headers of the last response: redirects and 100s have theirs before it."""
    found: list[tuple[str, str]] = []
    for line in lines:
        name, colon, value = line.decode("iso-8859-1").partition(":")
        if name.startswith("HTTP/") and not colon.strip():
            found = []
        elif colon:
            found.append((name.strip().lower(), value.strip()))
    return tuple(found)
