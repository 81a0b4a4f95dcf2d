"""The generator of endpoint boilerplate writes code that runs, and never destroys anything."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = (
    Path(__file__).resolve().parents[2]
    / "src/agentpack/builtin/skills/fastapi-backend/scripts/new_endpoint.py"
)
FIELDS = ("title:str", "amount:int", "rate:float", "paid:bool", "due:date")


def generate(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the script as its reader does, without any package installed."""
    return subprocess.run(
        [sys.executable, "-I", "-S", str(SCRIPT), *arguments],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


def run_tests(project: Path) -> subprocess.CompletedProcess[str]:
    """Run the generated tests, every warning an error."""
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests"],
        cwd=project,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(project / "src")},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def tree(project: Path) -> dict[str, str]:
    return {
        str(path.relative_to(project)): path.read_text("utf-8")
        for path in sorted(project.rglob("*.py"))
    }


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "src/shop").mkdir(parents=True)
    (tmp_path / "src/shop/__init__.py").touch()
    return tmp_path


def test_what_it_writes_passes_its_own_tests(project: Path) -> None:
    """Two resources of one package, every type of field: the generated tests pass."""
    fields = [word for field in FIELDS for word in ("--field", field)]
    first = generate(project, "invoice_line", "--package", "src/shop", *fields)
    second = generate(project, "person", "--plural", "people", "--package", "src/shop")
    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    run = run_tests(project)
    assert "12 passed" in run.stdout, run.stdout + run.stderr


def test_its_own_tests_can_fail(project: Path) -> None:
    """The generated tests notice a service that forgets to commit a change."""
    generate(project, "person", "--plural", "people", "--package", "src/shop")
    service = project / "src/shop/services/people.py"
    text = service.read_text("utf-8")
    service.write_text(text.replace("setattr(row, field, value)", "pass"), "utf-8")
    assert run_tests(project).returncode == 1


def test_uses_the_base_and_session_of_the_project(project: Path) -> None:
    """With `--base` and `--session` no db.py is written, and theirs are imported."""
    package = project / "src/shop/deep"
    package.mkdir()
    (package / "__init__.py").touch()
    (project / "src/shop/tables.py").write_text(
        "from sqlalchemy.orm import DeclarativeBase\nclass Table(DeclarativeBase): pass\n", "utf-8"
    )
    (project / "src/shop/deps.py").write_text("async def session(): yield None\n", "utf-8")
    run = generate(
        project,
        *("job", "--package", "src/shop/deep", "--field", "size:int"),
        *("--base", "shop.tables:Table", "--session", "shop.deps:session"),
    )
    assert run.returncode == 0, run.stderr
    assert not (package / "db.py").exists()
    tests = run_tests(project)
    assert "6 passed" in tests.stdout, tests.stdout + tests.stderr


def test_refuses_to_overwrite(project: Path) -> None:
    """When one file is there already, it is named, nothing is written, and the exit code is 1."""
    generate(project, "person", "--package", "src/shop")
    (project / "src/shop/api/persons.py").write_text("mine = 1\n", "utf-8")
    (project / "tests/test_persons.py").unlink()
    before = tree(project)
    run = generate(project, "person", "--package", "src/shop")
    assert run.returncode == 1
    assert "api/persons.py exists; nothing was written" in run.stderr
    assert tree(project) == before


def test_dry_run_writes_nothing(project: Path) -> None:
    """A dry run lists what would be written and leaves the project as it was."""
    before = tree(project)
    run = generate(project, "person", "--package", "src/shop", "--dry-run")
    assert run.returncode == 0
    assert "would write" in run.stdout
    assert "api/persons.py" in run.stdout
    assert tree(project) == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("person", "--package", "src"), "no __init__.py"),
        (("person", "--package", "src/shop", "--plural", "person"), "must differ"),
        (("Person", "--package", "src/shop"), "snake_case"),
        (("../evil", "--package", "src/shop"), "snake_case"),
        (("path", "--package", "src/shop"), "reserved"),
        (("person", "--package", "src/shop", "--field", "id:int"), "reserved"),
        (("person", "--package", "src/shop", "--field", "a:blob"), "the type is one of"),
        (("person", "--package", "src/shop", "--base", "x"), "module:name"),
    ],
)
def test_refuses_what_would_not_work(project: Path, arguments: tuple[str, ...], words: str) -> None:
    """Arguments that cannot give running code are refused with exit code 2."""
    before = tree(project)
    run = generate(project, *arguments)
    assert run.returncode == 2
    assert words in run.stderr
    assert tree(project) == before


def test_refuses_a_db_module_without_what_it_needs(project: Path) -> None:
    """A db.py of another shape is left alone, and the options that help are named."""
    (project / "src/shop/db.py").write_text("engine = None\n", "utf-8")
    run = generate(project, "person", "--package", "src/shop")
    assert run.returncode == 2
    assert "defines no Base and no get_session: give --base and --session" in run.stderr


def test_helps(project: Path) -> None:
    """`--help` names each option."""
    run = generate(project, "--help")
    assert run.returncode == 0
    for option in ("--package", "--plural", "--field", "--tests", "--base", "--dry-run"):
        assert option in run.stdout
