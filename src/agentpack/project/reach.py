"""From a line of shell to the server that it starts, through scripts and named tasks."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from posixpath import basename

from agentpack.project.compose import Service, backend_services, read_services
from agentpack.project.documents import read_toml
from agentpack.project.proofs import Proof, bases
from agentpack.project.shell import Command, commands, starter
from agentpack.project.start import Start
from agentpack.project.starters import Starter, read_starters
from agentpack.project.survey import Survey
from agentpack.project.task import Task
from agentpack.project.tree import Tree, within

DEEPEST = 3
"""How many scripts and tasks one is followed through."""


class Reach:
    """What leads to the backend's server, and what to another one."""

    def __init__(self, survey: Survey) -> None:
        self.survey = survey
        self.tree: Tree = survey.tree

    @cached_property
    def starters(self) -> dict[str, Starter]:
        """The Python files that start the server, by path; those run directly first."""
        found: dict[str, Starter] = {}
        for one in sorted(self._all_starters, key=lambda one: not one.guarded):
            if self._starts_ours(one):
                found.setdefault(one.path, one)
        return found

    @cached_property
    def consoles(self) -> dict[str, tuple[Starter, str]]:
        """The console scripts whose function starts the server, each with its source."""
        found: dict[str, tuple[Starter, str]] = {}
        for folder in self.survey.folders:
            table = read_toml(self.tree, within(folder, "pyproject.toml"))
            for keys in (("project", "scripts"), ("tool", "poetry", "scripts")):
                for name, target in (table.table(*keys) if table else {}).items():
                    one = self._started_by(str(target), folder)
                    if one and table:
                        found.setdefault(name, (one, table.source(*keys, name)))
        return found

    def _started_by(self, target: str, folder: str) -> Starter | None:
        module, _, function = target.partition(":")
        roots = [folder, within(folder, "src")]
        files = {self.survey.code.module_file(module, root) for root in roots} - {None}
        for one in self._all_starters if files else ():
            if one.path in files and (function == one.function or function in one.callers):
                return one
        return None

    @cached_property
    def _all_starters(self) -> list[Starter]:
        return read_starters(self.survey)

    @cached_property
    def services(self) -> list[Service]:
        """The compose services that run the backend."""
        backend = self.survey.backend
        if backend is None:
            return []
        services = read_services(self.tree, self.survey.folders)
        return backend_services(self.tree, services, backend.folder, backend.manifest)

    def is_ours(self, target: str) -> bool:
        """Whether a server's command serves the backend's application."""
        backend = self.survey.backend
        if not target or backend is None or backend.app is None:
            return True
        if target.endswith(".py"):
            return bool(bases(Proof("", "", target, 1), backend.app.path))
        module, _, _ = target.partition(":")
        if target == backend.target or bases(Proof(module, "", "", 1), backend.app.path):
            return True
        file = self.survey.code.module_file(module, backend.source_root)
        return file is not None and self._related(file)

    def _related(self, file: str) -> bool:
        """Whether a file takes the application from its module, or that module from the file."""
        backend = self.survey.backend
        if backend is None or backend.app is None or file == backend.app.path:
            return True
        own = backend.app.path
        names = self.survey.code.names
        return any(name.path == own for name in names(file).values()) or any(
            name.path == file for name in names(own).values()
        )

    def _starts_ours(self, one: Starter) -> bool:
        if one.target:
            return self.is_ours(one.target)
        return not one.serves_object or self._related(one.path)

    def starter_file(self, name: str) -> str | None:
        """Return the file behind `x.py` or `pkg.module`, if that starts the server."""
        backend = self.survey.backend
        roots = [*self.survey.folders, *([backend.source_root] if backend else [])]
        for root in dict.fromkeys(roots):
            stem = (
                name.removesuffix(".py")
                if "/" in name or name.endswith(".py")
                else name.replace(".", "/")
            )
            start = within(root, stem)
            path = self.tree.first((f"{start}.py", f"{start}/__main__.py"))
            if path and path in self.starters:
                return path
        # `cd backend && python main.py` is often written without saying so.
        ends = [path for path in self.starters if name.endswith(".py") and basename(path) == name]
        return ends[0] if len(ends) == 1 else None

    def line(
        self, text: str, source: str, variables: Mapping[str, str], depth: int = 0
    ) -> Start | None:
        """Follow a line of shell to the server that it starts, or return None."""
        found = commands(text)
        for command in found:
            if command.serves and self.is_ours(command.target):
                return Start(command.text, source, 0, (), command, source, variables)
        for command in found:
            if command.program in {"echo", "printf"}:
                continue
            if command.program in self.consoles and not {"--help", "--version"} & set(
                command.arguments
            ):
                one, _ = self.consoles[command.program]
                return Start(command.text, source, 0, (), command, source, variables, one)
            path = starter(command, self.starter_file)
            if path:
                one = self.starters[path]
                return Start(command.text, source, 0, (), command, source, variables, one)
            reached = self._through(command, variables, depth + 1) if depth < DEEPEST else None
            if reached:
                return reached
        return None

    def _through(self, command: Command, variables: Mapping[str, str], depth: int) -> Start | None:
        """Follow a command that calls a script or a named task."""
        script = command.program
        if script in {"bash", "sh"} and command.arguments:
            script = next((word for word in command.arguments if not word.startswith("-")), "")
        if script.endswith(".sh") or script.startswith("./"):
            name = basename(script)
            for task in self.survey.tasks:
                if task.kind == "script" and task.name == name:
                    return self.task(task, variables, depth)
        if command.program in {"task", "poe"} and command.arguments:
            for task in self.survey.tasks:
                if task.kind == "python" and task.name == command.arguments[0]:
                    return self.task(task, variables, depth)
        return None

    def task(self, task: Task, variables: Mapping[str, str], depth: int = 0) -> Start | None:
        """Follow a task to the server that it starts, or return None."""
        known = {**variables, **task.variables}
        for text, source in task.lines:
            found = self.line(text, source, known, depth)
            if found:
                return found
        return None
