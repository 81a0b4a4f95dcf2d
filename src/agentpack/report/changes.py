"""What an install or an uninstall does, or would do."""

from __future__ import annotations

from typing import Any

from agentpack.install import Change, Plan
from agentpack.report.terminal import Style, count, table

_COLOURS = {"write": "green", "delete": "yellow", "keep": "dim", "conflict": "red"}


def to_json(plan: Plan) -> dict[str, Any]:
    """The documented shape of every command that plans or changes files."""
    return {
        "changes": [
            {"path": below_claude(c.path), "action": c.action, "why": c.why} for c in plan.changes
        ]
    }


def below_claude(path: str) -> str:
    """A path as the JSON tells it: what is in `.claude` from there, all else from the root."""
    return path.removeprefix(".claude/")


def to_text(plan: Plan, style: Style, *, dry_run: bool) -> str:
    """A line for each change and one that sums them up."""
    if not plan.changes:
        return "Nothing to do: all is as the pack has it."
    rows = table([_row(change, style) for change in plan.changes], style)
    return f"{rows}\n\n{_sum(plan, dry_run=dry_run)}"


def _row(change: Change, style: Style) -> tuple[str, str, str]:
    # The action's width is kept, so that its colour does not shift the columns.
    action = style.paint(_COLOURS[change.action], change.action.ljust(8))
    return action, change.path, style.paint("dim", change.why)


def _sum(plan: Plan, *, dry_run: bool) -> str:
    if plan.refused:
        return "Nothing was written: move or rename the files in the way, or install other agents."
    actions = [change.action for change in plan.changes]
    done = [
        f"{count(actions.count(action), 'file')} {word}"
        for action, word in (
            ("write", "written"),
            ("delete", "deleted"),
            ("keep", "kept"),
            ("conflict", "in conflict"),
        )
        if action in actions
    ]
    return ("Would be: " if dry_run else "") + ", ".join(done) + "."
