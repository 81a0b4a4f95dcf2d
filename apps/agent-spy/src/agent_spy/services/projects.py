"""Projects by name and by id; the first run that names one makes it."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID, uuid5

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from agent_spy.models import Project
from agent_spy.models.base import now
from agent_spy.storage.database import Database

DEFAULT = "default"
"""The project of runs that name none."""
_NAMESPACE = UUID("5f0f0c1e-7d0b-4b5e-9d43-2f1c8ad0b8f6")


class Projects:
    """Finds a project's id, in memory where it was asked for before."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._ids: dict[str, bytes] = {}

    async def ids(self, names: Iterable[str]) -> dict[str, bytes]:
        """The id of each project; those that are new are made."""
        unknown = sorted({name for name in names if name not in self._ids})
        if unknown:
            self._ids.update(await self._database.writer.do(lambda c: _find_or_make(c, unknown)))
        return self._ids

    def forget(self) -> None:
        """Look them up again: one was renamed or deleted."""
        self._ids.clear()


def _find_or_make(connection: Connection, names: list[str]) -> dict[str, bytes]:
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    moment = now()
    rows = [
        {
            # Servers that meet a new name at once agree on its id.
            "id": uuid5(_NAMESPACE, name),
            "name": name,
            "start_time": moment,
            "created_at": moment,
            "updated_at": moment,
        }
        for name in names
    ]
    connection.execute(insert(Project).on_conflict_do_nothing(), rows)
    found = connection.execute(select(Project.name, Project.id).where(Project.name.in_(names)))
    return {name: identity.bytes for name, identity in found}
