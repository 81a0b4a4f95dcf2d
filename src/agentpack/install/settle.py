"""Where a run of changed lines stands, when it may stand in several places."""

from __future__ import annotations

from collections.abc import Sequence


def settle(lines: Sequence[bytes], changed: list[bool], others: list[bool]) -> None:
    """Move each run of changed lines down as far as it goes, or to a run of the other side.

    `a b a` that became `a b a b a` got `b a` or `a b`: the lower is taken.

    Args:
        lines: one of two texts.
        changed: which of its lines have no partner in the other text; it is changed in place.
        others: the same of the other text.
    """
    run, partner = _Run(changed), _Run(others)
    while True:
        if run.start != run.end:
            _slide(lines, run, partner)
        if run.end >= len(lines):
            break
        run.to_next()
        partner.to_next()
    changed[:] = run.flags[:-1]


class _Run:
    """A run of flagged lines, maybe empty, before a line that is not flagged, or the end."""

    def __init__(self, flags: list[bool]) -> None:
        self.flags = [*flags, False]
        self.start = self.end = 0
        self._grow()

    def __len__(self) -> int:
        return self.end - self.start

    def to_next(self) -> None:
        self.start = self.end = self.end + 1
        self._grow()

    def to_previous(self) -> None:
        self.start = self.end = self.start - 1
        self._join()

    def up(self) -> None:
        """Move by one line, and become one with a run that is met."""
        self.start, self.end = self.start - 1, self.end - 1
        self.flags[self.start], self.flags[self.end] = True, False
        self._join()

    def down(self) -> None:
        self.flags[self.start], self.flags[self.end] = False, True
        self.start, self.end = self.start + 1, self.end + 1
        self._grow()

    def _grow(self) -> None:
        while self.flags[self.end]:
            self.end += 1

    def _join(self) -> None:
        while self.start > 0 and self.flags[self.start - 1]:
            self.start -= 1


def _slide(lines: Sequence[bytes], run: _Run, partner: _Run) -> None:
    size, highest, paired = -1, run.end, False
    while size != len(run):
        size = len(run)
        while run.start > 0 and lines[run.start - 1] == lines[run.end - 1]:
            run.up()
            partner.to_previous()
        highest, paired = run.end, bool(len(partner))
        while run.end < len(lines) and lines[run.start] == lines[run.end]:
            run.down()
            partner.to_next()
            paired = paired or bool(len(partner))
    if run.end != highest and paired:
        while not len(partner):
            run.up()
            partner.to_previous()
