"""What differs, line by line, in sum, or as a patch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from agentpack.install import Difference
from agentpack.report.changes import below_claude
from agentpack.report.terminal import Style, count, table

_COLOURS = {"+": "green", "-": "red", "@": "cyan"}


def to_json(differences: Sequence[Difference]) -> dict[str, Any]:
    """The documented shape of `diff --format json`."""
    return {
        "changes": [
            {"path": below_claude(one.path), "action": "keep", "why": one.why}
            for one in differences
        ],
        "files": [
            {
                "path": below_claude(one.path),
                "added": one.counts[0],
                "removed": one.counts[1],
                "patch": one.patch.decode(),
            }
            for one in differences
        ],
    }


def to_patch(differences: Sequence[Difference]) -> str:
    """What `git apply` takes, and nothing else."""
    return b"".join(one.patch for one in differences).decode()


def to_text(differences: Sequence[Difference], style: Style) -> str:
    """Every line that differs, coloured on a terminal."""
    return "\n".join(_painted(line, style) for line in to_patch(differences).split("\n")[:-1])


def to_stat(differences: Sequence[Difference], style: Style) -> str:
    """How many lines of each file differ."""
    rows = [
        (
            one.path,
            style.paint("green", f"+{one.counts[0]}"),
            style.paint("red", f"-{one.counts[1]}"),
            style.paint("dim", one.why),
        )
        for one in differences
    ]
    added, removed = (sum(one.counts[side] for one in differences) for side in (0, 1))
    told = f"{count(len(rows), 'file')}, {count(added, 'line')} added, {removed} removed."
    return f"{table(rows, style)}\n\n{told}" if rows else "Nothing differs."


def _painted(line: str, style: Style) -> str:
    if line.startswith(("diff --git", "--- ", "+++ ")):
        return style.paint("bold", line)
    return style.paint(_COLOURS[line[0]], line) if line[:1] in _COLOURS else line
