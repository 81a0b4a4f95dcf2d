"""The truth table of an install: ledger x disk x pack to an action."""

from __future__ import annotations

import pytest

from agentpack.install.lock import Installed, Lock, LockedFile, Stamp, digest
from agentpack.install.plan import plan_install, plan_uninstall
from agentpack.pack import Origin
from agentpack.render import Rendered

OLD, NEW, EDITED = b"old", b"new", b"edited"


def lock(data: bytes | None, *, adopted: bool = False) -> Lock | None:
    if data is None:
        return None
    file = LockedFile(digest(data), adopted=Stamp(digest(data)) if adopted else None)
    return Lock({"p": Installed("1.0.0", Origin("builtin"), files={"f": file})})


@pytest.mark.parametrize(
    ("ledger", "disk", "pack", "action", "why"),
    [
        (None, None, NEW, "write", "new"),
        (None, NEW, NEW, "keep", "already there"),
        (None, EDITED, NEW, "conflict", "did not write"),
        (OLD, OLD, OLD, None, ""),
        (OLD, OLD, NEW, "write", "changed"),
        (OLD, OLD, None, "delete", "no longer"),
        (OLD, EDITED, OLD, "keep", "you edited"),
        (OLD, EDITED, NEW, "conflict", "yours stays"),
        (OLD, EDITED, None, "keep", "dropped it"),
        (OLD, NEW, NEW, "keep", "your edit is"),
        (OLD, None, OLD, "keep", "you deleted"),
        (OLD, None, NEW, "keep", "you deleted"),
        (OLD, None, None, None, ""),
    ],
)
def test_each_row_has_one_action(
    ledger: bytes | None, disk: bytes | None, pack: bytes | None, action: str | None, why: str
) -> None:
    """What is in the ledger, on disk and in the pack decides what happens, and it says why."""
    plan = plan_install(
        lock(ledger),
        {} if disk is None else {"f": digest(disk)},
        [] if pack is None else [Rendered("f", pack, executable=False)],
    )
    assert [change.action for change in plan.changes] == ([] if action is None else [action])
    assert all(why in change.why for change in plan.changes)


def test_only_a_file_that_is_not_ours_refuses_the_whole_install() -> None:
    """An edit of the user's is a conflict of its own; a stranger's file stops everything."""
    disk, pack = {"f": digest(EDITED)}, [Rendered("f", NEW, executable=False)]
    assert plan_install(None, disk, pack).refused
    assert not plan_install(lock(OLD), disk, pack).refused


@pytest.mark.parametrize(
    ("disk", "adopted", "action"),
    [(OLD, False, "delete"), (EDITED, False, "keep"), (OLD, True, "keep"), (None, False, None)],
)
def test_uninstall_takes_only_what_agentpack_wrote(
    disk: bytes | None, adopted: bool, action: str | None
) -> None:
    """Edited and adopted files stay."""
    before = lock(OLD, adopted=adopted)
    assert before is not None
    plan = plan_uninstall(before, {} if disk is None else {"f": digest(disk)})
    assert [change.action for change in plan.changes] == ([] if action is None else [action])
