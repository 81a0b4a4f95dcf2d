"""The truth table of an install: ledger x disk x pack to an action."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from agentpack.install.lock import Accepted, LockedFile, Pending, Stamp, digest
from agentpack.install.merge import has_markers
from agentpack.install.offer import File
from agentpack.install.plan import Decision, Seen, decide, take_away

PATH = ".claude/agents/f.md"
BESIDE = f"{PATH}.pack-new"
OLD, NEW = b"a\nb\nc\nd\n", b"a\nb\nc\nNEW\n"
EDITED, CLASHING = b"MINE\nb\nc\nd\n", b"a\nb\nc\nMINE\n"
MERGED = b"MINE\nb\nc\nNEW\n"


def look(
    ledger: bytes | LockedFile | None,
    disk: bytes | File | None,
    pack: bytes | File | None,
    *,
    beside: Mapping[str, bytes] | None = None,
    lost: bool = False,
    markers: bool = False,
) -> Seen:
    locked = LockedFile(digest(ledger)) if isinstance(ledger, bytes) else ledger
    texts = {} if lost else {digest(text): text for text in (OLD, NEW)}
    laid = {path: File(text) for path, text in (beside or {}).items()}
    yours, theirs = (File(x) if isinstance(x, bytes) else x for x in (disk, pack))
    return Seen(PATH, locked, yours, theirs, texts.get, laid.get, markers)


def actions(decision: Decision) -> list[tuple[str, str]]:
    return [(change.path, change.action) for change in decision.changes]


@pytest.mark.parametrize(
    ("ledger", "disk", "pack", "action", "why"),
    [
        (None, None, NEW, "write", "new"),
        (None, NEW, NEW, "keep", "already there"),
        (None, EDITED, NEW, "conflict", "did not write"),
        (None, None, None, None, ""),
        (OLD, OLD, OLD, None, ""),
        (OLD, OLD, NEW, "write", "changed"),
        (OLD, OLD, None, "delete", "no longer"),
        (OLD, EDITED, OLD, "keep", "you edited"),
        (OLD, EDITED, NEW, "merge", "are both in it"),
        (OLD, CLASHING, NEW, "conflict", "yours stays"),
        (OLD, MERGED, NEW, "keep", "has what the pack changed"),
        (OLD, b"\0", NEW, "conflict", "no text"),
        (OLD, EDITED, None, "keep", "dropped it"),
        (OLD, NEW, NEW, "keep", "your edit is"),
        (OLD, None, OLD, "keep", "you deleted"),
        (OLD, None, NEW, "keep", "you deleted"),
        (OLD, None, None, None, ""),
    ],
)
def test_each_row_has_one_action(ledger, disk, pack, action, why) -> None:
    """What is in the ledger, on disk and in the pack decides what happens, and it says why."""
    decision = decide(look(ledger, disk, pack))
    first = decision.changes[:1]
    assert [change.action for change in first] == ([] if action is None else [action])
    assert all(why in change.why for change in first)
    assert all(change.path == BESIDE for change in decision.changes[1:])


def test_only_a_file_that_is_not_ours_refuses_the_whole_install() -> None:
    """An edit of the user's is a conflict of its own; a stranger's file stops everything."""
    assert [change.blocks for change in decide(look(None, EDITED, NEW)).changes] == [True]
    assert not any(change.blocks for change in decide(look(OLD, CLASHING, NEW)).changes)


def test_a_merge_goes_on_from_the_packs_text() -> None:
    """What is written has both edits; what the next merge begins from is the pack's."""
    decision = decide(look(OLD, EDITED, NEW))
    assert decision.changes[0].file == File(MERGED)
    assert decision.after == LockedFile(digest(NEW))
    assert NEW in decision.texts


def test_a_conflict_lays_the_packs_text_beside() -> None:
    """Yours is not touched, the ledger keeps the old base and what the pack wanted."""
    decision = decide(look(OLD, CLASHING, NEW))
    assert actions(decision) == [(PATH, "conflict"), (BESIDE, "write")]
    assert decision.changes[0].file is None
    assert decision.changes[1].file == File(NEW)
    assert decision.after == LockedFile(digest(OLD), pending=Pending(digest(NEW), beside=BESIDE))


def test_a_conflict_does_not_overwrite_what_lies_beside() -> None:
    """A file that happens to have that name is the user's."""
    decision = decide(look(OLD, CLASHING, NEW, beside={BESIDE: b"mine"}))
    assert actions(decision) == [(PATH, "conflict"), (f"{BESIDE}-2", "write")]


PENDING = LockedFile(digest(OLD), pending=Pending(digest(NEW), beside=BESIDE))


