"""Where a plugin keeps its agents and skills."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from agentpack.roster import disk
from agentpack.roster.values import Source


def find(root: Path) -> tuple[list[Source], list[Source]]:
    """The files of the plugin at `root`: those its manifest names, and its folders' own."""
    manifest = _manifest(root)
    name = manifest.get("name") if isinstance(manifest.get("name"), str) else root.name
    scope = f"{name}:"
    agents = disk.Folder(root / "agents", root, scope).agents()
    skills = disk.Folder(root / "skills", root, scope).skills()
    for path in _paths(root, manifest.get("agents")):
        folder = disk.Folder(path, root, scope)
        agents += folder.agents() if path.is_dir() else [folder.file(path)]
    for path in _paths(root, manifest.get("skills")):
        folder = disk.Folder(path, root, scope)
        skills += (
            [folder.file(path / disk.MANIFEST)]
            if disk.exists(path / disk.MANIFEST)
            else folder.skills()
        )
    return _once(agents), _once(skills)


def _manifest(root: Path) -> dict[str, Any]:
    try:
        found = json.loads(disk.text(root / ".claude-plugin" / "plugin.json") or "")
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _paths(root: Path, value: Any) -> list[Path]:
    values = value if isinstance(value, list) else [value]
    return [root / path for path in values if isinstance(path, str)]


def _once(sources: list[Source]) -> list[Source]:
    return list({source.path: source for source in sources}.values())
