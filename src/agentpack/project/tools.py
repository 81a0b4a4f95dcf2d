"""The tools that test, lint and check types, and how a project names what runs them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from agentpack.project.shell import Command


def _tests(command: Command) -> bool:
    if command.program in {"pytest", "py.test", "ward", "nox", "tox"}:
        return True
    if command.program == "coverage":
        return command.arguments[:1] == ("run",) and bool(
            {"pytest", "unittest"} & set(command.arguments)
        )
    python = re.fullmatch(r"(?:\S*/)?python[\d.]*", command.program)
    return bool(python) and command.arguments[:2] in {
        ("-m", "unittest"),
        ("-m", "pytest"),
        ("manage.py", "test"),
    }


def _lints(command: Command) -> bool:
    if command.program == "ruff":
        return bool(command.arguments) and command.arguments[0] not in {
            "format",
            "--version",
            "clean",
        }
    if command.program in {"pre-commit", "prek"}:
        return command.arguments[:1] == ("run",)
    return command.program in {"flake8", "pylint", "pylama", "pyflakes"}


def _types(command: Command) -> bool:
    if command.program == "ty":
        return command.arguments[:1] == ("check",)
    return command.program in {"mypy", "pyright", "basedpyright", "pyre", "dmypy", "pytype"}


@dataclass(frozen=True, slots=True)
class Check:
    """One of the three facts, and how to recognise it.

    Args:
        fact: its name.
        runs: whether a command does this.
        named: names of tasks that say they do, the best first.
        unfit: names of tasks that do something narrower or wider.
        says: a pattern of task names that speak for themselves; others are read for the command.
        tools: the tools, each with its packages, its configuration and its command.

    """

    fact: str
    runs: Callable[[Command], bool]
    named: tuple[str, ...]
    unfit: re.Pattern[str]
    says: re.Pattern[str]
    tools: tuple[tuple[str, tuple[str, ...], str], ...]


CHECKS = (
    Check(
        "test_command",
        _tests,
        (
            "test",
            "tests",
            "testbackend",
            "backendtest",
            "testapi",
            "apitest",
            "pytest",
            "unittest",
            "testunit",
            "pytests",
            "runtests",
            "testall",
            "pytest",
            "unittests",
            "testpy",
            "backendtests",
            "testlocal",
        ),
        re.compile(
            r"cov|e2e|watch|integration|docker|\bci\b|fast|debug|front|\bui\b|perf|load|"
            r"start|smoke|db|html|verbose|failed|one",
            re.IGNORECASE,
        ),
        re.compile(r"test", re.IGNORECASE),
        (("pytest", ("pytest.ini", ".pytest.ini", "conftest.py", "tests/conftest.py"), "pytest"),),
    ),
    Check(
        "lint_command",
        _lints,
        (
            "lint",
            "lintbackend",
            "backendlint",
            "lintapi",
            "pylint",
            "lintcheck",
            "lintpy",
            "ruff",
            "checklint",
            "check",
            "checkstyle",
            "style",
            "flake8",
            "quality",
            "checkcode",
            "codequality",
            "lintall",
            "static",
            "verify",
        ),
        re.compile(
            r"fix|format|fmt|front|\bui\b|docker|type|mypy|install|test|pre-?commit|black|"
            r"isort",
            re.IGNORECASE,
        ),
        re.compile(r"lint|check|ruff|style|flake8|quality|static|verify", re.IGNORECASE),
        (
            ("ruff", ("ruff.toml", ".ruff.toml"), "ruff check ."),
            ("flake8", (".flake8",), "flake8"),
            ("pylint", (".pylintrc", "pylintrc"), "pylint"),
        ),
    ),
    Check(
        "typecheck_command",
        _types,
        (
            "typecheck",
            "types",
            "mypy",
            "pymypy",
            "typecheckbackend",
            "backendtypecheck",
            "typing",
            "checktypes",
            "linttypes",
            "pyright",
            "ty",
            "lintmypy",
            "mypycheck",
            "typescheck",
            "typechecking",
            "checktyping",
        ),
        re.compile(r"front|\bui\b|docker|install|test|stub", re.IGNORECASE),
        re.compile(r"typ|mypy|pyright|(?:^|[-:_])ty$", re.IGNORECASE),
        (
            ("mypy", ("mypy.ini", ".mypy.ini"), "mypy"),
            ("basedpyright", (), "basedpyright"),
            ("pyright", ("pyrightconfig.json",), "pyright"),
            ("ty", ("ty.toml",), "ty check"),
            ("pyrefly", ("pyrefly.toml",), "pyrefly check"),
        ),
    ),
)
