"""What is true of a project, and where that was read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

Value = str | int | tuple[str, ...] | None
"""A fact's value; `None` where the project has no such thing."""

DEFAULT = "default"
"""The source of a value that nobody wrote down: a tool's own default, or `None`."""

OVERRIDE = "override"
"""The source of a value that stands in `agentpack.toml`."""

VOCABULARY: Mapping[str, str] = MappingProxyType(
    {
        "product": "what the project calls itself",
        "backend_dir": "folder of the FastAPI project, from the root ('.' when it is the root)",
        "package_manager": "uv, poetry, pdm, pipenv, hatch, rye, conda or pip",
        "run_prefix": "what to put before a command to run it in the project's environment",
        "python": "supported Python versions, as the project writes them",
        "app": "the ASGI application as module:attribute, importable from backend_dir",
        "dev_command": "the command that starts the development server",
        "port": "TCP port the development server listens on",
        "base_url": "URL of the development server",
        "log_file": "file the development server logs to",
        "test_command": "the command that runs the backend's tests",
        "lint_command": "the command that lints the backend",
        "typecheck_command": "the command that checks the backend's types",
        "database": "database engines in use",
        "database_driver": "Python drivers for them",
        "orm": "object-relational mapper or query builder",
        "migrations": "schema migration tool",
        "auth": "library or service that authenticates users",
        "vector_store": "vector database or index",
        "ai_services": "model providers and AI platforms called",
        "frontend": "front-end framework in the same repository",
        "client_generator": "tool that generates the front end's API client",
        "client_command": "the command that runs that generator",
        "docs_dir": "folder of the project's documentation",
    }
)
"""Every fact there is, with its meaning: templates may name these and no others."""

LISTS = frozenset({"database", "database_driver", "ai_services"})
"""The facts whose value is a list."""

NUMBERS = frozenset({"port"})
"""The facts whose value is a whole number; the rest are text."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact: its value, and `file:line`, `default` or `override`."""

    name: str
    value: Value
    source: str = DEFAULT


@dataclass(frozen=True, slots=True)
class Candidate:
    """One of several values that a project states for the same fact."""

    value: Value
    source: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """A fact that a project states in several ways; the first candidate was taken."""

    fact: str
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """All facts of a project, in the order of the vocabulary."""

    facts: Mapping[str, Fact]
    conflicts: tuple[Conflict, ...] = ()

    def __iter__(self) -> Iterator[Fact]:
        return iter(self.facts.values())

    def __getitem__(self, name: str) -> Fact:
        return self.facts[name]

    def values(self) -> dict[str, Value]:
        """Values by name, as a template sees them."""
        return {name: fact.value for name, fact in self.facts.items()}


def unknown() -> Facts:
    """Every fact unknown: what is written for no project in particular."""
    return Facts({name: Fact(name, None) for name in VOCABULARY})
