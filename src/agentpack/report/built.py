"""What was built, and what the target has no place for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from agentpack.render import Rendered
from agentpack.report.terminal import Style, count, table


def to_json(
    out: Path, files: Sequence[Rendered], told: Sequence[tuple[str, str]], lost: Sequence[str]
) -> dict[str, Any]:
    """The documented shape of `build` and `new`."""
    return {
        "out": str(out),
        "files": [file.path for file in files],
        "changes": [
            {"path": path, "action": "write", "why": "new" if state == "missing" else "it differs"}
            for path, state in told
        ],
        "lost": list(lost),
    }


def to_text(
    out: Path,
    files: Sequence[Rendered],
    told: Sequence[tuple[str, str]],
    lost: Sequence[str],
    style: Style,
    *,
    check: bool,
) -> str:
    """A line for each file that was, or would be, written; then what was lost."""
    parts = []
    if told:
        rows = [(state if check else "write", f"{out}/{path}") for path, state in told]
        parts.append(table(rows, style, ("yellow" if check else "green",)))
    if lost:
        parts.append("Lost, for want of a place:\n" + table([(line,) for line in lost], style))
    number = count(len(files), "file")
    if check:
        same = f"{out} is what is built: {number}."
        parts.append(same if not told else f"{count(len(told), 'file')} of {len(files)} differ.")
    else:
        parts.append(f"{count(len(told), 'file')} written, {len(files) - len(told)} as they were.")
    return "\n\n".join(parts)
