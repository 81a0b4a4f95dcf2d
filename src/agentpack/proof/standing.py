"""How the claims of a pack stand: what they were proven on, what ran now, and whether they hold."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterable, Sequence
from posixpath import dirname, join, normpath

from agentpack.proof.values import Claim, Page, Result, Standing, State

_ASK = """\
import json, sys
from importlib import metadata
def version(name):
    try:
        return metadata.version(name.partition("[")[0])
    except metadata.PackageNotFoundError:
        return None
print(json.dumps({name: version(name) for name in json.load(sys.stdin)}))
"""


def standings(
    pages: Sequence[Page], results: Iterable[Result], python: str, *, whole: bool
) -> tuple[Standing, ...]:
    """Hold every claim against the blocks that show it.

    Args:
        pages: the pages that were proven.
        results: what came of their blocks.
        python: the interpreter whose packages the blocks had.
        whole: whether these are all of the pack's pages.
    """
    told = [(page, claim) for page in pages for claim in page.claims]
    if not told:
        return ()
    there = installed({name for _, claim in told for name, _ in claim.versions}, python)
    by_place = {(one.path, one.line): one for one in results}
    found = []
    for page, claim in told:
        shown_in, lines = _where(page, claim, pages)
        shown = [by_place[shown_in.path, shown_in.written(line)] for line in lines]
        now = tuple((name, there[name]) for name, _ in claim.versions)
        state, reason = _state(shown, now)
        if claim.by is not None and not shown:
            state = "false" if whole else "not run"
            reason = f"there is no block at {claim.by}" if whole else f"{claim.by} was not selected"
        found.append(
            Standing(
                page.path,
                page.written(claim.line),
                claim.words,
                claim.versions,
                now,
                claim.date,
                state,
                reason,
            )
        )
    return tuple(found)


def installed(names: Iterable[str], python: str) -> dict[str, str | None]:
    """The versions of distributions in an interpreter's environment; None for one that is not."""
    done = subprocess.run(
        [python, "-c", _ASK],
        input=json.dumps(sorted(names)),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    found: dict[str, str | None] = json.loads(done.stdout)
    return found


def _state(shown: Sequence[Result], now: tuple[tuple[str, str | None], ...]) -> tuple[State, str]:
    for one in shown:
        if one.verdict in {"broken", "fragment"}:
            return "false", f"{one.path}:{one.fault or one.line}: {one.reason}"
    absent = [name for name, version in now if version is None]
    if absent:
        return "not run", f"{', '.join(absent)} is not installed"
    for one in shown:
        if one.verdict == "needs-part":
            return "not run", f"{one.path}:{one.line} needs {one.reason}"
    ran = any(one.verdict in {"runs", "bad-as-told"} for one in shown)
    return ("true", "") if ran else ("not run", "no block that shows it is run")


def _where(page: Page, claim: Claim, pages: Sequence[Page]) -> tuple[Page, tuple[int, ...]]:
    """The page with the blocks that show a claim, and their lines."""
    if claim.by is None:
        return page, claim.blocks
    path, _, anchor = claim.by.partition("#")
    target = normpath(join(dirname(page.target), path)) if path else page.target
    other = next((one for one in pages if one.target == target), page)
    for place, (line, level, words) in enumerate(other.headings):
        if other.target == target and _anchor(words) == anchor:
            later = [n for n, depth, _ in other.headings[place + 1 :] if depth <= level]
            end = min(later, default=10**9)
            return other, tuple(one.line for one in other.blocks if line < one.line < end)
    return page, ()


def _anchor(words: str) -> str:
    return re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-")
