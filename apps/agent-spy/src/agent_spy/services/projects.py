"""Projects by name and by id; the first run that names one makes it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from agent_spy.errors import ConflictError, ForbiddenError, NotFoundError
from agent_spy.models import ApiKey, Attachment, Echo, Feedback, Project, Run, Share
from agent_spy.models.base import now
from agent_spy.repositories import following
from agent_spy.repositories.fields import at
from agent_spy.repositories.runs import AnyRow
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

    async def find(
        self,
        *,
        ids: Sequence[UUID] | None = None,
        name: str | None = None,
        name_contains: str | None = None,
        datasets: Sequence[UUID] | None = None,
        dataset_free: bool | None = None,
        metadata: dict[str, Any] | None = None,
        limit: int = 100,
        offset: int = 0,
        only: bytes | None = None,
    ) -> Sequence[AnyRow]:
        """Projects, the newest first."""
        query = select(Project.__table__).order_by(Project.created_at.desc(), Project.id)
        if ids is not None:
            query = query.where(Project.id.in_(ids))
        if name is not None:
            query = query.where(Project.name == name)
        if name_contains:
            query = query.where(Project.name.icontains(name_contains, autoescape=True))
        if datasets is not None:
            query = query.where(Project.reference_dataset_id.in_(datasets))
        if dataset_free:
            query = query.where(Project.reference_dataset_id.is_(None))
        for key, value in (metadata or {}).items():
            query = query.where(at(Project.extra, f"metadata.{key}", operator="eq", value=value))
        if only is not None:
            query = query.where(Project.id == only)
        query = query.limit(limit).offset(offset)
        return await self._database.reader.read(lambda c: c.execute(query).all())

    async def make(
        self, name: str, *, upsert: bool, only: bytes | None = None, **values: Any
    ) -> AnyRow:
        """Make a project, or with `upsert` change the one of that name.

        Raises:
            ConflictError: there is one of that name, and no `upsert`.
            ForbiddenError: it is not the one project that the caller's key opens.
        """
        if only is not None and not await self.find(name=name, only=only):
            raise ForbiddenError("This key opens one project only; it makes no other")
        fresh = name not in await self._known([name])
        identity = UUID(bytes=(await self.ids([name]))[name])
        if not fresh and not upsert:
            raise ConflictError(f"There is a project {name!r} already")
        if values:
            await self.change(identity, **values)
        return (await self.find(ids=[identity]))[0]

    async def delete(self, project_id: UUID) -> None:
        """Delete a project with its runs, their files and feedback, and its keys.

        Raises:
            NotFoundError: there is none of this id.
        """
        if not await self._database.writer.do(lambda c: _delete(c, project_id)):
            raise NotFoundError("Project not found")
        self.forget()

    async def _known(self, names: Collection[str]) -> set[str]:
        query = select(Project.name).where(Project.name.in_(names))
        return await self._database.reader.read(lambda c: set(c.execute(query).scalars()))

    async def change(self, project_id: UUID, **values: Any) -> None:
        """Set columns of a project.

        Raises:
            NotFoundError: there is none of this id.
            ConflictError: another one has the name.
        """
        statement = update(Project).where(Project.id == project_id).values(**values)
        try:
            changed = await self._database.writer.do(lambda c: c.execute(statement).rowcount)
        except IntegrityError:
            raise ConflictError("There is a project of this name already") from None
        if not changed:
            raise NotFoundError("Project not found")
        self.forget()

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


def _delete(connection: Connection, project_id: UUID) -> bool:
    runs = select(Run.id).where(Run.project_id == project_id)
    following.log(connection, connection.execute(runs).scalars().all())
    for statement in (
        delete(Share).where(Share.run_id.in_(runs)),
        delete(Attachment).where(Attachment.run_id.in_(runs)),
        delete(Echo).where(Echo.project_id == project_id),
        delete(Feedback).where(Feedback.project_id == project_id),
        delete(Run).where(Run.project_id == project_id),
        delete(ApiKey).where(ApiKey.project_id == project_id),
    ):
        connection.execute(statement)
    return bool(connection.execute(delete(Project).where(Project.id == project_id)).rowcount)
