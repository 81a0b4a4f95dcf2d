"""Three-way merge by lines: what git says of the same three texts, and line ends that stay."""

from __future__ import annotations

import os
import random
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from agentpack.install.merge import has_markers, is_binary, merge, merge_keeping_ends

TRIPLES = int(os.environ.get("AGENTPACK_MERGES", "10000"))
WORKERS = 2
DOCUMENTS = sorted((Path(__file__).parents[2] / "src/agentpack/builtin").rglob("*.md*"))

Triple = tuple[bytes, bytes, bytes]


def triple(rng: random.Random) -> Triple:
    """Three texts: few lines that repeat a lot, or many; edits apart or on top of each other."""
    eol = rng.choice([b"\n", b"\n", b"\r\n"])
    kinds = rng.choice([2, 3, 5, 10, 40, 400])
    common = [b"", b"}", b"---"]

    def line() -> bytes:
        kind = rng.randrange(kinds)
        return common[kind] if kind < len(common) and rng.random() < 0.5 else b"line %d" % kind

    def edited(lines: list[bytes]) -> list[bytes]:
        lines = list(lines)
        for _ in range(rng.choice([0, 1, 1, 2, 3, 6])):
            at, size = rng.randrange(len(lines) + 1), rng.choice([1, 1, 2, 4])
            moved = rng.randrange(len(lines) + 1)
            new = rng.choice([[line() for _ in range(size)], [], lines[moved : moved + size]])
            lines[at : at + rng.choice([0, size])] = new
        return lines

    def text(lines: list[bytes]) -> bytes:
        whole = eol.join(lines) + (eol if lines and rng.random() < 0.7 else b"")
        return whole if not mixed else mix(whole)

    def mix(whole: bytes) -> bytes:
        ends = (line.rstrip(b"\r\n") + rng.choice([b"\n", b"\r\n"]) for line in whole.split(b"\n"))
        return b"".join(ends)

    mixed = rng.random() < 0.05
    if rng.random() < 0.1:
        base = rng.choice(DOCUMENTS).read_bytes().splitlines()
    else:
        base = [line() for _ in range(rng.randrange(rng.choice([0, 1, 3, 8, 20, 60]) + 1))]
    yours = edited(base)
    theirs = edited(base if rng.random() < 0.8 else yours)
    return text(base), text(yours), text(theirs)


def merged_by_git(folder: Path, texts: Triple) -> tuple[int, bytes]:
    for name, text in zip(("base", "yours", "pack"), texts, strict=True):
        (folder / name).write_bytes(text)
    labels = ["-L", "yours", "-L", "base", "-L", "pack"]
    done = subprocess.run(
        ["git", "merge-file", "-p", *labels, "yours", "base", "pack"],
        cwd=folder,
        capture_output=True,
        check=False,
    )
    assert done.stderr == b""
    return done.returncode, done.stdout


def test_it_agrees_with_git_on_random_triples() -> None:
    """The same text, the same conflicts, the same markers: 10,000 times."""

    def compare(worker: int) -> tuple[int, list[Triple]]:
        clean, bad = 0, []
        with tempfile.TemporaryDirectory() as folder:
            for seed in range(worker, TRIPLES, WORKERS):
                texts = triple(random.Random(seed))
                conflicts, text = merged_by_git(Path(folder), texts)
                ours = merge(*texts)
                clean += not conflicts
                if (min(ours.conflicts, 127), ours.text) != (conflicts, text):
                    bad.append(texts)
        return clean, bad

    with ThreadPoolExecutor(WORKERS) as pool:
        results = list(pool.map(compare, range(WORKERS)))
    clean = sum(result[0] for result in results)
    assert [texts for result in results for texts in result[1]] == []
    assert TRIPLES // 5 < clean < TRIPLES * 4 // 5, "the triples are one-sided"


def test_what_only_one_side_changed_is_taken() -> None:
    """Edits that do not touch are both in the result."""
    merged = merge(b"a\nb\nc\nd\n", b"A\nb\nc\nd\n", b"a\nb\nc\nD\n")
    assert (merged.text, merged.conflicts) == (b"A\nb\nc\nD\n", 0)


def test_a_conflict_holds_both_sides() -> None:
    """Neither is lost, and what is around is merged."""
    merged = merge(b"a\nb\nc\nd\ne\nf\n", b"A\nb\nc\nd\ne\nf\n", b"1\nb\nc\nd\ne\nF\n")
    assert merged.conflicts == 1
    assert merged.text == (b"<<<<<<< yours\nA\n=======\n1\n>>>>>>> pack\nb\nc\nd\ne\nF\n")
    assert has_markers(merged.text)
    assert not has_markers(b"a line of <<<<<<< no meaning\n=======\n")


@pytest.mark.parametrize("there", [b"\n", b"\r\n"])
@pytest.mark.parametrize("here", [b"\n", b"\r\n"])
def test_line_ends_stay_yours(here, there) -> None:
    """A checkout with other line ends is no edit of every line."""
    base, pack = (text.replace(b"\n", there) for text in (b"a\nb\nc\nd\n", b"a\nb\nc\nD\n"))
    yours = b"A\nb\nc\nd\n".replace(b"\n", here)
    merged = merge_keeping_ends(base, yours, pack)
    assert (merged.text, merged.conflicts) == (b"A\nb\nc\nD\n".replace(b"\n", here), 0)


def test_mixed_line_ends_are_left_alone() -> None:
    """Where no text has one kind of line end, each line keeps its own."""
    merged = merge_keeping_ends(b"a\r\nb\nc\nd\n", b"a\r\nb\nc\nd\r\n", b"A\r\nb\nc\nd\n")
    assert (merged.text, merged.conflicts) == (b"A\r\nb\nc\nd\r\n", 0)


def test_what_is_no_text_is_known() -> None:
    """A NUL, or bytes that are not UTF-8: such a file is never merged."""
    assert is_binary(b"GIF\0")
    assert is_binary(b"\xff\xfe")
    assert not is_binary("naïve\n".encode())


def test_large_unlike_texts_come_to_an_end() -> None:
    """The search for the shortest script is given up in time."""
    rng = random.Random(0)
    texts = [b"".join(b"%d\n" % rng.randrange(9) for _ in range(4000)) for _ in range(3)]
    merged = merge(texts[0], texts[1], texts[2])
    assert merged.conflicts
    assert len(merged.text.splitlines()) >= 4000
