"""SQLAlchemy: each statement with the line that caused it; and waits for a pooled connection."""

from __future__ import annotations

from typing import Any

from .places import here
from .record import current, now
from .statements import begun, ended, running


def engine(module: Any) -> None:
    """Listen to all engines, sync and async."""
    from sqlalchemy import event

    def before(*executed: Any) -> None:
        begun(executed[2])

    def after(*_: Any) -> None:
        ended(running())

    event.listen(module.Engine, "before_cursor_execute", before)
    event.listen(module.Engine, "after_cursor_execute", after)
    event.listen(module.Engine, "handle_error", after)


def pool(module: Any) -> None:
    """Tell the wait for a free connection from the making of a new one."""
    _checkout(module.QueuePool)
    kind: Any = module.Pool
    create = kind._create_connection

    def created(self: Any) -> Any:
        trace = current.get()
        if trace is None:
            return create(self)
        start, place = now(), here()
        try:
            return create(self)
        finally:
            trace.wait("connect", start, place)

    kind._create_connection = created


def _checkout(kind: Any) -> None:
    get = kind._do_get

    def _do_get(self: Any) -> Any:
        trace = current.get()
        if trace is None:
            return get(self)
        start, place, made = now(), here(), len(trace.waits)
        try:
            return get(self)
        finally:
            connecting = sum(w[2] - w[1] for w in trace.waits[made:] if w[0] == "connect")
            trace.wait("pool", start + connecting, place)

    kind._do_get = _do_get


def asyncpg_pool(module: Any) -> None:
    """The wait in `pool.acquire()`, a new connection included."""
    _acquiring(module.Pool, "_acquire")


def psycopg_pool(module: Any) -> None:
    """The wait in `pool.connection()`."""
    get = module.ConnectionPool.getconn

    def getconn(self: Any, *args: Any, **kwargs: Any) -> Any:
        trace = current.get()
        if trace is None:
            return get(self, *args, **kwargs)
        start, place = now(), here()
        try:
            return get(self, *args, **kwargs)
        finally:
            trace.wait("pool", start, place)

    module.ConnectionPool.getconn = getconn


def psycopg_async_pool(module: Any) -> None:
    """The wait in `async with pool.connection()`."""
    _acquiring(module.AsyncConnectionPool, "getconn")


def _acquiring(kind: Any, name: str) -> None:
    acquire = getattr(kind, name)

    async def acquired(self: Any, *args: Any, **kwargs: Any) -> Any:
        trace = current.get()
        if trace is None:
            return await acquire(self, *args, **kwargs)
        start, place = now(), here()
        try:
            return await acquire(self, *args, **kwargs)
        finally:
            trace.wait("pool", start, place)

    setattr(kind, name, acquired)
