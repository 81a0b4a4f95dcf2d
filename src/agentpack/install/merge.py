"""Three-way merge of texts by lines, as `git merge-file` does it.

Changes of the two sides that touch or overlap are one conflict, unless they are the same. What
both sides of a conflict have in common is taken out of it, and conflicts at most three lines
apart, or with nothing but punctuation between them, become one.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from agentpack.install.lines import Hunk, diff, split

_CLOSE = 3
_ALNUM = re.compile(rb"[A-Za-z0-9]")
MARKERS = (b"<<<<<<< ", b">>>>>>> ")


@dataclass(frozen=True, slots=True)
class Merged:
    """A merged text; each of its conflicts stands in it, between markers."""

    text: bytes
    conflicts: int


@dataclass(frozen=True, slots=True)
class _Region:
    """What became of a changed part of base on each side, and whose change it is."""

    yours: tuple[int, int]
    theirs: tuple[int, int]
    who: Literal["yours", "theirs", "conflict"]


def is_binary(text: bytes) -> bool:
    """Whether `text` is not for merging: it has a NUL, or is not UTF-8."""
    if b"\0" in text:
        return True
    try:
        text.decode()
    except UnicodeDecodeError:
        return True
    return False


def has_markers(text: bytes) -> bool:
    """Whether a conflict still stands in `text`."""
    return any(line.startswith(MARKERS) for line in split(text))


def merge(
    base: bytes, yours: bytes, theirs: bytes, labels: tuple[str, str] = ("yours", "pack")
) -> Merged:
    """Apply to `yours` what changed from `base` to `theirs`, or the other way round."""
    if yours in (base, theirs):
        return Merged(theirs, 0)
    if theirs == base:
        return Merged(yours, 0)
    return _Merge(split(base), split(yours), split(theirs)).merged(labels)


def merge_keeping_ends(
    base: bytes, yours: bytes, theirs: bytes, labels: tuple[str, str] = ("yours", "pack")
) -> Merged:
    """Merge; where one whole text has CRLF and another LF, that alone is no change.

    The result has the line ends of `yours`: version control may have set them at checkout.
    """
    ends, others = _ends(yours), {_ends(base), _ends(theirs)}
    if ends is None or None in others or others == {ends}:
        return merge(base, yours, theirs, labels)
    plain = [_with_ends(text, b"\n") for text in (base, yours, theirs)]
    merged = merge(plain[0], plain[1], plain[2], labels)
    return Merged(_with_ends(merged.text, ends), merged.conflicts)


def _ends(text: bytes) -> bytes | None:
    """How the lines of `text` end, if all end alike."""
    all_, crlf = text.count(b"\n"), text.count(b"\r\n")
    return b"\n" if all_ and not crlf else b"\r\n" if all_ and all_ == crlf else None


def _with_ends(text: bytes, ends: bytes) -> bytes:
    return text.replace(b"\r\n", b"\n").replace(b"\n", ends)


@dataclass(frozen=True, slots=True)
class _Merge:
    base: Sequence[bytes]
    yours: Sequence[bytes]
    theirs: Sequence[bytes]

    def merged(self, labels: tuple[str, str]) -> Merged:
        parts: list[bytes] = []
        at = conflicts = 0
        for region in self._joined():
            start, end = region.yours
            parts += self.yours[at:start]
            at = end
            if region.who == "conflict":
                conflicts += 1
                parts += self._marked(region, labels)
            else:
                side = self.yours if region.who == "yours" else self.theirs
                parts += side[slice(*(region.yours if region.who == "yours" else region.theirs))]
        return Merged(b"".join(parts) + b"".join(self.yours[at:]), conflicts)

    def _regions(self) -> Iterator[_Region]:
        """Every changed part of base; changes that touch are taken together."""
        left, right = _Side(diff(self.base, self.yours)), _Side(diff(self.base, self.theirs))
        while left.next or right.next:
            start = min(hunk.start for hunk in (left.next, right.next) if hunk)
            end = start
            while (side := left if left.begins_by(end) else right).begins_by(end):
                end = max(end, side.take())
            hunks = len(left.taken), len(right.taken)
            mine, other = left.finish(start, end), right.finish(start, end)
            if not hunks[1]:
                yield _Region(mine, other, "yours")
            elif not hunks[0]:
                yield _Region(mine, other, "theirs")
            elif self.yours[slice(*mine)] != self.theirs[slice(*other)]:
                yield _Region(mine, other, "conflict")
            elif hunks != (1, 1):
                # The same text in the end, but by other steps: conflicts around it stay apart.
                yield _Region(mine, other, "yours")

    def _refined(self) -> Iterator[_Region]:
        """Conflicts without what both sides have in common."""
        for region in self._regions():
            (start, end), (first, last) = region.yours, region.theirs
            if region.who != "conflict" or start == end or first == last:
                yield region
                continue
            for hunk in diff(self.yours[start:end], self.theirs[first:last]):
                yield _Region(
                    (start + hunk.start, start + hunk.end),
                    (first + hunk.new_start, first + hunk.new_end),
                    "conflict",
                )

    def _joined(self) -> Iterator[_Region]:
        """Conflicts that stand close together are one."""
        last: _Region | None = None
        for region in self._refined():
            if last and last.who == region.who == "conflict" and self._close(last, region):
                last = _Region(
                    (last.yours[0], region.yours[1]), (last.theirs[0], region.theirs[1]), "conflict"
                )
                continue
            if last:
                yield last
            last = region
        if last:
            yield last

    def _close(self, one: _Region, other: _Region) -> bool:
        between = self.yours[one.yours[1] : other.yours[0]]
        return len(between) <= _CLOSE or not any(map(_ALNUM.search, between))

    def _marked(self, region: _Region, labels: tuple[str, str]) -> Iterator[bytes]:
        """Both sides of a conflict between markers, which end as the lines before them do."""
        eol = b"\r\n" if self._crlf(region) else b"\n"
        first, last = (label.encode() for label in labels)
        yield MARKERS[0] + first + eol
        yield from _ended(self.yours[slice(*region.yours)], eol)
        yield b"=======" + eol
        yield from _ended(self.theirs[slice(*region.theirs)], eol)
        yield MARKERS[1] + last + eol

    def _crlf(self, region: _Region) -> bool:
        crlf = None
        for lines, at in (
            (self.yours, region.yours[0]),
            (self.theirs, region.theirs[0]),
            (self.base, 0),
        ):
            crlf = _ends_in_crlf(lines, max(at - 1, 0))
            if crlf is False:
                break
        return crlf is True


class _Side:
    """The hunks of one side, taken from the front."""

    def __init__(self, hunks: list[Hunk]) -> None:
        self._waiting = deque(hunks)
        self._shift = 0
        self.taken: list[Hunk] = []

    @property
    def next(self) -> Hunk | None:
        return self._waiting[0] if self._waiting else None

    def begins_by(self, line: int) -> bool:
        return bool(self._waiting) and self._waiting[0].start <= line

    def take(self) -> int:
        """Take the next hunk; the line of base where it ends."""
        self.taken.append(self._waiting.popleft())
        return self.taken[-1].end

    def finish(self, start: int, end: int) -> tuple[int, int]:
        """Where on this side the lines `start` to `end` of base went; nothing is taken then."""
        before = start + self._shift
        if self.taken:
            self._shift = self.taken[-1].new_end - self.taken[-1].end
        self.taken = []
        return before, end + self._shift


def _ends_in_crlf(lines: Sequence[bytes], at: int) -> bool | None:
    if at < len(lines) and not lines[at].endswith(b"\n"):
        at -= 1
    return lines[at].endswith(b"\r\n") if 0 <= at < len(lines) else None


def _ended(lines: Sequence[bytes], eol: bytes) -> Iterator[bytes]:
    """`lines`, the last one with an end."""
    yield from lines
    if lines and not lines[-1].endswith(b"\n"):
        yield eol
