"""Database drivers that are used without SQLAlchemy, and what they tell beyond it."""

from __future__ import annotations

import time
from functools import partial
from typing import Any

from .record import current, now
from .statements import Statement, begun, carried, ended, running

_SLOW_S = 0.008
_READS = ("SELECT", "WITH")


def sqlite(module: Any) -> None:  # noqa: C901 - two classes that need the module's own
    """Connections and cursors that note what they do, where the application asks for no others."""
    connect = module.connect

    class Cursor(module.Cursor):  # type: ignore[misc]
        _agentpack: Statement | None = None
        _asked: Any = None

        def execute(self, sql: Any, *args: Any) -> Any:
            return self._noted(sql, super().execute, sql, *args)

        def executemany(self, sql: Any, *args: Any) -> Any:
            return self._noted(sql, super().executemany, sql, *args)

        def executescript(self, sql: Any) -> Any:
            return self._noted(sql, super().executescript, sql)

        def fetchone(self) -> Any:
            return self._read(super().fetchone)

        def fetchmany(self, *args: Any, **kwargs: Any) -> Any:
            return self._read(partial(super().fetchmany, *args, **kwargs))

        def fetchall(self) -> Any:
            return self._read(super().fetchall)

        def __next__(self) -> Any:
            return self._read(super().__next__)

        def _noted(self, sql: Any, run: Any, *args: Any) -> Any:
            opened = begun(sql)
            statement = self._agentpack = opened or running()
            if statement is None:
                return run(*args)
            start, cpu, self._asked = now(), time.thread_time(), args
            try:
                return run(*args)
            finally:
                if statement.cpu < 0 or opened is not None:
                    statement.used(time.thread_time() - cpu)
                if now() - start > _SLOW_S:
                    statement.plan = self._plan(*args)
                ended(opened)

        def _plan(self, sql: Any, *args: Any) -> str | None:
            """How a slow statement reads its tables."""
            if not sql.lstrip()[:6].upper().startswith(_READS):
                return None
            try:
                cursor = module.Cursor(self.connection)
                cursor.row_factory = None
                rows = module.Cursor.execute(cursor, "EXPLAIN QUERY PLAN " + sql, *args)
                return "; ".join(str(tuple(row)[-1]) for row in module.Cursor.fetchall(rows))
            except module.Error:
                return None

        def _read(self, read: Any) -> Any:
            statement = self._agentpack
            if statement is None:
                return read()
            start = now()
            try:
                return read()
            finally:
                statement.read(now() - start)
                if now() - start > _SLOW_S and statement.row and not statement.row[9]:
                    statement.row[9] = self._plan(*self._asked)

    class Connection(module.Connection):  # type: ignore[misc]
        def cursor(self, factory: Any = Cursor) -> Any:
            return super().cursor(factory)

        def execute(self, *args: Any) -> Any:
            return self.cursor().execute(*args)

        def executemany(self, *args: Any) -> Any:
            return self.cursor().executemany(*args)

        def executescript(self, *args: Any) -> Any:
            return self.cursor().executescript(*args)

        def commit(self) -> None:
            opened = begun("COMMIT") if self.in_transaction else None
            cpu = time.thread_time()
            try:
                super().commit()
            finally:
                if opened is not None:
                    opened.used(time.thread_time() - cpu)
                ended(opened)

    def connected(*args: Any, **kwargs: Any) -> Any:
        # The sixth in place is the factory.
        if len(args) < 6:
            kwargs.setdefault("factory", Connection)
        return connect(*args, **kwargs)

    module.connect = connected
    module.dbapi2.connect = connected


def aiosqlite(module: Any) -> None:
    """It executes in a thread of its own, on behalf of whoever awaits."""
    execute = module.Connection._execute

    async def _execute(self: Any, fn: Any, *args: Any, **kwargs: Any) -> Any:
        trace = current.get()
        if trace is None:
            return await execute(self, fn, *args, **kwargs)
        name = getattr(fn, "__name__", "")
        opened = None
        if name.lstrip("_").startswith("execute") and args:
            opened = begun(args[-2] if name == "_execute_fetchall" and len(args) > 1 else args[0])
        elif name == "commit":
            opened = begun("COMMIT")
        function = carried(trace, opened or running(), partial(fn, *args, **kwargs))
        try:
            return await execute(self, function)
        finally:
            ended(opened)

    module.Connection._execute = _execute


def _awaited(kind: Any, names: tuple[str, ...], text: Any) -> None:
    for name in names:
        method = getattr(kind, name, None)
        if method is not None:
            setattr(kind, name, _noting(method, text))


def _noting(method: Any, text: Any) -> Any:
    async def noted(self: Any, *args: Any, **kwargs: Any) -> Any:
        opened = begun(text(self, args, kwargs)) if current.get() is not None else None
        try:
            return await method(self, *args, **kwargs)
        finally:
            ended(opened)

    return noted


def _first(_: Any, args: Any, kwargs: Any) -> Any:
    return args[0] if args else kwargs.get("query", kwargs.get("command", ""))


def asyncpg(module: Any) -> None:
    """Its connection's methods; the pool's go through them."""
    names = ("execute", "executemany", "fetch", "fetchrow", "fetchval", "fetchmany")
    _awaited(module.Connection, names, _first)


def asyncpg_prepared(module: Any) -> None:
    """Prepared statements, which know their text."""
    names = ("fetch", "fetchrow", "fetchval", "fetchmany", "executemany")
    _awaited(module.PreparedStatement, names, lambda statement, *_: statement.get_query())


def psycopg(module: Any) -> None:
    """psycopg 3, sync."""
    for name in ("execute", "executemany"):
        method = getattr(module.Cursor, name)

        def noted(self: Any, *args: Any, _method: Any = method, **kwargs: Any) -> Any:
            opened = begun(_first(self, args, kwargs))
            try:
                return _method(self, *args, **kwargs)
            finally:
                ended(opened)

        setattr(module.Cursor, name, noted)


def psycopg_async(module: Any) -> None:
    """psycopg 3, async."""
    _awaited(module.AsyncCursor, ("execute", "executemany"), _first)
