"""How installed packs stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from agentpack.install import Installed, Lock, Status
from agentpack.pack import Origin
from agentpack.report.changes import below_claude
from agentpack.report.facts import show
from agentpack.report.terminal import Style, count, table

NOTHING = "Nothing is installed here. Run: agentpack install"


def to_json(status: Status | None) -> dict[str, Any]:
    """The documented shape of `status --format json`; without packs, nothing is installed."""
    if status is None:
        return {"packs": [], "clean": False}
    return {
        "packs": packs_to_json(status.lock),
        "clean": status.clean,
        "files": [
            {"path": below_claude(file.path), "pack": file.pack, "state": file.state}
            for file in status.files
        ],
        "facts": [
            {
                "fact": fact.name,
                "pack": fact.pack,
                "installed": fact.installed,
                "told": fact.told or None,
                "now": fact.now,
                "source": fact.source,
            }
            for fact in status.facts
        ],
        "outdated": [below_claude(path) for path in status.outdated],
        "releases": [
            {"pack": one.pack, "installed": one.installed, "newest": one.newest}
            for one in status.releases
        ],
        "rogue": [below_claude(path) for path in status.rogue],
    }


def packs_to_json(lock: Lock) -> list[dict[str, Any]]:
    """What is installed, pack by pack."""
    return [
        {
            "pack": name,
            "version": pack.version,
            "source": told(pack.source),
            "target": pack.target,
            "agents": dict(pack.agents),
            "skills": dict(pack.skills),
        }
        for name, pack in lock.packs.items()
    ]


def to_text(status: Status | None, style: Style) -> str:
    """What is installed, and all that is not as it was."""
    if status is None:
        return NOTHING
    parts = list(_packs(status.lock, style))
    changed = [(f.state, f.path) for f in status.files if f.state not in {"clean", "accepted"}]
    accepted = [(f.path,) for f in status.files if f.state == "accepted"]
    if changed:
        parts.append("Changed since agentpack wrote them:\n" + table(changed, style, ("yellow",)))
    if accepted:
        parts.append("Edits that are accepted:\n" + table(accepted, style))
    if status.facts:
        drift = [
            (
                fact.name,
                f"installed with {show(fact.installed)}",
                fact.told or fact.before,
                f"now {show(fact.now)}",
                fact.source,
            )
            for fact in status.facts
        ]
        colours = ("yellow", "", "dim", "", "dim")
        parts.append("Facts that changed:\n" + table(drift, style, colours))
    if status.rogue:
        files = table([(path,) for path in status.rogue], style, ("yellow",))
        parts.append(f"Not in the ledger:\n{files}")
    if status.releases:
        rows = [
            (one.pack, f"{one.installed} is installed", f"{one.newest} is out")
            for one in status.releases
        ]
        parts.append("Another version is out:\n" + table(rows, style, ("yellow",)))
    if status.outdated:
        files = table([(path,) for path in status.outdated], style)
        parts.append(f"An update would bring these up to date:\n{files}")
    parts.append(_sum(status, style))
    return "\n\n".join(parts)


def packs_to_text(lock: Lock, style: Style) -> str:
    """What is installed, pack by pack."""
    return "\n\n".join(_packs(lock, style))


def _packs(lock: Lock, style: Style) -> Iterator[str]:
    for name, pack in lock.packs.items():
        yield heading(name, pack, style)
        yield table(_components(pack), style, ("dim", "", "dim"))


def heading(name: str, pack: Installed, style: Style) -> str:
    """A pack, its version, and where it came from."""
    return style.paint("bold", f"{name} {pack.version}") + f" from {told(pack.source)}"


def _components(pack: Installed) -> Iterable[tuple[str, str, str]]:
    yield from (("agent", name, version) for name, version in pack.agents.items())
    yield from (("skill", name, version) for name, version in pack.skills.items())


def _sum(status: Status, style: Style) -> str:
    if status.clean:
        sound = count(len(status.files), "file")
        told = f"All {sound} as installed and up to date."
        return style.paint("green", told)
    clean = sum(file.state in {"clean", "accepted"} for file in status.files)
    return f"{count(clean, 'file')} of {len(status.files)} as installed."


def told(source: Origin) -> str:
    """Where a pack came from, in a word."""
    place = source.location or source.kind
    return f"{place}@{source.ref}" if source.ref else place
