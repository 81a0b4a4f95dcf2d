"""What is served is found by what was typed and by the project's facts."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from agentpack.errors import AgentpackError
from agentpack.timing.app import app_of, interpreter

APP = "from fastapi import FastAPI\napp = FastAPI()\n"


def python(root: Path) -> Path:
    path = root / ".venv/bin/python"
    path.parent.mkdir(parents=True)
    path.write_text("")
    return path


def test_the_project_s_python(make, monkeypatch) -> None:
    """Its `.venv`, also of the workspace above it; its run prefix; the active one; ours."""
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    root = make({".git/HEAD": "", "apps/one/main.py": APP, "active/bin/python": ""})
    inner = root / "apps/one"
    assert interpreter(inner) == (sys.executable,)
    monkeypatch.setenv("VIRTUAL_ENV", str(root / "active"))
    assert interpreter(inner) == (str(root / "active/bin/python"),)
    assert interpreter(inner, "env A=1") == ("env", "A=1", "python")
    assert interpreter(inner, "no-such-runner run") == (str(root / "active/bin/python"),)
    above = python(root)
    assert interpreter(inner, "uv run") == (str(above),)
    own = python(inner)
    assert interpreter(inner, "uv run") == (str(own),)


def test_an_environment_beyond_the_repository_is_not_the_project_s(make, monkeypatch) -> None:
    """The search for `.venv` ends at the repository's root."""
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    root = make({"repo/.git/HEAD": "", "repo/main.py": APP})
    python(root)
    assert interpreter(root / "repo") == (sys.executable,)


def test_the_app_is_a_fact(make) -> None:
    """In a folder below, it is served from there; typed, from where it is."""
    root = make({"backend/main.py": APP, "backend/requirements.txt": "fastapi\n"})
    found = app_of(root)
    assert (found.module_attr, found.directory) == ("main:app", root / "backend")
    assert app_of(root, "main:app").directory == root / "backend"
    assert app_of(root, "backend.main:app").directory == root


def test_a_command_where_there_is_no_app(make) -> None:
    """The development command is taken, with the URL where it serves."""
    toml = '[facts]\napp = ""\ndev_command = "make dev"\nport = 9001\n'
    root = make({"main.py": APP, "requirements.txt": "fastapi\n", "agentpack.toml": toml})
    found = app_of(root)
    assert (found.module_attr, found.command) == (None, ("sh", "-c", "exec make dev"))
    assert found.base_url is not None
    assert found.base_url.endswith(":9001")


def test_nothing_to_serve(tmp_path) -> None:
    """An error that says what to name."""
    with pytest.raises(AgentpackError, match="name a URL, --app module:attribute"):
        app_of(tmp_path)
