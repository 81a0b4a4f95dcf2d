"""The tables that migrations make are those that the models describe."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext

from sre_triage.database import create_engine
from sre_triage.migrations import alembic_config, upgrade
from sre_triage.models import Base


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path}/triage.db"
    found = request.getfixturevalue("postgres_database")
    return found.replace("postgresql://", "postgresql+asyncpg://")


@pytest.fixture
def run(url):
    """Runs a function with a connection to the database, and commits."""

    async def within(work):
        engine = create_engine(url)
        try:
            async with engine.begin() as connection:
                return await connection.run_sync(work)
        finally:
            await engine.dispose()

    return lambda work: asyncio.run(within(work))


def differences(connection):
    context = MigrationContext.configure(
        connection, opts={"compare_type": True, "compare_server_default": True}
    )
    return compare_metadata(context, Base.metadata)


def details(connection):
    """What Alembic does not compare: what may be null, keys, and the order of indexes."""
    inspector = sa.inspect(connection)
    return {
        table: (
            {column["name"]: column["nullable"] for column in inspector.get_columns(table)},
            inspector.get_pk_constraint(table)["constrained_columns"],
            {index["name"]: index["column_names"] for index in inspector.get_indexes(table)},
        )
        for table in sorted(set(inspector.get_table_names()) - {"alembic_version"})
    }


def test_migrations_make_what_the_models_say(run) -> None:
    """Alembic finds no difference, nor is there one in what it does not compare."""
    run(upgrade)
    assert run(differences) == []
    by_migration = run(details)
    run(Base.metadata.drop_all)
    assert run(differences) != []
    run(Base.metadata.create_all)
    assert by_migration == run(details)


def test_migrations_can_be_run_again_and_undone(run) -> None:
    """A second upgrade changes nothing; a downgrade leaves no table."""
    run(upgrade)
    first = run(details)
    run(upgrade)
    assert run(details) == first
    run(lambda connection: command.downgrade(alembic_config(connection), "base"))
    assert run(details) == {}


def test_a_database_of_the_first_release_is_taken_over(run) -> None:
    """It has its table and no history; its incidents are there afterwards, at version 1."""
    run(lambda connection: command.upgrade(alembic_config(connection), "0001"))
    row = {"id": uuid4(), "title": "Old", "description": "", "status": "pending"}
    row["created_at"] = datetime.now(UTC)

    def fill(connection):
        table = sa.Table("incidents", sa.MetaData(), autoload_with=connection)
        if connection.dialect.name == "sqlite":
            row["id"] = row["id"].hex
        connection.execute(table.insert().values(**row))
        connection.execute(sa.text("DROP TABLE alembic_version"))

    run(fill)
    run(upgrade)
    assert run(differences) == []
    (found,) = run(
        lambda connection: connection.execute(
            sa.text("SELECT title, version, triage_round, triage_attempts FROM incidents")
        ).all()
    )
    assert tuple(found) == ("Old", 1, 1, 0)


def test_servers_that_start_together_migrate_once(url) -> None:
    """Five at once on an empty database: none of them fails."""

    async def start():
        engine = create_engine(url)
        async with engine.begin() as connection:
            await connection.run_sync(upgrade)
        await engine.dispose()

    async def together():
        # Alembic keeps its context in a global, so within one process they take turns.
        await asyncio.gather(*(asyncio.to_thread(asyncio.run, start()) for _ in range(5)))

    asyncio.run(together())


def test_alembic_s_own_command_works(url, run, monkeypatch) -> None:
    """From the app's folder, as `alembic upgrade head`, and on the database of the settings."""
    monkeypatch.setenv("DATABASE_URL", url)
    configuration = Config(toml_file=str(Path(__file__).parents[1] / "pyproject.toml"))
    command.upgrade(configuration, "head")
    assert run(differences) == []
    command.check(configuration)
