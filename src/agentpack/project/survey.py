"""What every topic reads: the tree, the code, the manifests, the backend and its tasks."""

from __future__ import annotations

from functools import cached_property

from agentpack.project.backend import Backend
from agentpack.project.code import Code
from agentpack.project.manifests import Dependency, Manifest
from agentpack.project.readme import Line, documented
from agentpack.project.tasks import Task, read_tasks
from agentpack.project.tree import Tree


class Survey:
    """One look at a repository; each part is read when it is first asked for."""

    def __init__(
        self,
        tree: Tree,
        code: Code,
        manifests: list[Manifest],
        backend: Backend | None,
        prefix: str | None,
    ) -> None:
        self.tree, self.code, self.manifests = tree, code, manifests
        self.backend, self.prefix = backend, prefix

    @property
    def folder(self) -> str:
        """The backend's folder, or the root where there is no backend."""
        return self.backend.folder if self.backend else "."

    @property
    def folders(self) -> list[str]:
        """The folders that speak for the backend, the nearest first; the root is the last."""
        return folders_of(self.backend)

    @cached_property
    def tasks(self) -> list[Task]:
        """The commands that the project names."""
        return read_tasks(self.tree, self.folder, self.prefix)

    @cached_property
    def documented(self) -> list[Line]:
        """The shell lines of the project's documents."""
        return documented(self.tree, self.folders)

    @cached_property
    def dependencies(self) -> dict[str, Dependency]:
        """The packages that the backend declares; nearest manifest first, those to run it first."""
        found: dict[str, Dependency] = {}
        listed = [
            dependency
            for folder in self.folders
            for manifest in self.manifests
            if manifest.folder == folder
            for dependency in manifest.dependencies
        ]
        for dependency in sorted(listed, key=lambda one: one.dev):
            known = found.get(dependency.name)
            if known is None:
                found[dependency.name] = dependency
            elif dependency.extras - known.extras:
                found[dependency.name] = Dependency(
                    known.name,
                    known.extras | dependency.extras,
                    known.source,
                    known.dev,
                    known.optional,
                    known.wanted,
                )
        return found

    @cached_property
    def imports(self) -> dict[str, str]:
        """The modules that the backend imports, each with its first place."""
        return self.code.imports(self.folder)

    def imported(self, *modules: str) -> str | None:
        """Return where the backend first imports one of these modules or a part of it."""
        for module, source in self.imports.items():
            if any(module == name or module.startswith(f"{name}.") for name in modules):
                return source
        return None

    def prefixed(self, command: str) -> str:
        """Put the run prefix before a command."""
        return f"{self.prefix} {command}" if self.prefix else command


def folders_of(backend: Backend | None) -> list[str]:
    """Return the folders that speak for a backend, the nearest first; the root is the last."""
    return backend.folders if backend else ["."]
