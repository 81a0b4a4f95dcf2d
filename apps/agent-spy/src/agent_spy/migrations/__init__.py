"""The tables' history, brought up to date by Alembic when a server starts."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection


def upgrade(connection: Connection) -> None:
    """Run every migration that `connection`'s database has not seen."""
    config = Config()
    config.set_main_option("script_location", "agent_spy:migrations")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
