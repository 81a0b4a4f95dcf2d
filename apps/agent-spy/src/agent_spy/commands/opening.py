"""What every command starts with: the settings and the database, or one sentence why not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pydantic import ValidationError
from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from agent_spy.migrations import NewerTablesError
from agent_spy.settings import Settings
from agent_spy.storage.database import Database, open_database
from agent_spy.storage.writer import UnavailableError

_UNUSABLE = (SQLAlchemyError, OSError, NewerTablesError, UnavailableError)


class CannotRunError(Exception):
    """What an operator has to mend first, in one sentence."""


def faults(error: ValidationError) -> list[str]:
    """Each setting that is wrong by its variable's name, and why; never its value."""
    return [
        f"setting {'.'.join(map(str, fault['loc'])).upper()}: "
        f"{fault['msg'].removeprefix('Value error, ')}"
        for fault in error.errors()
    ]


def read_settings() -> Settings:
    """The settings of the environment.

    Raises:
        CannotRunError: one of them is wrong.
    """
    try:
        return Settings()
    except ValidationError as error:
        raise CannotRunError("; ".join(faults(error))) from None


@asynccontextmanager
async def started(settings: Settings) -> AsyncIterator[Database]:
    """The database, its tables up to date; closed afterwards.

    Raises:
        CannotRunError: it cannot be opened.
    """
    database = open_database(settings)
    try:
        try:
            await database.start()
        except _UNUSABLE as error:
            raise CannotRunError(f"the database {_named(settings)}: {_reason(error)}") from None
        yield database
    finally:
        await database.stop()


def _named(settings: Settings) -> str:
    url = make_url(settings.database_url)
    return url.database or "" if url.get_backend_name() == "sqlite" else url.render_as_string()


def _reason(error: Exception) -> str:
    cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
    first = str(cause).partition("\n")[0].rpartition("'>: ")[2]
    return first or type(cause).__name__
