"""How the development server is started."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentpack.project.dockerfile import dockerfiles, instructions
from agentpack.project.reach import Reach
from agentpack.project.shell import SERVERS, commands
from agentpack.project.start import (
    COMPOSE,
    CONSOLE,
    DOCUMENT,
    IMAGE,
    INNER,
    MAIN,
    PACKAGE,
    PROCFILE,
    PRODUCTION,
    PYTHON,
    SCRIPT,
    TASK,
    Start,
    is_production,
)
from agentpack.project.survey import Survey
from agentpack.project.tree import Tree, is_aside

DEV_SCRIPT = re.compile(
    r"(?:^|[-_.])(?:watch|dev|devel|develop|development|start|run|serve|server|"
    r"reload|local|backend|api)(?:[-_.]|$)",
    re.IGNORECASE,
)
PREFERRED = (
    "dev",
    "develop",
    "rundev",
    "devserver",
    "startdev",
    "devbackend",
    "backenddev",
    "devapi",
    "apidev",
    "devrun",
    "watch",
    "runserver",
    "serve",
    "server",
    "startbackend",
    "runbackend",
    "backend",
    "runapi",
    "startapi",
    "api",
    "run",
    "runlocal",
    "local",
    "start",
    "app",
    "runapp",
    "startserver",
    "startapp",
    "uvicorn",
    "fastapi",
    "up",
    "py",
)
UNFIT = re.compile(
    r"test|e2e|lint|docs?\b|prod|deploy|build|\bci\b|debug|migrat|celery|worker|"
    r"k8s|openapi|perf|load|docker|"
    r"install|setup|prestart|container|stag|release|kill|stop|clean|profil|bench|"
    r"mcp|https|gunicorn",
    re.IGNORECASE,
)
UP = re.compile(
    r"\b(?:docker[ -]compose|podman[ -]compose)\b(?:\s+-f\s+\S+|\s+--\S+)*\s+(?:up|watch)\b"
)


class Servers:
    """Finds every way in which a project starts its server."""

    def __init__(self, survey: Survey) -> None:
        self.survey = survey
        self.tree: Tree = survey.tree
        self.reach = Reach(survey)

    def starts(self) -> list[Start]:
        """Return every way of starting the server, the most trusted first."""
        found = [
            *self._named(),
            *self._console(),
            *self._procfile(),
            *self._documents(),
            *self._compose(),
            *self._main(),
            *self._images(),
        ]
        return sorted(found, key=lambda start: (start.rank, *start.order))

    def _named(self) -> Iterator[Start]:
        for number, task in enumerate(self.survey.tasks):
            if UNFIT.search(task.name):
                continue
            reached = self.reach.task(task, {})
            simple = re.sub(r"[^a-z]", "", task.name.removesuffix(".sh").lower())
            order = PREFERRED.index(simple) if simple in PREFERRED else len(PREFERRED)
            kind = {"script": SCRIPT, "package": PACKAGE, "python": PYTHON}.get(task.kind, TASK)
            if reached is None:
                up = next(((text, source) for text, source in task.lines if UP.search(text)), None)
                if up and self.reach.services and kind == TASK and order < len(PREFERRED):
                    yield Start(
                        task.typed, task.source, COMPOSE, (0, order), service=self.reach.services[0]
                    )
                continue
            if task.kind == "script" and not DEV_SCRIPT.search(task.name):
                continue
            production = not reached.reloads and is_production(reached)
            if task.kind == "script" and not reached.reloads and not production:
                kind = PROCFILE
            rank = PRODUCTION if production else kind
            yield Start(
                task.typed,
                task.source,
                rank,
                (order, number),
                reached.command,
                reached.command_source,
                reached.variables,
                reached.starter,
            )

    def _console(self) -> Iterator[Start]:
        """Yield the console scripts whose function starts the server."""
        for name, (one, source) in self.reach.consoles.items():
            yield Start(self.survey.prefixed(name), source, CONSOLE, starter=one)

    def _procfile(self) -> Iterator[Start]:
        for folder in self.survey.folders:
            for path in self.tree.listed(folder, "procfile*"):
                for number, text in enumerate(self.tree.lines(path), 1):
                    name, _, body = text.partition(":")
                    reached = (
                        self.reach.line(body.strip(), f"{path}:{number}", {}) if body else None
                    )
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
                plain in SERVERS or plain in self.reach.consoles or plain.startswith("python")
            ):
                typed = (
                    f"{start} {self.survey.prefixed(rest)}".strip()
                    if rest != typed
                    else self.survey.prefixed(typed)
                )
        return Start(
            typed,
            reached.source,
            rank,
            order,
            command,
            reached.command_source,
            reached.variables,
            reached.starter,
            reached.service,
        )

    def _documents(self) -> Iterator[Start]:
        for number, line in enumerate(self.survey.documented):
            if line.text.startswith(("FROM", "CMD", "COPY", "command:", "RUN")):
                continue
            reached = self.reach.line(line.text, line.source, {})
            if reached and reached.command and not reached.command.contained:
                production = (
                    reached.command.program == "gunicorn"
                    or "--workers" in reached.command.arguments
                )
                rank = PRODUCTION if production and not reached.reloads else DOCUMENT
                aside = is_aside(line.source.rsplit(":", 1)[0])
                yield self._raw(reached, rank, (int(aside), int(not reached.reloads), number))
            elif reached is None and self.reach.services and (up := UP.search(line.text)):
                if re.search(r"prod|test|deploy", line.text):
                    continue
                if up:
                    typed = next(
                        (one.text for one in commands(line.text) if UP.search(one.text)), line.text
                    )
                    service = next(
                        (one for one in self.reach.services if one.file in typed),
                        self.reach.services[0],
                    )
                    yield Start(
                        typed, line.source, COMPOSE, (1, number, up.start()), service=service
                    )

    def _compose(self) -> Iterator[Start]:
        for number, service in enumerate(self.reach.services):
            for command in commands(service.command):
                if command.serves:
                    order = (int(not command.reloads), number)
                    yield Start(
                        command.text,
                        service.command_source,
                        INNER,
                        order,
                        command,
                        service.command_source,
                        {},
                        service=service,
                    )

    def _main(self) -> Iterator[Start]:
        backend = self.survey.backend
        for number, one in enumerate(self.reach.starters.values()):
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
                reached = self.reach.line(body, f"{path}:{number}", {})
                if reached:
                    yield Start(
                        reached.typed,
                        reached.source,
                        IMAGE,
                        (),
                        reached.command,
                        reached.command_source,
                        reached.variables,
                        reached.starter,
                    )
