"""One agent, skill or pack that is installed."""

from __future__ import annotations

from typing import Any

from agentpack.install import Installed
from agentpack.report.changes import below_claude
from agentpack.report.facts import show as shown
from agentpack.report.status import heading, told
from agentpack.report.terminal import Style, table


def to_json(
    kind: str, name: str, pack: str, installed: Installed, states: dict[str, str]
) -> dict[str, Any]:
    """The documented shape of `show --format json`."""
    version = {**installed.agents, **installed.skills}.get(name, installed.version)
    return {
        "kind": kind,
        "name": name,
        "version": installed.version if kind == "pack" else version,
        "pack": pack,
        "source": told(installed.source),
        "files": [{"path": below_claude(path), "state": state} for path, state in states.items()],
        "facts": {
            fact: {"value": one.value, "source": one.source}
            for fact, one in installed.facts.items()
        },
    }


def to_text(
    kind: str, name: str, pack: str, installed: Installed, states: dict[str, str], style: Style
) -> str:
    """What it is, where it came from, how its files stand, and what it was rendered with."""
    version = {**installed.agents, **installed.skills}.get(name, "")
    parts = [heading(pack, installed, style)]
    if kind != "pack":
        parts = [f"{kind} {style.paint('bold', f'{name} {version}')} of {parts[0]}"]
    parts.append(table([(state, path) for path, state in states.items()], style, ("dim",)))
    known = [
        (fact, shown(one.value), one.source)
        for fact, one in installed.facts.items()
        if one.value is not None
    ]
    if known:
        parts.append("Rendered with:\n" + table(known, style, ("", "", "dim")))
    return "\n\n".join(parts)
