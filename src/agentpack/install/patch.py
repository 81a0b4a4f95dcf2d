"""The difference of two files as a patch that `git apply` takes."""

from __future__ import annotations

import base64
import hashlib
import zlib
from collections.abc import Iterator, Sequence

from agentpack.install.lines import Hunk, diff, split
from agentpack.install.merge import is_binary
from agentpack.install.offer import File

_CONTEXT = 3
_BINARY_LINE = 52


def patch(path: str, old: File | None, new: File | None) -> bytes:
    """The patch from `old` to `new`; `None` is a file that is not there. Empty if they agree."""
    if old == new:
        return b""
    return b"".join(_patch(path, old, new))


def counts(old: File | None, new: File | None) -> tuple[int, int]:
    """How many lines were added and how many removed; none of what is no text."""
    before, after = (file.data if file else b"" for file in (old, new))
    if is_binary(before) or is_binary(after):
        return 0, 0
    hunks = diff(split(before), split(after))
    return sum(h.new_end - h.new_start for h in hunks), sum(h.end - h.start for h in hunks)


def _patch(path: str, old: File | None, new: File | None) -> Iterator[bytes]:
    a, b = _quoted(f"a/{path}"), _quoted(f"b/{path}")
    yield b"diff --git %b %b\n" % (a, b)
    if old is None and new is not None:
        yield b"new file mode %b\n" % _mode(new)
    elif new is None and old is not None:
        yield b"deleted file mode %b\n" % _mode(old)
    elif old and new and old.executable != new.executable:
        yield b"old mode %b\nnew mode %b\n" % (_mode(old), _mode(new))
    before, after = (file.data if file else b"" for file in (old, new))
    if before == after:
        return
    if is_binary(before) or is_binary(after):
        yield b"index %b..%b\n" % (_blob(old), _blob(new))
        yield b"GIT binary patch\n" + _literal(after) + _literal(before)
        return
    yield b"--- %b\n+++ %b\n" % (a if old else b"/dev/null", b if new else b"/dev/null")
    lines, others = split(before), split(after)
    for group in _groups(diff(lines, others)):
        yield from _hunk(lines, others, group)


def _blob(file: File | None) -> bytes:
    """Git's name for a file's bytes; it takes no patch of what is no text without it."""
    if file is None:
        return b"0" * 40
    head = b"blob %d\0" % len(file.data)
    return hashlib.sha1(head + file.data, usedforsecurity=False).hexdigest().encode()


def _mode(file: File) -> bytes:
    return b"100755" if file.executable else b"100644"


def _quoted(path: str) -> bytes:
    if all(sign >= " " and sign not in '"\\' for sign in path):
        return path.encode()
    signs = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}
    inside = (signs.get(s, s if s >= " " else f"\\{ord(s):03o}") for s in path)
    return b'"%b"' % "".join(inside).encode()


def _groups(hunks: Sequence[Hunk]) -> Iterator[list[Hunk]]:
    """Hunks whose surroundings touch belong together."""
    group: list[Hunk] = []
    for hunk in hunks:
        if group and hunk.start - group[-1].end > 2 * _CONTEXT:
            yield group
            group = []
        group.append(hunk)
    if group:
        yield group


def _hunk(old: Sequence[bytes], new: Sequence[bytes], group: list[Hunk]) -> Iterator[bytes]:
    lead = min(_CONTEXT, group[0].start)
    trail = min(_CONTEXT, len(old) - group[-1].end)
    start, end = group[0].start - lead, group[-1].end + trail
    new_start, new_end = group[0].new_start - lead, group[-1].new_end + trail
    yield b"@@ -%b +%b @@\n" % (_range(start, end), _range(new_start, new_end))
    at = start
    for hunk in group:
        yield from _lines(b" ", old[at : hunk.start])
        yield from _lines(b"-", old[hunk.start : hunk.end])
        yield from _lines(b"+", new[hunk.new_start : hunk.new_end])
        at = hunk.end
    yield from _lines(b" ", old[at:end])


def _range(start: int, end: int) -> bytes:
    size = end - start
    first = start + 1 if size else start
    return b"%d" % first if size == 1 else b"%d,%d" % (first, size)


def _lines(sign: bytes, lines: Sequence[bytes]) -> Iterator[bytes]:
    for line in lines:
        yield sign + line
        if not line.endswith(b"\n"):
            yield b"\n\\ No newline at end of file\n"


def _literal(data: bytes) -> bytes:
    """Bytes as git writes them into patches: deflated, in base 85, 52 to a line."""
    packed = zlib.compress(data)
    parts = [b"literal %d\n" % len(data)]
    for at in range(0, len(packed), _BINARY_LINE):
        piece = packed[at : at + _BINARY_LINE]
        size = len(piece)
        letter = chr(ord("A") + size - 1) if size <= 26 else chr(ord("a") + size - 27)  # noqa: PLR2004 - letters
        parts.append(letter.encode() + base64.b85encode(piece, pad=True) + b"\n")
    return b"".join(parts) + b"\n"
