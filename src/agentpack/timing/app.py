"""What is served: a project's own application or development command, and its Python."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from agentpack.errors import AgentpackError
from agentpack.project import detect

_PYTHON = (".venv/bin/python", "venv/bin/python", ".venv/Scripts/python.exe")


@dataclass(frozen=True, slots=True)
class App:
    """A server that we start: an ASGI application, or a command."""

    module_attr: str | None
    """The ASGI application as `module:attribute`."""
    command: tuple[str, ...] | None
    """The command that starts the server; used where there is no `module_attr`."""
    directory: Path
    """Where it is started."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """What its environment has beyond ours."""
    python: tuple[str, ...] | None = None
    """What runs Python for it; `None` looks for the project's own."""
    base_url: str | None = None
    """Where the command serves. An application is served on a free port instead."""


def app_of(root: Path, module_attr: str | None = None) -> App:
    """What a project serves, by what was asked for and by its facts.

    Args:
        root: the project's root.
        module_attr: the application as it was asked for; `None` takes the project's own.

    Raises:
        AgentpackError: nothing tells how the project is served.

    """
    facts = detect(root).values()
    backend, prefix = facts["backend_dir"], facts["run_prefix"]
    inner = root / backend if isinstance(backend, str) else root
    if module_attr is not None:
        # What was typed is meant from where it was typed, if it is there.
        directory = root if _holds(root, module_attr) else inner
        return App(module_attr, None, directory, python=interpreter(directory, _text(prefix)))
    if facts["app"] is not None:
        return App(str(facts["app"]), None, inner, python=interpreter(inner, _text(prefix)))
    command, url = facts["dev_command"], facts["base_url"]
    if command is None or url is None:
        raise AgentpackError(
            "nothing here tells how the project is served",
            path=root,
            mend="name a URL, --app module:attribute, or the facts in agentpack.toml",
        )
    return App(None, ("sh", "-c", f"exec {command}"), root, base_url=str(url))


def interpreter(directory: Path, prefix: str | None = None) -> tuple[str, ...]:
    """What runs Python in a project: its `.venv`, its run prefix, the active one, or ours."""
    folder = directory.resolve()
    for place in (folder, *folder.parents):
        for name in _PYTHON:
            if (place / name).is_file():
                return (str(place / name),)
        if (place / ".git").exists():
            break
    words = shlex.split(prefix or "")
    if words and shutil.which(words[0]):
        return (*words, "python")
    active = os.environ.get("VIRTUAL_ENV")
    if active and Path(active, "bin/python").is_file():
        return (str(Path(active, "bin/python")),)
    return (sys.executable,)


def source_folder(directory: Path, module_attr: str) -> Path:
    """The folder that the application's module is imported from: `src`, where only that has it."""
    inner = directory / "src"
    return inner if _holds(inner, module_attr) and not _holds(directory, module_attr) else directory


def _holds(folder: Path, module_attr: str) -> bool:
    first = module_attr.partition(":")[0].partition(".")[0]
    return bool(first) and ((folder / first).is_dir() or (folder / f"{first}.py").is_file())


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
