"""The agents and skills of a checkout, laid out so that the client can load them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from agentpack.roster import Agent, Source, agents

MANIFEST = ".claude-plugin/plugin.json"
# Nothing of the checkout is to be run, and no description is to be left out for want of room.
SETTINGS = '{"disableAllHooks": true, "skillListingBudgetFraction": 1}\n'
_TOGETHER = 60
_RUNS_CODE = ("hooks", "mcpServers", "lspServers", "monitors")
_NOT_OURS = {"commands", ".claude"}
"""Commands are told to the model as skills are; a `.claude` is tried as a project."""
_SKIPPED = {".git", "node_modules"}


@dataclass(slots=True)
class Layout:
    """A project to start the client in, and plugins to load there."""

    project: Path
    plugins: tuple[Path, ...] = ()
    origins: dict[Path, str] = field(default_factory=dict)
    """From each copy of an agent or a skill to its path in the checkout."""

    def origin(self, path: Path) -> str:
        """Where a copy comes from, for a reader."""
        return self.origins.get(path, path.name)


def layouts(folder: Path, place: Path, client: str) -> Iterator[Layout]:
    """The checkout's agents and skills as projects, and its plugins as plugins, below `place`."""
    files = sorted(
        path
        for path in folder.rglob("*.md")
        if not _SKIPPED.intersection(path.parts) and path.is_file()
    )
    found = [path for path in files if "agents" in path.relative_to(folder).parts[:-1]]
    named = [(path, _name(path, client)) for path in found if path.name != "SKILL.md"]
    for number, batch in enumerate(_batches(named)):
        project = _project(place / f"agents-{number}")
        copies = {
            project / ".claude/agents" / f"{index:04}" / path.name: path
            for index, path in enumerate(batch)
        }
        yield _laid_out(project, copies, folder)
    named = [(path, path.parent.name) for path in files if path.name == "SKILL.md"]
    for number, batch in enumerate(_batches(named)):
        project = _project(place / f"skills-{number}")
        copies = {project / ".claude/skills" / path.parent.name / path.name: path for path in batch}
        yield _laid_out(project, copies, folder)
    manifests = sorted(folder.rglob(MANIFEST))
    named = [(path, _named(path)) for path in manifests if not _SKIPPED.intersection(path.parts)]
    for number, batch in enumerate(_batches(named, 20)):
        project = _project(place / f"plugins-{number}")
        layout = Layout(project)
        for index, path in enumerate(batch):
            root = project.parent / f"plugin-{number}-{index}" / path.parent.parent.name
            _plugin(path.parent.parent, root, layout, folder)
            layout.plugins += (root,)
        yield layout


def _batches(named: list[tuple[Path, str]], size: int = _TOGETHER) -> list[list[Path]]:
    """Groups in which no name comes twice."""
    groups: list[dict[str, Path]] = []
    for path, name in named:
        group = next((one for one in groups if name not in one and len(one) < size), None)
        if group is None:
            group = {}
            groups.append(group)
        group[name] = path
    return [list(group.values()) for group in groups]


def _name(path: Path, client: str) -> str:
    found = agents.predict(Source(path.as_posix(), path.read_bytes()), client)
    return found.name if isinstance(found, Agent) else f"{path.stem} (lost)"


def _named(manifest: Path) -> str:
    found = _manifest(manifest)
    return str(found.get("name")) if isinstance(found, dict) else manifest.as_posix()


def _manifest(path: Path) -> Any:
    try:
        return json.loads(path.read_text())
    except ValueError:
        return None


def _project(project: Path) -> Path:
    (project / ".claude").mkdir(parents=True)
    (project / ".claude" / "settings.json").write_text(SETTINGS)
    return project


def _laid_out(project: Path, copies: dict[Path, Path], folder: Path) -> Layout:
    for copy, path in copies.items():
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    origins = {copy: path.relative_to(folder).as_posix() for copy, path in copies.items()}
    return Layout(project, (), origins)


def _plugin(source: Path, root: Path, layout: Layout, folder: Path) -> None:
    """Copy a plugin's manifest and Markdown, which is all that agents and skills are."""
    for path in sorted(source.rglob("*.md")):
        inner = path.relative_to(source)
        if _SKIPPED.intersection(inner.parts) or inner.parts[0] in _NOT_OURS or not path.is_file():
            continue
        copy = root / inner
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
        layout.origins[copy] = path.relative_to(folder).as_posix()
    (root / MANIFEST).parent.mkdir(parents=True, exist_ok=True)
    found = _manifest(source / MANIFEST)
    if isinstance(found, dict) and any(key in found for key in _RUNS_CODE):
        kept = {key: value for key, value in found.items() if key not in _RUNS_CODE}
        (root / MANIFEST).write_text(json.dumps(kept))
    else:
        shutil.copyfile(source / MANIFEST, root / MANIFEST)
