"""Outgoing HTTP, once for each call: what a client is made of calls no hook of its own."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from urllib.parse import urlsplit

from .places import here
from .record import current, now

_open: ContextVar[bool] = ContextVar("agentpack_why_outgoing", default=False)


@contextmanager
def _call(method: Any, url: Any) -> Any:
    trace = current.get()
    if trace is None or _open.get():
        yield
        return
    token = _open.set(True)
    start, place = now(), here()
    try:
        yield
    finally:
        try:
            _open.reset(token)
        except ValueError:
            _open.set(False)
        parts = urlsplit(str(url))
        row = [start, now(), str(method).upper(), parts.netloc.rpartition("@")[2], parts.path]
        trace.add(trace.http, [*row, *(place or (None, None, None))])


def _sync(kind: Any, name: str, read: Any) -> None:
    method = getattr(kind, name)

    def called(self: Any, *args: Any, **kwargs: Any) -> Any:
        if current.get() is None:
            return method(self, *args, **kwargs)
        with _call(*read(self, args, kwargs)):
            return method(self, *args, **kwargs)

    setattr(kind, name, called)


def _async(kind: Any, name: str, read: Any) -> None:
    method = getattr(kind, name)

    async def called(self: Any, *args: Any, **kwargs: Any) -> Any:
        if current.get() is None:
            return await method(self, *args, **kwargs)
        with _call(*read(self, args, kwargs)):
            return await method(self, *args, **kwargs)

    setattr(kind, name, called)


def _request(_: Any, args: Any, kwargs: Any) -> Any:
    request = args[0] if args else kwargs["request"]
    return request.method, request.url


def httpx(module: Any) -> None:
    """httpx and httpx2."""
    _sync(module.Client, "send", _request)
    _async(module.AsyncClient, "send", _request)


def requests(module: Any) -> None:
    """requests, and what is built on it."""
    _sync(module.Session, "send", _request)


def urllib3(module: Any) -> None:
    """urllib3 used by itself."""

    def read(pool: Any, args: Any, kwargs: Any) -> Any:
        method = args[0] if args else kwargs.get("method", "")
        path = args[1] if len(args) > 1 else kwargs.get("url", "")
        return method, f"{pool.scheme}://{pool.host}:{pool.port}{urlsplit(str(path)).path}"

    _sync(module.HTTPConnectionPool, "urlopen", read)


def urllib(module: Any) -> None:
    """urllib.request.urlopen and openers."""

    def read(_: Any, args: Any, kwargs: Any) -> Any:
        wanted = args[0] if args else kwargs.get("fullurl", "")
        if isinstance(wanted, str):
            return "GET", wanted
        return wanted.get_method(), wanted.full_url

    _sync(module.OpenerDirector, "open", read)


def http_client(module: Any) -> None:
    """http.client: from the sending to the head of the answer, then the reading of the body."""

    def read(connection: Any, *_: Any) -> Any:
        method, path = getattr(connection, "_agentpack_asked", ("", ""))
        return method, f"http://{connection.host}:{connection.port}{path}"

    put = module.HTTPConnection.putrequest

    def putrequest(self: Any, method: Any, url: Any, *args: Any, **kwargs: Any) -> Any:
        self._agentpack_asked = (method, urlsplit(str(url)).path)
        return put(self, method, url, *args, **kwargs)

    module.HTTPConnection.putrequest = putrequest
    _sync(module.HTTPConnection, "getresponse", read)


def aiohttp(module: Any) -> None:
    """aiohttp's client, until the head of the answer."""

    def read(_: Any, args: Any, kwargs: Any) -> Any:
        method = args[0] if args else kwargs.get("method", "")
        return method, args[1] if len(args) > 1 else kwargs.get("str_or_url", "")

    _async(module.ClientSession, "_request", read)


def aiohttp_response(module: Any) -> None:
    """And its reading of the body, which is no call of its own: it has no method."""
    _async(module.ClientResponse, "read", lambda response, *_: ("", response.url))
