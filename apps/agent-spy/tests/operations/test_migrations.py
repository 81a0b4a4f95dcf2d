"""The tables that migrations make are those that the models describe."""

from __future__ import annotations

import asyncio
import re

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy.ext.asyncio import create_async_engine

from agent_spy.migrations import upgrade
from agent_spy.models import Base


@pytest.fixture
def run(database_url):
    """Runs a function with a connection to an empty database."""

    async def with_connection(work):
        engine = create_async_engine(database_url)
        async with engine.begin() as connection:
            found = await connection.run_sync(work)
        await engine.dispose()
        return found

    return lambda work: asyncio.run(with_connection(work))


def differences(connection):
    # The tables of the index of words are SQLite's own; of it the models say what makes it.
    opts = {
        "compare_type": True,
        "include_name": lambda name, kind, _: kind != "table" or not name.startswith("run_words"),
    }
    context = MigrationContext.configure(connection, opts=opts)
    found = compare_metadata(context, Base.metadata)
    if connection.dialect.name == "sqlite":  # Alembic overlooks that an index is PostgreSQL's only
        return [one for one in found if one[0] != "add_index" or one[1].name != "ix_followed_words"]
    return found


def details(connection):
    """What Alembic does not compare: indexes' conditions, generated columns, what may be null."""
    inspector = sa.inspect(connection)
    found = {}
    for table in sorted(set(inspector.get_table_names()) - {"alembic_version"}):
        indexes = {
            index["name"]: (index["column_names"], index["unique"], where(index["dialect_options"]))
            for index in inspector.get_indexes(table)
        }
        columns = {
            column["name"]: (
                column["nullable"],
                re.sub(r"\W", "", str(column.get("computed", {}).get("sqltext", ""))),
            )
            for column in inspector.get_columns(table)
        }
        found[table] = indexes, columns, inspector.get_pk_constraint(table)["constrained_columns"]
    return found


def where(options):
    return [re.sub(r"\W", "", str(options[key])) for key in sorted(options) if "where" in key]


def test_migrations_make_what_the_models_say(run):
    """Alembic finds no difference, nor is there one in what it does not compare."""

    def migrated(connection):
        upgrade(connection)
        return differences(connection), details(connection)

    def made(connection):
        Base.metadata.drop_all(connection)
        Base.metadata.create_all(connection)
        return details(connection)

    found, by_migration = run(migrated)
    assert found == []
    assert by_migration == run(made)


def test_migrations_can_be_run_again_and_undone(run):
    """A second upgrade changes nothing; a downgrade leaves no table."""

    def both(connection):
        upgrade(connection)
        first = details(connection)
        upgrade(connection)
        assert details(connection) == first
        config = Config()
        config.set_main_option("script_location", "agent_spy:migrations")
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
        return set(sa.inspect(connection).get_table_names())

    assert run(both) <= {"alembic_version"}
