"""Where a plugin keeps its agents and skills.

A plugin's agents are taken more lightly than a project's: without a name they
have their file's, without a description a made-up one. A manifest that is not
as the client wants it loses the whole plugin.
"""

from __future__ import annotations

from pathlib import Path

from agentpack.record import replace
from agentpack.roster import disk
from agentpack.roster.values import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MANIFEST = ".claude-plugin/plugin.json"


def find(root: Path) -> tuple[list[Source], list[Source]]:
    """The files of the plugin at `root`: its folders' own, and those its manifest names."""
    manifest = _manifest(root)
    fault = manifest if isinstance(manifest, str) else _fault(manifest)
    if fault or isinstance(manifest, str):
        reason = f"{fault}: nothing of the plugin loads"
        return [Source(MANIFEST, None, reason, "invalid-manifest")], []
    plugin = manifest["name"]
    own = disk.Folder(root, root, f"{plugin}:")
    if "agents" in manifest:
        agents = [own.file(root / path) for path in _paths(manifest["agents"])]
    else:
        agents = disk.Folder(root / "agents", root, f"{plugin}:").agents()
    skills = _skills(root, root / "skills", plugin)
    for path in _paths(manifest.get("skills", [])):
        skills += _skills(root, root / path, plugin)
    if not skills and disk.exists(root / disk.MANIFEST):
        skills = [own.file(root / disk.MANIFEST, f"{plugin}:{root.resolve().name}")]
    if "commands" not in manifest:
        skills = [_beside_command(source, root) for source in skills]
    return agents, list({source.path: source for source in skills}.values())


def _beside_command(skill: Source, root: Path) -> Source:
    command = f"commands/{skill.path.split('/')[-2]}.md" if "/" in skill.path else ""
    return replace(skill, command=command) if command and disk.exists(root / command) else skill


def _skills(root: Path, path: Path, plugin: str) -> list[Source]:
    """A skill's own folder, or a folder of skills."""
    folder = disk.Folder(path, root, f"{plugin}:")
    if disk.exists(path / disk.MANIFEST):
        return [folder.file(path / disk.MANIFEST)]
    return folder.skills()


def _manifest(root: Path) -> dict[str, Any] | str:
    import json  # noqa: PLC0415 - it takes longer than to read a dozen agents

    try:
        found = json.loads(disk.text(root / MANIFEST) or "")
    except (ValueError, RecursionError):
        return "it is not JSON"
    return found if isinstance(found, dict) else "it is not a JSON object"


def _fault(manifest: dict[str, Any]) -> str | None:
    """Why the client refuses the manifest, as far as agents and skills go."""
    name = manifest.get("name")
    if not isinstance(name, str) or not name:
        return "it has no name that is text"
    if " " in name:
        return "its name has a space"
    if not isinstance(manifest.get("version", ""), str):
        return "its version is not text"
    for key, end in (("agents", ".md"), ("skills", "")):
        value = manifest.get(key, [])
        parts = value if isinstance(value, list) else [value]
        for part in parts:
            if not isinstance(part, str) or not part.startswith("./") or not part.endswith(end):
                wanted = f"begins with ./{' and ends with ' + end if end else ''}"
                return f"each of its {key} is a path that {wanted}"
    return None


def _paths(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else value
