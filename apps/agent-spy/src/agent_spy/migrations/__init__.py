"""The tables' history, brought up to date by Alembic when a server starts."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection


class NewerTablesError(Exception):
    """A newer server has been here."""


def upgrade(connection: Connection) -> None:
    """Run every migration that `connection`'s database has not seen.

    Raises:
        NewerTablesError: it has seen some that are not known here.
    """
    newest(MigrationContext.configure(connection).get_current_revision())
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def newest(revision: str | None) -> str | None:
    """The revision that `upgrade` brings a database to that is at `revision`.

    Raises:
        NewerTablesError: the database's revision is not known here.
    """
    scripts = ScriptDirectory.from_config(_config())
    head = scripts.get_current_head()
    if revision not in {None, *(script.revision for script in scripts.walk_revisions())}:
        raise NewerTablesError(
            f"its tables are at {revision}, this server knows them up to {head}:"
            " use the newer agent-spy that has been here"
        )
    return head


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "agent_spy:migrations")
    return config
