"""The tables' history, brought up to date by Alembic."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, inspect, text

_LOCK = 7_305_127
"""The number of PostgreSQL's advisory lock: of servers that start together, one migrates."""


def alembic_config(connection: Connection) -> Config:
    """Return what Alembic needs to work on `connection`."""
    config = Config()
    config.set_main_option("script_location", "sre_triage:migrations")
    config.attributes["connection"] = connection
    return config


def upgrade(connection: Connection) -> None:
    """Run every migration that the database of `connection` has not seen."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    config = alembic_config(connection)
    tables = set(inspect(connection).get_table_names())
    if "incidents" in tables and "alembic_version" not in tables:
        command.stamp(config, "0001")  # the first release made its table without Alembic
    command.upgrade(config, "head")
