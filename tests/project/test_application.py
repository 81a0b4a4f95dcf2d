"""The main application is found however it is made, and not confused with others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from agentpack.project import detect

PLAIN = "from fastapi import FastAPI\n\napp = FastAPI()\n"


@pytest.mark.parametrize(
    ("files", "folder", "app"),
    [
        (
            {"app/main.py": "import fastapi as f\napi: f.FastAPI = f.FastAPI()\n"},
            ".",
            "app.main:api",
        ),
        ({"main.py": PLAIN, "examples/main.py": PLAIN, "notebooks/x.py": PLAIN}, ".", "main:app"),
        (
            {"main.py": "if True:\n    from fastapi import FastAPI\n    app = FastAPI()\n"},
            ".",
            "main:app",
        ),
        (
            {"a/base.py": "from fastapi import FastAPI\nclass Own(FastAPI): ...\n",
             "a/run.py": "from a.base import Own\napp = Own()\n"},
            ".",
            "a.run:app",
        ),
        (
            {"a/v1.py": "from fastapi import FastAPI\nv1 = FastAPI()\n",
             "a/main.py": PLAIN + "from a.v1 import v1\napp.mount('/v1', v1)\n"},
            ".",
            "a.main:app",
        ),
        (
            {"a/main.py": "from fastapi import FastAPI\napp = FastAPI()\n"
             "from x import TimingMiddleware\napp = TimingMiddleware(app)\n"},
            ".",
            "a.main:app",
        ),
        (
            {"src/pkg/__init__.py": "", "src/pkg/main.py": "from pkg.x import y\n" + PLAIN,
             "src/pkg/x.py": "y = 1\n"},
            ".",
            "pkg.main:app",
        ),
        (
            {"src/__init__.py": "", "src/main.py": "from src.x import y\n" + PLAIN,
             "src/x.py": "y = 1\n"},
            ".",
            "src.main:app",
        ),
        (
            {"server/app/main.py": "from app.x import y\n" + PLAIN, "server/app/x.py": "y = 1\n"},
            "server",
            "app.main:app",
        ),
        (
            {"a/main.py": "from a.lib import load\nfrom fastapi import FastAPI\napp = load('x')\n",
             "a/lib.py": "", "run.sh": "uvicorn a.main:app --reload\n"},
            ".",
            "a.main:app",
        ),
    ],
)  # fmt: skip
def test_the_application_is_found(
    repo: Callable[..., Path], files: Mapping[str, str], folder: str, app: str
) -> None:
    """It is named so that it can be imported from the backend's folder."""
    facts = detect(repo({"requirements.txt": "fastapi\n", **files}))
    assert (facts["backend_dir"].value, facts["app"].value) == (folder, app)
    assert not facts.conflicts


def test_a_command_settles_which_of_two_is_meant(repo: Callable[..., Path]) -> None:
    """What the repository itself starts is the application; there is nothing to dispute."""
    root = repo(
        {
            "requirements.txt": "fastapi\n",
            "a/one.py": PLAIN,
            "a/two.py": PLAIN,
            "Makefile": "dev:\n\tuvicorn a.two:app --reload\n",
        }
    )
    facts = detect(root)
    assert facts["app"].value == "a.two:app"
    assert not facts.conflicts


def test_two_that_nothing_tells_apart_are_a_conflict(repo: Callable[..., Path]) -> None:
    """A guess is never passed off as a finding."""
    root = repo({"requirements.txt": "fastapi\n", "a/one.py": PLAIN, "a/two.py": PLAIN})
    conflict = next(one for one in detect(root).conflicts if one.fact == "app")
    assert {one.value for one in conflict.candidates} == {"a.one:app", "a.two:app"}


def test_a_library_has_no_application(repo: Callable[..., Path]) -> None:
    """Depending on FastAPI is not having an application, nor a server, nor a port."""
    root = repo({"requirements.txt": "fastapi\n", "lib/__init__.py": "", "docs/app.py": PLAIN})
    facts = detect(root)
    assert facts["backend_dir"].value == "."
    assert [facts[name].value for name in ("app", "dev_command", "port", "base_url")] == [None] * 4