@pytest.mark.parametrize(
    ("disk", "pack", "beside", "expected"),
    [
        (CLASHING, NEW, NEW, [(PATH, "conflict")]),
        (CLASHING, NEW, None, [(PATH, "conflict")]),
        (CLASHING, b"a\nb\nc\nNEWER\n", NEW, [(PATH, "conflict"), (BESIDE, "write")]),
        (CLASHING, b"a\nb\nc\nNEWER\n", b"x", [(PATH, "conflict"), (f"{BESIDE}-2", "write")]),
        (MERGED, NEW, NEW, [(PATH, "keep"), (BESIDE, "delete")]),
        (MERGED, NEW, b"edited", [(PATH, "keep"), (BESIDE, "keep")]),
        (CLASHING, OLD, NEW, [(PATH, "keep"), (BESIDE, "delete")]),
        (CLASHING, None, NEW, [(PATH, "keep"), (BESIDE, "delete")]),
        (None, NEW, NEW, [(PATH, "keep"), (BESIDE, "delete")]),
    ],
)
def test_an_open_conflict_stays_until_it_is_over(disk, pack, beside, expected) -> None:
    """The pack's text is laid once, replaced when the pack moves on, and taken away at the end."""
    laid = {} if beside is None else {BESIDE: beside}
    assert actions(decide(look(PENDING, disk, pack, beside=laid))) == expected


def test_markers_hold_both_sides_and_stay_until_they_are_gone() -> None:
    """With markers the conflict is in the file; nothing more is done while they stand."""
    decision = decide(look(OLD, CLASHING, NEW, markers=True))
    assert actions(decision) == [(PATH, "conflict")]
    marked = decision.changes[0].file
    assert marked is not None
    assert has_markers(marked.data)
    assert b"MINE" in marked.data
    assert b"NEW" in marked.data
    after = decision.after
    assert after == LockedFile(digest(NEW), pending=Pending(digest(NEW)))
    again = decide(look(after, marked, b"a\nb\nc\nNEWER\n"))
    assert (actions(again), again.after) == ([(PATH, "conflict")], after)
    assert again.changes[0].file is None
    over = decide(look(after, b"a\nb\nc\nNEW, MINE\n", NEW))
    assert (actions(over), over.after) == ([(PATH, "keep")], LockedFile(digest(NEW)))


def test_without_the_base_nothing_is_merged() -> None:
    """A ledger that lost a text says so, and yours stays."""
    decision = decide(look(OLD, EDITED, NEW, lost=True))
    assert actions(decision)[0] == (PATH, "conflict")
    assert "missing" in decision.changes[0].why


@pytest.mark.parametrize(
    ("base", "yours", "pack", "result"),
    [
        (False, False, True, True),
        (True, True, False, False),
        (False, True, False, None),
        (True, False, True, None),
        (False, True, True, None),
    ],
)
def test_the_executable_bit_is_merged_by_itself(base, yours, pack, result) -> None:
    """A change of one side wins; a change of yours is kept."""
    locked = LockedFile(digest(OLD), base)
    change = decide(look(locked, File(OLD, yours), File(OLD, pack))).changes[0]
    assert (change.file.executable if change.file else None) == result
    both = decide(look(locked, File(EDITED, yours), File(NEW, pack))).changes[0]
    assert both.file == File(MERGED, yours if result is None else result)


def test_an_accepted_edit_stays_accepted_through_a_merge() -> None:
    """Its patch is made anew; once the pack has it, there is nothing left to accept."""
    locked = LockedFile(digest(OLD), accepted=Accepted(digest(EDITED), patch="p"))
    kept = decide(look(locked, EDITED, OLD))
    assert kept.changes[0].why == "your accepted edit"
    assert kept.after is not None
    assert kept.after.accepted
    merged = decide(look(locked, EDITED, NEW))
    assert merged.after is not None
    assert merged.after.accepted
    assert merged.after.accepted.sha256 == digest(MERGED)
    assert any(digest(text) == merged.after.accepted.patch for text in merged.texts)
    taken = decide(look(locked, EDITED, EDITED))
    assert taken.after == LockedFile(digest(EDITED))


def test_an_undeclared_edit_on_top_is_not_accepted_by_a_merge() -> None:
    """What was accepted is one text, not whatever the file becomes."""
    locked = LockedFile(digest(OLD), accepted=Accepted(digest(b"other"), patch="p"))
    merged = decide(look(locked, EDITED, NEW))
    assert merged.after == LockedFile(digest(NEW))


ADOPTED = Stamp(digest(OLD))


@pytest.mark.parametrize(
    ("locked", "disk", "action"),
    [
        (LockedFile(digest(OLD)), OLD, "delete"),
        (LockedFile(digest(OLD)), EDITED, "keep"),
        (LockedFile(digest(OLD)), None, None),
        (LockedFile(digest(OLD), adopted=ADOPTED), OLD, "keep"),
        (LockedFile(digest(NEW), adopted=ADOPTED), NEW, "write"),
        (LockedFile(digest(NEW), adopted=ADOPTED), EDITED, "keep"),
    ],
)
def test_what_goes_gives_back_what_was_there(locked, disk, action) -> None:
    """Uninstall, or a pack that dropped a file: edited stays, adopted is as it was before."""
    for decision in (take_away(look(locked, disk, None)), decide(look(locked, disk, None))):
        assert [change.action for change in decision.changes] == ([action] if action else [])
        assert decision.after is None
        if action == "write":
            assert decision.changes[0].file == File(OLD)
