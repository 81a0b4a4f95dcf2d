"""How an installed pack stands."""

from __future__ import annotations

from collections import Counter
from typing import Any

from agentpack.install import Status
from agentpack.pack import Origin
from agentpack.report.changes import below_claude
from agentpack.report.facts import show
from agentpack.report.terminal import Style, count, table


def to_json(status: Status | None) -> dict[str, Any]:
    """The documented shape of `status --format json`; `installed` is null where nothing is."""
    if status is None:
        return {"installed": None, "clean": False}
    name, lock = next(iter(status.lock.packs.items()))
    return {
        "installed": {
            "pack": name,
            "version": lock.version,
            "source": told(lock.source),
            "agents": dict(lock.agents),
            "skills": dict(lock.skills),
        },
        "clean": status.clean,
        "files": [{"path": below_claude(file.path), "state": file.state} for file in status.files],
        "facts": [
            {"fact": f.name, "installed": f.installed, "now": f.now, "source": f.source}
            for f in status.facts
        ],
        "outdated": [below_claude(path) for path in status.outdated],
    }


def to_text(status: Status | None, style: Style) -> str:
    """What is installed, and all that is not as it was."""
    if status is None:
        return "Nothing is installed here. Run: agentpack install"
    name, lock = next(iter(status.lock.packs.items()))
    rows = [("agent", agent, version) for agent, version in lock.agents.items()]
    rows += [("skill", skill, version) for skill, version in lock.skills.items()]
    states = Counter(file.state for file in status.files)
    parts = [
        style.paint("bold", f"{name} {lock.version}") + f" from {told(lock.source)}",
        table(rows, style, ("dim", "", "dim")),
    ]
    changed = [(file.state, file.path) for file in status.files if file.state != "clean"]
    if changed:
        parts.append("Changed since agentpack wrote them:\n" + table(changed, style, ("yellow",)))
    if status.facts:
        drift = [
            (
                fact.name,
                f"installed with {show(fact.installed)}",
                f"now {show(fact.now)}",
                fact.source,
            )
            for fact in status.facts
        ]
        parts.append("Facts that changed:\n" + table(drift, style, ("yellow", "", "", "dim")))
    if status.outdated:
        files = table([(path,) for path in status.outdated], style)
        parts.append(f"An install would bring these up to date:\n{files}")
    parts.append(
        style.paint("green", f"All {count(len(status.files), 'file')} as installed and up to date.")
        if status.clean
        else f"{count(states['clean'], 'file')} of {len(status.files)} as installed."
    )
    return "\n\n".join(parts)


def told(source: Origin) -> str:
    """Where a pack came from, in a word."""
    place = source.location or source.kind
    return f"{place}@{source.ref}" if source.ref else place
