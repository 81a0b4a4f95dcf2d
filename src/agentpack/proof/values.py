"""What is proven of a pack's pages: blocks with verdicts, and claims with versions."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Verdict = Literal["runs", "needs-part", "fragment", "broken", "bad-as-told", "illustration"]
VERDICTS: tuple[Verdict, ...] = (
    "runs",
    "bad-as-told",
    "illustration",
    "needs-part",
    "fragment",
    "broken",
)


State = Literal["true", "false", "not run"]


@dataclass(frozen=True, slots=True)
class Mark:
    """A comment that stands directly above a block and says what the block is for."""

    kind: Literal["bad", "shown"]
    words: str
    """What goes wrong, or why the block is not run."""
    raises: str | None = None
    """Of a bad block: the exception that it ends with, or `exit N` of a shell."""


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block of a page."""

    language: str
    """As written, in lower case; empty where the fence names none."""
    file: str | None
    """The file that it says it is, such as `app/main.py`."""
    source: str
    line: int
    """Of its fence, in the page as the reader has it, counted from 1."""
    mark: Mark | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """A paragraph, list item or heading that says on which versions it was proven."""

    line: int
    words: str
    versions: tuple[tuple[str, str | None], ...]
    """Distributions, each with the version that is told; None where none is yet."""
    date: str | None
    blocks: tuple[int, ...]
    """The lines of the blocks that show it."""
    by: str | None = None
    """The page and heading that show it instead, as `references/x.md#heading`."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a pack as its reader has it, with the way back to what its author wrote."""

    path: str
    """Where the author finds it, for what is said of it."""
    target: str
    """Below `.claude`, such as `skills/x/SKILL.md`."""
    source: Path
    blocks: tuple[Block, ...]
    claims: tuple[Claim, ...]
    headings: tuple[tuple[int, int, str], ...] = ()
    """The line, level and words of each heading."""
    faults: tuple[tuple[int, str], ...] = ()
    """Marks that cannot be understood, each with its line."""
    lines: tuple[int, ...] | None = field(default=None, repr=False)
    """Of each line, the template's; None where the page is no template."""

    def written(self, line: int) -> int:
        """The line that the author wrote for one that the reader has."""
        if self.lines is None or not 0 < line <= len(self.lines):
            return line
        return self.lines[line - 1]


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a block; `line` is where it begins, `fault` where it failed."""

    path: str
    line: int
    language: str
    verdict: Verdict
    reason: str
    fault: int | None = None
    never_ran: tuple[int, ...] = ()
    """Lines of it that nothing in the page ever runs; told only of a strict proof."""
    hidden: tuple[int, ...] = ()
    """Lines where an exception was raised and caught on the way to this failure."""
    told: bool = True
    """Whether it is what the page says it is. Only a strict proof tells other than a broken one."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a claim stands today."""

    path: str
    line: int
    words: str
    proven: tuple[tuple[str, str | None], ...]
    now: tuple[tuple[str, str | None], ...]
    """The versions that were there; None for what is not installed."""
    date: str | None
    state: State
    reason: str

    @property
    def outdated(self) -> bool:
        """Whether it was last proven on other versions than are installed."""
        return self.proven != self.now


@dataclass(frozen=True, slots=True)
class Proof:
    """All that was found of a pack, and how its code was held while it ran."""

    pack: str
    results: tuple[Result, ...]
    claims: tuple[Standing, ...]
    confinement: tuple[str, ...]
    python: str
    trusted: bool = False
    """Whether nothing was taken away from the code, because that was asked for."""

    def summary(self) -> dict[str, dict[Verdict, int]]:
        """How many blocks of each language came to which verdict."""
        counted: dict[str, dict[Verdict, int]] = {}
        for result in sorted(self.results, key=lambda one: one.language):
            of_language = counted.setdefault(result.language or "none", {})
            of_language[result.verdict] = of_language.get(result.verdict, 0) + 1
        return counted

    @property
    def sound(self) -> bool:
        """Whether nothing is broken and no claim is false."""
        broken = any(one.verdict == "broken" or not one.told for one in self.results)
        return not broken and all(claim.state != "false" for claim in self.claims)
