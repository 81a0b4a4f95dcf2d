"""What an install, an update or an uninstall does, or would do."""

from __future__ import annotations

from typing import Any

from agentpack.install import Change, Proposal
from agentpack.report.terminal import Style, count, table

_COLOURS = {
    "write": "green",
    "merge": "green",
    "delete": "yellow",
    "keep": "dim",
    "conflict": "red",
}
_DONE = {
    "write": "written",
    "merge": "merged",
    "delete": "deleted",
    "keep": "kept",
    "conflict": "in conflict",
}


def to_json(proposal: Proposal) -> dict[str, Any]:
    """The documented shape of every command that plans or changes files."""
    return {
        "changes": [
            {"path": below_claude(c.path), "action": c.action, "why": c.why}
            for c in proposal.changes
        ]
    }


def below_claude(path: str) -> str:
    """A path as the JSON tells it: what is in `.claude` from there, all else from the root."""
    return path.removeprefix(".claude/")


def to_text(proposal: Proposal, style: Style, *, dry_run: bool) -> str:
    """A line for each change, one that sums them up, and what is to do then."""
    if not proposal.changes:
        return "Nothing to do: all is as the pack has it."
    rows = table([_row(change, style) for change in proposal.changes], style)
    return f"{rows}\n\n{_sum(proposal, dry_run=dry_run)}{_next(proposal)}"


def _row(change: Change, style: Style) -> tuple[str, str, str]:
    # The action's width is kept, so that its colour does not shift the columns.
    action = style.paint(_COLOURS[change.action], change.action.ljust(8))
    return action, change.path, style.paint("dim", change.why)


def _sum(proposal: Proposal, *, dry_run: bool) -> str:
    if proposal.refused:
        return "Nothing was written: move or rename the files in the way, or install other agents."
    actions = [change.action for change in proposal.changes]
    done = [
        f"{count(actions.count(action), 'file')} {word}"
        for action, word in _DONE.items()
        if action in actions
    ]
    return ("Would be: " if dry_run else "") + ", ".join(done) + "." + _versions(proposal)


def _versions(proposal: Proposal) -> str:
    """The packs whose version changes."""
    if proposal.before is None or proposal.after is None:
        return ""
    known = proposal.before.packs
    return "".join(
        f"\n{name} {known[name].version} -> {pack.version}"
        for name, pack in proposal.after.packs.items()
        if name in known and known[name].version != pack.version
    )


def _next(proposal: Proposal) -> str:
    if proposal.refused or not proposal.conflicts:
        return ""
    example = proposal.conflicts[0].path
    return f"\nPut what you want into each file in conflict, then: agentpack resolve {example}"
