"""How the development server is started."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from posixpath import basename, dirname

from agentpack.project.compose import Service, backend_services, read_services
from agentpack.project.documents import read_toml
from agentpack.project.proofs import Proof, bases
from agentpack.project.shell import Command, commands, starter
from agentpack.project.starters import Starter, read_starters
from agentpack.project.survey import Survey
from agentpack.project.tasks import Task
from agentpack.project.tree import Tree, is_aside, within

SCRIPT, TASK, PACKAGE, PYTHON, PROCFILE, DOCUMENT, COMPOSE, INNER, MAIN, PRODUCTION, IMAGE = range(
    11
)
"""How far each kind of evidence is to be trusted, best first."""

DEV_SCRIPT = re.compile(r"(?:^|[-_.])(?:watch|dev|devel|develop|development|start|run|serve|server|reload|local|backend|api)(?:[-_.]|$)", re.IGNORECASE)  # fmt: skip
PREFERRED = ("dev", "develop", "rundev", "devserver", "startdev", "devbackend", "backenddev", "devapi",
             "apidev", "devrun", "watch", "runserver", "serve", "server", "startbackend", "runbackend",
             "backend", "runapi", "startapi", "api", "run", "runlocal", "local", "start", "app",
             "runapp", "startserver", "startapp", "uvicorn", "fastapi", "up", "py")  # fmt: skip
UNFIT = re.compile(
    r"test|e2e|lint|docs?\b|prod|deploy|build|\bci\b|debug|migrat|celery|worker|k8s|openapi|perf|load|docker|"
    r"install|setup|prestart|container|stag|release|kill|stop|clean|profil|bench|mcp|https|gunicorn",
    re.IGNORECASE,
)
UP = re.compile(
    r"\b(?:docker[ -]compose|podman[ -]compose)\b(?:\s+-f\s+\S+|\s+--\S+)*\s+(?:up|watch)\b"
)


@dataclass(frozen=True, slots=True)
class Start:
    """One way of starting the server.

    Args:
        typed: what one types.
        source: where that stands.
        rank: how far it is to be trusted.
        order: the order among those of one rank.
        command: the server's own command, where it was reached.
        command_source: where that stands.
        variables: what its text refers to.
        starter: the Python file that starts the server, where it was reached.
        service: the compose service that runs it, where compose does.

    """

    typed: str
    source: str
    rank: int
    order: tuple[int, ...] = ()
    command: Command | None = None
    command_source: str = ""
    variables: Mapping[str, str] | None = None
    starter: Starter | None = None
    service: Service | None = None

    @property
    def reloads(self) -> bool:
        """Whether this is plainly for development."""
        if self.command is not None:
            return self.command.reloads
        return bool(self.starter and self.starter.reloads)


class Servers:
    """Finds every way in which a project starts its server."""

    def __init__(self, survey: Survey) -> None:
        self.survey = survey
        self.tree: Tree = survey.tree

    @cached_property
    def starters(self) -> dict[str, Starter]:
        """The Python files that start the server, by path; those run directly first."""
        found: dict[str, Starter] = {}
        for one in sorted(read_starters(self.survey), key=lambda one: not one.guarded):
            if self._starts_ours(one):
                found.setdefault(one.path, one)
        return found

    @cached_property
    def services(self) -> list[Service]:
        """The compose services that run the backend."""
        backend = self.survey.backend
        if backend is None:
            return []
        services = read_services(self.tree, self.survey.folders)
        return backend_services(self.tree, services, backend.folder, backend.manifest)

    def _is_ours(self, target: str) -> bool:
        """Whether a server's command serves the backend's application."""
        backend = self.survey.backend
        if not target or backend is None or backend.app is None:
            return True
        if target.endswith(".py"):
            return bool(bases(Proof("", "", target, "", 1), backend.app.path))
        module, _, _ = target.partition(":")
        if target == backend.target or bases(Proof(module, "", "", "", 1), backend.app.path):
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
            return self._is_ours(one.target)
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

    def reach(
        self, text: str, source: str, variables: Mapping[str, str], depth: int = 0
    ) -> Start | None:
        """Follow a line of shell to the server that it starts, or return None."""
        found = commands(text)
        for command in found:
            if command.serves and self._is_ours(command.target):
                return Start(command.text, source, 0, (), command, source, variables)
        for command in found:
            if command.program in {"echo", "printf"}:
                continue
            path = starter(command, self.starter_file)
            if path:
                one = self.starters[path]
                return Start(command.text, source, 0, (), command, source, variables, one)
            reached = self._through(command, variables, depth + 1) if depth < 3 else None
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
                    return self._task(task, variables, depth)
        if command.program in {"task", "poe"} and command.arguments:
            for task in self.survey.tasks:
                if task.kind == "python" and task.name == command.arguments[0]:
                    return self._task(task, variables, depth)
        return None

    def _task(self, task: Task, variables: Mapping[str, str], depth: int) -> Start | None:
        known = {**variables, **task.variables}
        for text, source in task.lines:
            found = self.reach(text, source, known, depth)
            if found:
                return found
        return None

    def starts(self) -> list[Start]:
        """Return every way of starting the server, the most trusted first."""
        found = [
            *self._named(), *self._console(), *self._procfile(), *self._documents(),
            *self._compose(), *self._main(), *self._images(),
        ]  # fmt: skip
        return sorted(found, key=lambda start: (start.rank, *start.order))

    def _named(self) -> Iterator[Start]:
        for number, task in enumerate(self.survey.tasks):
            if UNFIT.search(task.name):
                continue
            reached = self._task(task, {}, 0)
            simple = re.sub(r"[^a-z]", "", task.name.removesuffix(".sh").lower())
            order = PREFERRED.index(simple) if simple in PREFERRED else len(PREFERRED)
            kind = {"script": SCRIPT, "package": PACKAGE, "python": PYTHON}.get(task.kind, TASK)
            if reached is None:
                up = next(((text, source) for text, source in task.lines if UP.search(text)), None)
                if up and self.services and kind == TASK and order < len(PREFERRED):
                    yield Start(
                        task.typed, task.source, COMPOSE, (0, order), service=self.services[0]
                    )
                continue
            if task.kind == "script" and not DEV_SCRIPT.search(task.name):
                continue
            production = not reached.reloads and _is_production(reached)
            if task.kind == "script" and not reached.reloads and not production:
                kind = PROCFILE
            rank = PRODUCTION if production else kind
            yield Start(
                task.typed, task.source, rank, (order, number), reached.command,
                reached.command_source, reached.variables, reached.starter,
            )  # fmt: skip

    def _console(self) -> Iterator[Start]:
        """Yield the console scripts whose function starts the server."""
        for folder in self.survey.folders:
            table = read_toml(self.tree, within(folder, "pyproject.toml"))
            for keys in (("project", "scripts"), ("tool", "poetry", "scripts")):
                for name, target in (table.table(*keys) if table else {}).items():
                    module, _, function = str(target).partition(":")
                    roots = [folder, within(folder, "src")]
                    files = [self.survey.code.module_file(module, root) for root in roots]
                    for one in read_starters(self.survey) if any(files) else ():
                        if one.path in files and one.function == function and table:
                            yield Start(
                                self.survey.prefixed(name),
                                table.source(*keys, name),
                                PYTHON,
                                (99,),
                                starter=one,
                            )

    def _procfile(self) -> Iterator[Start]:
        for folder in self.survey.folders:
            for path in self.tree.listed(folder, "procfile*"):
                for number, text in enumerate(self.tree.lines(path), 1):
                    name, _, body = text.partition(":")
                    reached = self.reach(body.strip(), f"{path}:{number}", {}) if body else None
                    if reached and name.strip() in {"web", "api", "backend", "server", "app"}:
                        rank = PROCFILE if reached.reloads else PRODUCTION
                        yield self._raw(reached, rank, (int("dev" not in path.lower()),))

    def _raw(self, reached: Start, rank: int, order: tuple[int, ...]) -> Start:
        command = reached.command
        typed = reached.typed
        if command is not None and not command.runner and not command.contained:
            plain = command.program.rsplit("/", 1)[-1]
            bare = not command.program.startswith(("./", "/"))
            # A variable set before the command belongs before the prefix.
            start = " ".join(command.assignments)
            rest = typed[len(start) :].strip() if start and typed.startswith(start) else typed
            if bare and (
                plain in {"uvicorn", "fastapi", "gunicorn", "hypercorn", "granian"}
                or plain.startswith("python")
            ):
                typed = (
                    f"{start} {self.survey.prefixed(rest)}".strip()
                    if rest != typed
                    else self.survey.prefixed(typed)
                )
        return Start(typed, reached.source, rank, order, command, reached.command_source,
                     reached.variables, reached.starter, reached.service)  # fmt: skip

    def _documents(self) -> Iterator[Start]:
        for number, line in enumerate(self.survey.documented):
            if line.text.startswith(("FROM", "CMD", "COPY", "command:", "RUN")):
                continue
            reached = self.reach(line.text, line.source, {})
            if reached and reached.command and not reached.command.contained:
                production = (
                    reached.command.program == "gunicorn"
                    or "--workers" in reached.command.arguments
                )
                rank = PRODUCTION if production and not reached.reloads else DOCUMENT
                aside = is_aside(line.source.rsplit(":", 1)[0])
                yield self._raw(reached, rank, (int(aside), int(not reached.reloads), number))
            elif reached is None and self.services and (up := UP.search(line.text)):
                if not re.search(r"prod|test|deploy", line.text):
                    typed = next(
                        (one.text for one in commands(line.text) if UP.search(one.text)), line.text
                    )
                    service = next(
                        (one for one in self.services if one.file in typed), self.services[0]
                    )
                    yield Start(
                        typed, line.source, COMPOSE, (1, number, up.start()), service=service
                    )

    def _compose(self) -> Iterator[Start]:
        for number, service in enumerate(self.services):
            for command in commands(service.command):
                if command.serves:
                    order = (int(not command.reloads), number)
                    yield Start(command.text, service.command_source, INNER, order, command,
                                service.command_source, {}, service=service)  # fmt: skip

    def _main(self) -> Iterator[Start]:
        backend = self.survey.backend
        for number, one in enumerate(self.starters.values()):
            if not one.guarded or backend is None:
                continue
            root = backend.source_root
            if root != "." and not one.path.startswith(f"{root}/"):
                root = "."
            inner = one.path if root == "." else one.path[len(root) + 1 :]
            module = inner.removesuffix(".py").removesuffix("/__main__").replace("/", ".")
            loose = "/" not in inner or inner.split("/")[0] in {"bin", "scripts", "tools", "script"}
            typed = f"python {inner}" if loose else f"python -m {module}"
            order = (
                int(not one.target and one.path != (backend.app.path if backend.app else "")),
                number,
            )
            yield Start(
                self.survey.prefixed(typed), f"{one.path}:{one.line}", MAIN, order, starter=one
            )

    def _images(self) -> Iterator[Start]:
        for path in dockerfiles(self.survey):
            for text, number in instructions(self.tree, path):
                match = re.match(r"\s*(?:CMD|ENTRYPOINT)\s+(.*)", text, re.IGNORECASE)
                if not match:
                    continue
                body = match[1].strip()
                if body.startswith("["):
                    parts = re.findall(r"\"((?:[^\"\\]|\\.)*)\"", body)
                    body = " ".join(f"'{part}'" if " " in part else part for part in parts)
                reached = self.reach(body, f"{path}:{number}", {})
                if reached:
                    yield Start(reached.typed, reached.source, IMAGE, (), reached.command,
                                reached.command_source, reached.variables, reached.starter)  # fmt: skip


def _is_production(start: Start) -> bool:
    """Whether a command without reload is meant for a server rather than for a desk."""
    command = start.command
    if command is None:
        return False
    several = command.option("--workers", "-w") not in {None, "1"}
    return command.program == "gunicorn" or several or "0.0.0.0" in command.text  # noqa: S104


def instructions(tree: Tree, path: str) -> Iterator[tuple[str, int]]:
    """Yield a Dockerfile's instructions with their first lines, continuations joined."""
    begun, start = "", 0
    for number, text in enumerate(tree.lines(path), 1):
        start = start or number
        if text.rstrip().endswith("\\"):
            begun += text.rstrip()[:-1] + " "
            continue
        yield begun + text, start
        begun, start = "", 0


def dockerfiles(survey: Survey) -> list[str]:
    """Return the backend's Dockerfiles, the plainest first."""
    tree = survey.tree
    found: list[str] = []
    folders = [*survey.folders]
    folders += [within(folder, name) for folder in survey.folders
                for name in ("docker", "deploy", "deployment", "docker/backend", "docker/api", "infra")]  # fmt: skip
    for folder in folders:
        named = tree.listed(folder, "dockerfile*", "*.dockerfile", "containerfile")
        named = [
            path
            for path in named
            if not re.search(
                r"front|test|web|ui|nginx|worker|celery|docs|\.dockerignore", basename(path).lower()
            )
        ]
        found += sorted(named, key=lambda path: (len(basename(path)), path))
    return list(dict.fromkeys(found))


__all__ = ["Servers", "Start", "dirname", "dockerfiles", "instructions"]
