"""Send a request with libcurl, and read libcurl's own clock.

A handle is set as the curl command sets its own, so that the times are those of `curl -w`. Nothing
runs in Python while a request is under way, but for a look at the signals and, if asked for, the
note of when each piece of the body came.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import pycurl

from agentpack import __version__
from agentpack.errors import AgentpackError
from agentpack.timing.request import Part, Request
from agentpack.timing.sample import Sample

TIMEOUT_S = 30.0
"""How long one request may take, from its start to the end of the body."""
MAX_BYTES = 64 << 20
"""How large a body may be."""

_AGENT = f"agentpack/{__version__} libcurl/{pycurl.version_info()[1]}"
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_REMOVABLE = frozenset({"accept", "user-agent", "host", "content-type", "expect"})
_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
)


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


def prepare(
    handle: pycurl.Curl,
    request: Request,
    headers: Sequence[tuple[str, str]] = (),
    *,
    timeout_s: float = TIMEOUT_S,
    max_bytes: int = MAX_BYTES,
) -> None:
    """Set a handle as the curl command would for this request."""
    set_ = handle.setopt
    set_(pycurl.URL, request.url.encode())
    set_(pycurl.USERAGENT, _AGENT)
    set_(pycurl.NOSIGNAL, 1)
    set_(pycurl.BUFFERSIZE, 102_400)
    set_(pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS)
    set_(pycurl.TIMEOUT_MS, max(1, round(timeout_s * 1000)))
    set_(pycurl.MAXFILESIZE_LARGE, max_bytes)
    _method(handle, request)
    set_(pycurl.HTTPHEADER, list(_lines(handle, request, headers)))
    if request.user is not None:
        set_(pycurl.USERPWD, request.user.encode())
    if request.follow:
        set_(pycurl.FOLLOWLOCATION, 1)
        set_(pycurl.MAXREDIRS, 50)
        set_(pycurl.REDIR_PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS)
    parts = urlsplit(request.url)
    if parts.scheme == "https":
        _trust(handle, insecure=request.insecure)
    if parts.hostname in _LOOPBACK:
        set_(pycurl.PROXY, "")


def _method(handle: pycurl.Curl, request: Request) -> None:
    """Choose the method as curl does: by what is sent, and else by `-X`."""
    natural = "GET"
    if request.parts:
        natural = "POST"
        handle.setopt(pycurl.MIMEPOST, _form(handle, request.parts))
    elif request.body is not None:
        natural = "POST"
        handle.setopt(pycurl.POSTFIELDS, request.body)
    elif request.method == "HEAD":
        natural = "HEAD"
        handle.setopt(pycurl.NOBODY, 1)
    if request.method != natural:
        handle.setopt(pycurl.CUSTOMREQUEST, request.method.encode())


def _form(handle: pycurl.Curl, parts: Sequence[Part]) -> pycurl.CurlMime:
    form = pycurl.CurlMime(handle)
    for part in parts:
        options: dict[str, Any] = {"name": part.name.encode()}
        if part.file is None:
            options["data"] = part.value.encode()
        elif os.access(part.file, os.R_OK):
            options["file"] = str(part.file)
        else:
            raise AgentpackError("cannot be read", path=part.file)
        if part.content_type:
            options["content_type"] = part.content_type
        if part.filename:
            options["filename"] = part.filename
        form.add(**options)
    return form


def _lines(
    handle: pycurl.Curl, request: Request, more: Sequence[tuple[str, str]]
) -> Iterator[bytes]:
    """Yield the headers as libcurl takes them: `Name:` sends none, `Name;` an empty one."""
    given = {name.lower() for name, _ in (*request.headers, *more)}
    for name, value in (*request.headers, *more):
        mark = ":" if value or name.lower() in _REMOVABLE else ";"
        yield f"{name}{mark}{value and ' '}{value}".encode()
    if "expect" not in given:
        # To ask before a large body is sent would be a request of its own.
        yield b"Expect:"
    if request.body is not None and "content-type" not in given:
        yield b"Content-Type:"
    if "accept-encoding" in given:
        handle.setopt(pycurl.ACCEPT_ENCODING, "")


def _trust(handle: pycurl.Curl, *, insecure: bool) -> None:
    """Trust what curl would: what the environment names, else what the system trusts."""
    if insecure:
        handle.setopt(pycurl.SSL_VERIFYPEER, 0)
        handle.setopt(pycurl.SSL_VERIFYHOST, 0)
        return
    named = os.environ.get("CURL_CA_BUNDLE") or os.environ.get("SSL_CERT_FILE")
    bundle = named or next((path for path in _BUNDLES if Path(path).is_file()), None)
    if bundle:
        handle.setopt(pycurl.CAINFO, bundle)


_MEASURED = (
    pycurl.RESPONSE_CODE,
    pycurl.NAMELOOKUP_TIME_T,
    pycurl.CONNECT_TIME_T,
    pycurl.APPCONNECT_TIME_T,
    pycurl.PRETRANSFER_TIME_T,
    pycurl.STARTTRANSFER_TIME_T,
    pycurl.TOTAL_TIME_T,
    pycurl.SIZE_DOWNLOAD_T,
    pycurl.NUM_CONNECTS,
)


def read(handle: pycurl.Curl) -> tuple[int, ...]:
    """What libcurl counted of the request that a handle has just ended, for `sample`."""
    return tuple(map(handle.getinfo, _MEASURED))


def sample(
    counted: tuple[int, ...],
    error: str | None = None,
    *,
    late_s: float = 0.0,
    chunks_s: tuple[float, ...] = (),
) -> Sample:
    """A sample of what libcurl counted."""
    status, dns, connect, tls, request, ttfb, total, size, connections = counted
    return Sample(
        status=status,
        dns_s=dns / 1e6,
        connect_s=connect / 1e6,
        tls_s=tls / 1e6,
        request_s=request / 1e6,
        ttfb_s=ttfb / 1e6,
        total_s=total / 1e6,
        size=size,
        cold=connections > 0,
        error=error,
        late_s=late_s,
        chunks_s=chunks_s,
    )


def reason(code: int, words: str, timeout_s: float, max_bytes: int) -> str:
    """Why there is no whole answer, in one sentence."""
    if code == pycurl.E_OPERATION_TIMEDOUT:
        return f"no end within {timeout_s:g} s"
    if code == pycurl.E_FILESIZE_EXCEEDED:
        return f"the body is larger than {max_bytes / (1 << 20):g} MiB"
    if words[1:2].islower():
        words = words[0].lower() + words[1:]
    return f"{words} (curl {code})"


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
