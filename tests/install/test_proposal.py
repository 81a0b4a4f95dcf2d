"""Whole trees: files that become folders, packs beside each other, files that were there first."""

from __future__ import annotations

from pathlib import Path

import pytest

from agentpack.errors import AgentpackError
from agentpack.install import (
    File,
    Installed,
    Offer,
    apply,
    ledger,
    propose,
    propose_removal,
    status,
)
from agentpack.pack import Origin

SKILL = ".claude/skills/s"


def offer(files: dict[str, bytes | File], name: str = "made") -> Offer:
    whole = {path: File(one) if isinstance(one, bytes) else one for path, one in files.items()}
    return Offer(name, Installed("1.0.0", Origin("builtin")), whole)


def install(root: Path, files: dict[str, bytes | File]) -> dict[str, str]:
    proposal = propose(root, [offer(files)])
    apply(proposal)
    return {change.path: change.action for change in proposal.changes}


def look(root: Path) -> dict[str, tuple[int, bytes | None]]:
    return {
        path.relative_to(root).as_posix(): (
            path.lstat().st_mode,
            path.read_bytes() if path.is_file() else None,
        )
        for path in root.rglob("*")
    }


def test_a_file_becomes_a_folder_and_a_file_again(make) -> None:
    """The old goes before the new comes; in the end nothing of either is left."""
    root = make({"mine.txt": "mine"})
    before = look(root)
    assert install(root, {f"{SKILL}/ref": b"one"}) == {f"{SKILL}/ref": "write"}
    assert install(root, {f"{SKILL}/ref/deep/a.md": b"two"}) == {
        f"{SKILL}/ref": "delete",
        f"{SKILL}/ref/deep/a.md": "write",
    }
    assert install(root, {f"{SKILL}/ref": b"three"}) == {
        f"{SKILL}/ref": "write",
        f"{SKILL}/ref/deep/a.md": "delete",
    }
    assert (root / SKILL / "ref").read_bytes() == b"three"
    apply(propose_removal(root))
    assert look(root) == before


@pytest.mark.parametrize("inside", ["notes.md", "deep/notes.md", "deep/er/notes.md"])
def test_a_folder_with_the_users_files_does_not_become_a_file(make, inside) -> None:
    """One clear error, and nothing is written."""
    root = make({})
    install(root, {f"{SKILL}/ref/deep/a.md": b"one", f"{SKILL}/b.md": b"b"})
    (root / SKILL / "ref" / inside).parent.mkdir(parents=True, exist_ok=True)
    (root / SKILL / "ref" / inside).write_text("notes")
    before = look(root)
    with pytest.raises(AgentpackError, match="is a folder, and a file is to stand there"):
        install(root, {f"{SKILL}/ref": b"two", f"{SKILL}/b.md": b"B"})
    assert look(root) == before


def test_an_edited_file_does_not_become_a_folder(make) -> None:
    """The edit is in the way, and stays."""
    root = make({})
    install(root, {f"{SKILL}/ref": b"one"})
    (root / SKILL / "ref").write_text("mine")
    before = look(root)
    with pytest.raises(AgentpackError, match="is a file, not a folder"):
        install(root, {f"{SKILL}/ref/a.md": b"two"})
    assert look(root) == before


def test_a_folder_that_the_user_put_in_a_files_place_stays(make) -> None:
    """The file counts as deleted."""
    root = make({})
    install(root, {f"{SKILL}/ref": b"one"})
    (root / SKILL / "ref").unlink()
    (root / SKILL / "ref").mkdir()
    (root / SKILL / "ref/mine.md").write_text("mine")
    assert install(root, {f"{SKILL}/ref": b"two"}) == {f"{SKILL}/ref": "keep"}
    assert (root / SKILL / "ref/mine.md").read_text() == "mine"
    apply(propose_removal(root))
    assert (root / SKILL / "ref/mine.md").read_text() == "mine"


def test_what_was_there_first_goes_back_as_it_was(make) -> None:
    """Identical, adopted, updated twice, uninstalled: the bytes and the mode of the first day."""
    root = make({f"{SKILL}/run.sh": "#!/bin/sh\n", f"{SKILL}/SKILL.md": "mine\n"})
    before = look(root)
    run = f"{SKILL}/run.sh"
    assert install(root, {run: File(b"#!/bin/sh\n", executable=True)}) == {run: "keep"}
    for text in (b"#!/bin/sh\ntwo\n", b"#!/bin/sh\nthree\n"):
        assert install(root, {run: File(text, executable=True)}) == {run: "write"}
    apply(propose_removal(root))
    assert look(root) == before


def test_a_user_s_own_mode_survives_an_update(make) -> None:
    """Permissions that the user took away are not given back by new bytes."""
    root = make({})
    install(root, {f"{SKILL}/a.md": b"one"})
    (root / SKILL / "a.md").chmod(0o600)
    install(root, {f"{SKILL}/a.md": b"two"})
    assert (root / SKILL / "a.md").stat().st_mode & 0o777 == 0o600


def test_one_pack_goes_and_the_other_stays(make) -> None:
    """Folders that both use stay until the last one goes."""
    root = make({"mine.txt": "mine"})
    before = look(root)
    one, two = {f"{SKILL}/a.md": b"one"}, {".claude/skills/t/a.md": b"two"}
    apply(propose(root, [offer(one), offer(two, "other")]))
    apply(propose_removal(root, "made"))
    assert not (root / SKILL).exists()
    assert (root / ".claude/skills/t/a.md").read_bytes() == b"two"
    apply(propose_removal(root))
    assert look(root) == before


def test_rogue_files_are_found_in_every_layout(make) -> None:
    """Where a pack wrote agents or skills, in `.claude` or elsewhere, strangers are named."""
    root = make({".claude/agents/x.md": "x", ".agents/skills/t/x.md": "x", "docs/skills/x": "x"})
    offers = [offer({".agents/skills/s/SKILL.md": b"one"})]
    apply(propose(root, offers))
    lock = ledger(root)
    assert lock
    found = status(root, lock, offers, strict=True)
    assert found.rogue == (".agents/skills/t/x.md", ".claude/agents/x.md")


def test_a_name_that_cannot_be_printed_is_found_too(make) -> None:
    """Any bytes may be a file's name."""
    root = make({f"{SKILL}/SKILL.md": "x"})
    (root / SKILL / b"\xff.md".decode(errors="surrogateescape")).write_text("x")
    offers = [offer({f"{SKILL}/a.md": b"one"})]
    apply(propose(root, offers))
    lock = ledger(root)
    assert lock
    for path in status(root, lock, offers, strict=True).rogue:
        assert path.encode()
