"""A libcurl handle for a request, set as the curl command sets its own."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
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
    set_(pycurl.URL, _bytes(request.url))
    set_(pycurl.USERAGENT, _AGENT)
    set_(pycurl.NOSIGNAL, 1)
    set_(pycurl.BUFFERSIZE, 102_400)
    set_(pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS)
    set_(pycurl.TIMEOUT_MS, max(1, round(timeout_s * 1000)))
    set_(pycurl.MAXFILESIZE_LARGE, max_bytes)
    _method(handle, request)
    set_(pycurl.HTTPHEADER, list(_lines(request, headers)))
    if request.user is not None:
        set_(pycurl.USERPWD, _bytes(request.user))
    if request.follow:
        set_(pycurl.FOLLOWLOCATION, 1)
        set_(pycurl.MAXREDIRS, 50)
        set_(pycurl.REDIR_PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS)
    parts = urlsplit(request.url)
    if parts.scheme == "https":
        _trust(handle, insecure=request.insecure)
    if parts.hostname in _LOOPBACK:
        set_(pycurl.PROXY, "")


def _bytes(text: str) -> bytes:
    # Bytes that are no UTF-8 come as surrogates, as in a program's arguments.
    return text.encode("utf-8", "surrogateescape")


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
    else:
        # Said, because a handle that has sent a form goes on with POST even when it was reset.
        handle.setopt(pycurl.HTTPGET, 1)
    if request.method != natural:
        handle.setopt(pycurl.CUSTOMREQUEST, request.method.encode())


def _form(handle: pycurl.Curl, parts: Sequence[Part]) -> pycurl.CurlMime:
    form = pycurl.CurlMime(handle)
    for part in parts:
        options: dict[str, Any] = {"name": _bytes(part.name)}
        if part.file is None:
            options["data"] = _bytes(part.value)
        elif os.access(part.file, os.R_OK):
            options["file"] = str(part.file)
        else:
            raise AgentpackError("cannot be read", path=part.file)
        if part.content_type:
            options["content_type"] = _bytes(part.content_type)
        if part.filename:
            options["filename"] = _bytes(part.filename)
        form.add(**options)
    return form


def _lines(request: Request, more: Sequence[tuple[str, str]]) -> Iterator[bytes]:
    """Yield the headers as libcurl takes them: `Name:` sends none, `Name;` an empty one."""
    given = {name.lower() for name, _ in (*request.headers, *more)}
    for name, value in (*request.headers, *more):
        mark = ":" if value or name.lower() in _REMOVABLE else ";"
        yield _bytes(f"{name}{mark}{value and ' '}{value}")
    if "expect" not in given:
        # To ask before a large body is sent would be a request of its own.
        yield b"Expect:"
    if request.body is not None and "content-type" not in given:
        yield b"Content-Type:"


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

_WARM = (
    pycurl.RESPONSE_CODE,
    pycurl.PRETRANSFER_TIME_T,
    pycurl.STARTTRANSFER_TIME_T,
    pycurl.TOTAL_TIME_T,
    pycurl.SIZE_DOWNLOAD_T,
)


def read(handle: pycurl.Curl) -> tuple[int, ...]:
    """What libcurl counted of the request that a handle has just ended, for `sample`."""
    get = handle.getinfo
    if get(pycurl.NUM_CONNECTS):
        return tuple(map(get, _MEASURED))
    # On an open connection three of them are 0; under load each look counts.
    code, begun, ttfb, total, size = map(get, _WARM)
    return code, 0, 0, 0, begun, ttfb, total, size, 0


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
