"""Taking runs in: each message by itself, all of them in one commit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import msgspec

from agent_spy.services.boundary import Boundary, touched
from agent_spy.services.echoes import Echoes
from agent_spy.services.lineage import Lineage
from agent_spy.services.projects import DEFAULT, Projects
from agent_spy.storage.database import Database
from agent_spy.wire.change import EMPTY, LANES, PATCHED, POSTED
from agent_spy.wire.message import Incoming, Said, understand
from agent_spy.wire.multipart import AttachmentPart
from agent_spy.wire.otlp.run import Told
from agent_spy.wire.otlp.run import understand as span_as_run
from agent_spy.wire.otlp.span import Refused, Span
from agent_spy.wire.values import id_text, run_id


@dataclass(slots=True)
class Outcome:
    """What became of a batch. A message that can't be understood costs no other."""

    created: int = 0
    updated: int = 0
    errors: list[dict[str, str]] = field(default_factory=list)


class Ingest:
    """The way in, for whatever speaks of runs."""

    def __init__(self, database: Database, projects: Projects) -> None:
        self._database, self._projects = database, projects
        self._lineage = Lineage(database)
        self._echoes = Echoes(database, self._lineage)
        self._boundary = Boundary(database)
        self.taken = 0
        """Messages committed since the start."""

    async def take(
        self,
        messages: list[Incoming],
        attachments: Sequence[AttachmentPart] = (),
        *,
        only: bytes | None = None,
    ) -> Outcome:
        """Store all that can be understood; it is committed when this returns.

        Args:
            messages: runs, in any order. The list is emptied on the way: large ones would be in
                memory twice.
            attachments: files of runs.
            only: the one project that the caller's key opens.
        """
        outcome = Outcome()
        understood = _understood(messages, outcome)
        if only is not None:
            understood, attachments = await self._within(understood, attachments, only, outcome)
        outcome.updated = sum(patch for _, patch in understood)
        outcome.created = len(understood) - outcome.updated
        await self._place(understood, only)
        if understood or attachments:
            changes = [said.change for said, _ in understood]
            await self._database.writer.write(changes, attachments)
            self.taken += len(changes)
            await self._lineage.settle(changes)
            await self._echoes.settle(changes)
        return outcome

    async def take_spans(
        self, spans: Iterable[Span | Refused], project: str | None, *, only: bytes | None = None
    ) -> Outcome:
        """Store spans as runs; it is committed when this returns.

        Args:
            spans: in any order, and however their traces are batched.
            project: what the request names, for spans that name none.
            only: the one project that the caller's key opens.
        """
        outcome = Outcome()
        told: list[Told] = []
        for span in spans:
            if isinstance(span, Refused):
                outcome.errors.append({"id": "", "error": span.reason})
                continue
            try:
                told.append(span_as_run(span, project))
            except (ValueError, RecursionError) as error:
                outcome.errors.append({"id": span.span_id.hex(), "error": str(error)})
        understood = [(one.said, False) for one in told]
        if only is not None:
            understood, _ = await self._within(understood, (), only, outcome)
        await self._place(understood, only)
        outcome.created = len(understood)
        echoes = {one.said.change.id for one in told if one.echo}
        changes = await self._echoes.admit([said.change for said, _ in understood], echoes)
        if changes:
            await self._database.writer.write(changes)
            await self._lineage.settle(changes)
            await self._echoes.settle(changes, spans=True)
        self.taken += outcome.created
        return outcome

    async def _within(
        self,
        understood: list[tuple[Said, bool]],
        attachments: Sequence[AttachmentPart],
        only: bytes,
        outcome: Outcome,
    ) -> tuple[list[tuple[Said, bool]], list[AttachmentPart]]:
        """What stays within the key's project; the rest is refused, one by one."""
        ids = {run for said, _ in understood for run in touched(said.change)}
        ids.update(run_id(file.run_id) for file in attachments)
        foreign = await self._boundary.foreign(ids, only)
        mine = [
            (said, patch) for said, patch in understood if foreign.isdisjoint(touched(said.change))
        ]
        files = [file for file in attachments if run_id(file.run_id) not in foreign]
        refused = [said.change.id for said, _ in understood if foreign & touched(said.change)]
        refused += [run_id(file.run_id) for file in attachments if run_id(file.run_id) in foreign]
        outcome.errors += [
            {"id": id_text(identity), "error": "it belongs to another project"}
            for identity in refused
        ]
        return mine, files

    async def _place(self, understood: list[tuple[Said, bool]], only: bytes | None) -> None:
        """Give each run its project: named, or the key's own, or the default."""
        names = {said.project or DEFAULT for said, _ in understood if said.project_id is None}
        ids = {} if only else await self._projects.ids(names)
        lane = LANES["project_id"]
        for said, patch in understood:
            named = bool(said.project_id or said.project)
            rank = (PATCHED if patch else POSTED) if named else EMPTY
            said.change.project_id = only or said.project_id or ids[said.project or DEFAULT]
            said.change.ranks |= rank << lane


def _understood(messages: list[Incoming], outcome: Outcome) -> list[tuple[Said, bool]]:
    """What can be understood, and whether it updates a run; what cannot is an error."""
    found = []
    messages.reverse()
    while messages:
        incoming = messages.pop()
        try:
            found.append((understand(incoming), incoming.patch))
        except (ValueError, msgspec.MsgspecError) as error:
            outcome.errors.append({"id": incoming.run_id or "", "error": str(error)})
    return found
