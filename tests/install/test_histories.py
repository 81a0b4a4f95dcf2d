"""Random histories of one project, against a model of what belongs to whom.

The user writes words that occur nowhere else: where one was written it must stand until the user
takes it away. Packs change as they like; every change is announced, and carried out as announced,
sometimes with an interruption in the middle.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from contextlib import redirect_stderr
from io import StringIO
from itertools import count
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from agentpack.errors import AgentpackError
from agentpack.install import (
    File,
    Installed,
    Offer,
    Proposal,
    apply,
    hold,
    ledger,
    propose,
    propose_accept,
    propose_removal,
    propose_resolve,
    status,
)
from agentpack.install.status import state
from agentpack.install.target import BASE, Disk
from agentpack.pack import Origin

EXAMPLES = int(os.environ.get("AGENTPACK_HISTORIES", "60"))
MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None

ROOT = ".claude/agents"
PATHS = [f"{ROOT}/{name}" for name in ("a.md", "b.md", "d", "d/x.md", "d/e/y.md", "f.sh")]
PACKS = {"one": PATHS[:4], "two": PATHS[3:]}
STATE = (".claude/.agentpack", ".agentpack-stage", ".claude/.agentpack-stage")

PAGE = b"".join(b"line %d\n" % number for number in range(8))

paths = st.sampled_from(PATHS)
packs = st.sampled_from([*PACKS])
places = st.integers(0, 5)
rarely = st.integers(0, 2)
texts = st.lists(st.sampled_from([b"one\n", b"two\n", b"three\r\n", b"\n", b"four"]), max_size=6)
Tree = dict[str, File]


class History(RuleBasedStateMachine):
    """A project, two packs, and a user."""

    def __init__(self) -> None:
        super().__init__()
        self.root = Path(tempfile.mkdtemp(dir=MEMORY))
        self.offers: dict[str, Tree] = {name: {} for name in PACKS}
        self.words: dict[str, set[bytes]] = {}
        self.own: Tree = {}
        """Files that the user made and nobody has touched since: uninstall gives them back."""
        self.touched: set[str] = set()
        """Files that the user changed after agentpack wrote them."""
        self.versions = count(1)
        self.numbers = count(1)

    def teardown(self) -> None:
        shutil.rmtree(self.root)

    # What is there

    def files(self) -> Tree:
        found = {}
        for path in self.root.rglob("*"):
            name = path.relative_to(self.root).as_posix()
            if path.is_file() and not name.startswith(STATE):
                found[name] = File(path.read_bytes(), bool(path.stat().st_mode & 0o100))
        return found

    def folders(self) -> set[str]:
        return {p.relative_to(self.root).as_posix() for p in self.root.rglob("*") if p.is_dir()}

    def word(self) -> bytes:
        return b"word-%d\n" % next(self.numbers)

    # What packs do

    @initialize()
    def begin(self) -> None:
        """Most of what can happen needs something to be installed."""
        for path in PACKS["one"][:2]:
            self.offers["one"][path] = File(PAGE)
        self.install(("one",), markers=False, stop=99)

    @rule(pack=packs, at=places, lines=texts, executable=st.booleans())
    def pack_writes(self, pack: str, at: int, lines: list[bytes], executable: bool) -> None:
        path = PACKS[pack][at % len(PACKS[pack])]
        clash = {other for other in self.offers[pack] if other.startswith(f"{path}/")}
        clash |= {other for other in self.offers[pack] if path.startswith(f"{other}/")}
        for other in clash:
            del self.offers[pack][other]
        self.offers[pack][path] = File(b"".join(lines) or PAGE, executable)

    @rule(pack=packs, at=places, line=st.integers(0, 7))
    def pack_edits(self, pack: str, at: int, line: int) -> None:
        held = sorted(self.offers[pack])
        if held:
            path = held[at % len(held)]
            lines = self.offers[pack][path].data.splitlines(keepends=True)
            lines[line : line + 1] = [b"edited-%d\n" % next(self.numbers)]
            self.offers[pack][path] = File(b"".join(lines), self.offers[pack][path].executable)

    @rule(pack=packs, at=places, mine=st.integers(0, 8), theirs=st.integers(0, 7))
    def both_edit(self, pack: str, at: int, mine: int, theirs: int) -> None:
        lock = ledger(self.root)
        held = sorted(self.offers[pack]) if lock and pack in lock.packs else []
        for path in held[at % len(held) : at % len(held) + 1] if held else []:
            self.pack_edits(pack, at, theirs)
            self.add_word(path, mine)

    @rule(pack=packs, at=places, now=rarely)
    def pack_drops(self, pack: str, at: int, now: int) -> None:
        if not now:
            self.offers[pack].pop(PACKS[pack][at % len(PACKS[pack])], None)

    # What the user does

    @rule(which=places, at=st.integers(0, 8))
    def user_adds_a_word(self, which: int, at: int) -> None:
        self.add_word(self.chosen(which), at)

    def add_word(self, path: str, at: int) -> None:
        place = self.root / path
        if not place.is_file():
            return
        word, lines = self.word(), place.read_bytes().splitlines(keepends=True)
        if lines and not lines[-1].endswith(b"\n"):
            lines[-1] += b"\n"
        lines.insert(at, word)
        place.write_bytes(b"".join(lines))
        self.words.setdefault(path, set()).add(word)
        self.mine(path)

    def mine(self, path: str) -> None:
        """The user changed a file."""
        lock = ledger(self.root)
        if lock and lock.owner(path):
            self.touched.add(path)
            self.own.pop(path, None)
        else:
            found = self.files()
            if path in found:
                self.own[path] = found[path]
            else:
                self.own.pop(path, None)

    @rule(which=places, at=st.integers(0, 8))
    def user_removes_a_line(self, which: int, at: int) -> None:
        path = self.chosen(which)
        place = self.root / path
        if not place.is_file():
            return
        lines = place.read_bytes().splitlines(keepends=True)
        for line in lines[at : at + 1]:
            self.words.get(path, set()).discard(line)
        del lines[at : at + 1]
        place.write_bytes(b"".join(lines))
        self.mine(path)

    @rule(path=paths)
    def user_deletes(self, path: str) -> None:
        place = self.root / path
        if place.is_file():
            place.unlink()
            self.words.pop(path, None)
            self.mine(path)

    @rule(path=paths)
    def user_deletes_what_lies_beside(self, path: str) -> None:
        beside = self.root / f"{path}.pack-new"
        if beside.is_file():
            beside.unlink()
            self.own.pop(f"{path}.pack-new", None)

    @rule(path=paths)
    def user_changes_the_bit(self, path: str) -> None:
        place = self.root / path
        if place.is_file():
            place.chmod(place.stat().st_mode ^ 0o100)
            self.mine(path)

    @rule(path=paths, like=st.sampled_from(["other", "as the pack has it"]))
    def user_makes_a_file(self, path: str, like: str) -> None:
        place = self.root / path
        if place.exists() or any(parent.is_file() for parent in place.parents):
            return
        known = next((tree[path] for tree in self.offers.values() if path in tree), None)
        if known is None and like != "other":
            return
        word = self.word()
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(known.data if known and like != "other" else word)
        if like == "other":
            self.words[path] = {word}
        self.mine(path)

    # What agentpack does

    def carry_out(self, make: Callable[[], Proposal], stop: int) -> Proposal | None:
        """Propose, look on as it is done, and hold the one against the other."""
        before, folders = self.files(), self.folders()
        try:
            proposal = make()
        except AgentpackError:
            assert (self.files(), self.folders()) == (before, folders)
            return None
        assert (self.files(), self.folders()) == (before, folders), "a proposal wrote something"
        expected = dict(before)
        for change in () if proposal.refused else proposal.changes:
            if change.action == "delete":
                del expected[change.path]
            elif change.file:
                expected[change.path] = change.file
        self.interrupted(proposal, stop)
        assert self.files() == expected
        if proposal.refused:
            assert self.folders() == folders
        return proposal

    def interrupted(self, proposal: Proposal, stop: int) -> None:
        """Apply, and if `stop` comes before the end, be interrupted there and recover."""
        real, turn = os.replace, count(0)

        def replace(*arguments: object) -> None:
            # The first one makes the journal stand: from there on it is done.
            if next(turn) == stop:
                raise KeyboardInterrupt
            real(*arguments)

        os.replace = replace
        try:
            apply(proposal)
        except KeyboardInterrupt:
            pass
        finally:
            os.replace = real
        with redirect_stderr(StringIO()), hold(self.root):
            pass

    @rule(
        names=st.sampled_from([("one",), ("two",), ("one", "two")]),
        markers=st.booleans(),
        stop=st.integers(1, 40),
    )
    def install(self, names: tuple[str, ...], markers: bool, stop: int) -> None:
        def offers() -> list[Offer]:
            version = f"{next(self.versions)}.0.0"
            return [
                Offer(name, Installed(version, Origin("builtin")), dict(self.offers[name]))
                for name in names
            ]

        made = self.carry_out(lambda: propose(self.root, offers(), markers=markers), stop)
        if made and not made.refused:
            again = propose(self.root, offers(), markers=markers)
            assert not [c for c in again.changes if c.file or c.action == "delete"], "not settled"
        self.forget_what_is_gone()

    @precondition(lambda self: ledger(self.root))
    @rule(pack=st.sampled_from(["one", "two", None]), stop=st.integers(0, 20), now=rarely)
    def uninstall(self, pack: str | None, stop: int, now: int) -> None:
        lock = ledger(self.root)
        if now:
            return
        assert lock
        clean = {
            path
            for path, file in lock.files.items()
            if state(Disk(self.root).file(path), file) == "clean"
        }
        made = self.carry_out(lambda: propose_removal(self.root, pack), stop or 99)
        if made and ledger(self.root) is None:
            left = self.files()
            for path, file in self.own.items():
                assert left.get(path) == file, f"{path} is not as it was before agentpack"
            for path in left:
                assert path not in clean or path in self.own, f"{path} was left behind"
                if path not in self.own:
                    assert path in self.touched or ".pack-new" in path
            assert not (self.root / ".claude/.agentpack").exists()
            self.adopt_leftovers()
        self.forget_what_is_gone()

    def adopt_leftovers(self) -> None:
        """What uninstall left is the user's from now on."""
        self.own = self.files()
        self.touched.clear()

    def forget_what_is_gone(self) -> None:
        """What no pack has any more is the user's; what was put back is too."""
        lock = ledger(self.root)
        owned = set(lock.files) if lock else set()
        found = self.files()
        for path in found:
            if path in self.touched and path not in owned:
                self.own[path] = found[path]
                self.touched.discard(path)

    @precondition(lambda self: ledger(self.root))
    @rule(at=places, stop=st.integers(1, 9))
    def accept(self, at: int, stop: int) -> None:
        path = self.chosen(at)
        made = self.carry_out(lambda: propose_accept(self.root, [path]), stop)
        lock = ledger(self.root)
        if made and lock and path in lock.files:
            file = Disk(self.root).file(path)
            assert state(file, lock.files[path]) in {"accepted", "clean"}
        elif made and lock:
            assert path in lock.own

    @precondition(lambda self: ledger(self.root))
    @rule(at=places, take_pack=st.booleans(), stop=st.integers(1, 9))
    def resolve(self, at: int, take_pack: bool, stop: int) -> None:
        path = self.chosen(at, pending=True)
        made = self.carry_out(lambda: propose_resolve(self.root, [path], take_pack=take_pack), stop)
        if made and take_pack:
            self.words.pop(path, None)

    def chosen(self, at: int, *, pending: bool = False) -> str:
        lock = ledger(self.root)
        files = lock.files if lock else {}
        known = sorted(path for path, file in files.items() if file.pending or not pending)
        return known[at % len(known)] if known else PATHS[0]

    # What must always be

    @invariant()
    def no_word_of_the_user_is_lost(self) -> None:
        for path, words in self.words.items():
            text = (self.root / path).read_bytes() if words else b""
            for word in words:
                assert word in text, f"{word!r} is gone from {path}"

    @invariant()
    def what_is_the_users_own_is_untouched(self) -> None:
        lock = ledger(self.root)
        owned = set(lock.files) if lock else set()
        found = self.files()
        for path, file in self.own.items():
            if path not in owned:
                assert found.get(path) == file

    @invariant()
    def the_ledger_is_whole(self) -> None:
        lock = ledger(self.root)
        base = self.root / BASE
        if lock is None:
            assert not base.exists()
            return
        kept = {path.name for path in base.iterdir()}
        assert kept == lock.texts
        assert all(Disk(self.root).text(name) is not None for name in kept)
        assert not (self.root / ".agentpack-stage").exists()

    @invariant()
    def the_check_tells_edits(self) -> None:
        lock = ledger(self.root)
        if lock is None or len(lock.packs) != len(PACKS):
            return
        offers = [Offer(n, p, dict(self.offers[n])) for n, p in lock.packs.items()]
        try:
            found = status(self.root, lock, offers)
        except AgentpackError:
            return
        if found.clean:
            wanted = {path: file for offer in offers for path, file in offer.files.items()}
            disk = self.files()
            accepted = {file.path for file in found.files if file.state == "accepted"}
            assert all(disk.get(p) == f for p, f in wanted.items() if p not in accepted)


TestHistories = History.TestCase
TestHistories.settings = settings(
    max_examples=EXAMPLES,
    stateful_step_count=30,
    deadline=None,
    derandomize="AGENTPACK_HISTORIES" not in os.environ,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
