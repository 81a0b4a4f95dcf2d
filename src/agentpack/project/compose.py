"""Compose files: the service that is the backend, its command and its ports."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from posixpath import basename, dirname

import yaml

from agentpack.project.documents import line, mapping, read_yaml, scalar, sequence
from agentpack.project.shell import commands, expand
from agentpack.project.tree import Tree, is_aside, under, within

FILE = re.compile(r"(?:docker-)?compose(?P<variant>[\w.-]*)\.ya?ml$", re.IGNORECASE)
OTHER = re.compile(
    r"prod|test|e2e|deploy|ci\b|stag|traefik|proxy|swarm|gpu|deps|monitor|airgap", re.IGNORECASE
)
FRONT = re.compile(
    r"front|web-?ui|client|nginx|proxy|admin|flower|worker|celery|beat|docs|migrat", re.IGNORECASE
)
FOR_DEVELOPERS = re.compile(r"override|dev|local", re.IGNORECASE)
OTHERS = re.compile(
    r"\b(?:celery|arq|dramatiq|rq|huey|taskiq|flower|alembic|sleep|migrat\w*|"
    r"scheduler|streamlit|gradio|npm|"
    r"pnpm|yarn|node|next|nginx|jupyter)\b"
)
BACK = re.compile(r"back|api|server|app|fastapi|web|service", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Port:
    """A port that a compose file publishes."""

    host: int
    container: int
    source: str


@dataclass(frozen=True, slots=True)
class Service:
    """A service of a compose file."""

    name: str
    file: str
    image: str
    builds: str | None
    dockerfile: str | None
    command: str
    command_source: str
    ports: tuple[Port, ...]
    source: str


def compose_files(tree: Tree, folders: list[str]) -> list[str]:
    """Return the compose files for development, the plainest first."""
    places = [*reversed(folders)]
    places += [
        within(folder, name)
        for folder in reversed(folders)
        for name in ("docker", "deploy", "deployment", "infra", "compose", ".docker")
    ]
    found: list[str] = []
    for folder in places:
        listed = tree.listed(folder, "*.yml", "*.yaml")
        named = [path for path in listed if FILE.fullmatch(basename(path))]
        named = [path for path in named if not OTHER.search(_variant(path)) and not is_aside(path)]
        # Beside the plain file the others are variants of it, but for those of a developer.
        own = [
            path for path in named if not _variant(path) or FOR_DEVELOPERS.search(_variant(path))
        ]
        found += sorted(own or named, key=lambda path: (_variant(path), path))
    return list(dict.fromkeys(found))


def _variant(path: str) -> str:
    match = FILE.fullmatch(basename(path))
    return match["variant"] if match else ""


def _shell(node: yaml.Node | None) -> str:
    if node is None:
        return ""
    parts = [scalar(item) for item in sequence(node)]
    if parts:
        return " ".join(f"'{part}'" if " " in part else part for part in parts)
    return re.sub(r"\s*\n\s*", " ", scalar(node)).strip()


def _ports(path: str, node: yaml.Node | None) -> Iterator[Port]:
    for item in sequence(node):
        source = f"{path}:{line(item)}"
        long = mapping(item)
        if long:
            texts = (scalar(long.get("published")), scalar(long.get("target")))
        else:
            written = expand(scalar(item).split("/")[0], {})
            parts = written.rsplit(":", 2)
            texts = (parts[-2], parts[-1]) if len(parts) > 1 else ("", "")
        if all(text.isdigit() for text in texts):
            yield Port(int(texts[0]), int(texts[1]), source)


def _services(tree: Tree, path: str) -> Iterator[Service]:
    for name, node in mapping(mapping(read_yaml(tree, path)).get("services")).items():
        body = mapping(node)
        build = body.get("build")
        context = scalar(build) or scalar(mapping(build).get("context")) if build else None
        dockerfile = scalar(mapping(build).get("dockerfile")) or None
        command = body.get("command") or body.get("entrypoint")
        yield Service(
            name,
            path,
            scalar(body.get("image")),
            within(dirname(path) or ".", expand(context or ".", {})) if build else None,
            dockerfile,
            _shell(command),
            f"{path}:{line(command)}" if command else "",
            tuple(_ports(path, body.get("ports"))),
            f"{path}:{line(node)}",
        )


def read_services(tree: Tree, folders: list[str]) -> list[Service]:
    """Return the services of the compose files for development."""
    return [one for path in compose_files(tree, folders) for one in _services(tree, path)]


def _image_command(tree: Tree, service: Service) -> str:
    """Return the last command of the Dockerfile that a service is built from."""
    path = within(service.builds or ".", service.dockerfile or "Dockerfile")
    found = re.findall(r"^\s*(?:CMD|ENTRYPOINT)\s+(.*)", tree.text(path) or "", re.MULTILINE)
    return str(found[-1]) if found else ""


def backend_services(
    tree: Tree, services: list[Service], folder: str, manifest: str
) -> list[Service]:
    """Return the services that run the backend, one file's after the other's."""
    found = []
    for service in services:
        serving = any(command.serves for command in commands(service.command))
        if OTHERS.search(service.command or _image_command(tree, service)) and not serving:
            continue
        builds = service.builds is not None and (
            service.builds in {folder, manifest} or under(folder, service.builds)
        )
        if builds and service.dockerfile and folder != ".":
            inside = within(service.builds or ".", service.dockerfile)
            builds = "/" not in service.dockerfile or under(inside, folder)
        front = FRONT.search(service.name) and not re.search(
            r"back|api|fastapi", service.name, re.IGNORECASE
        )
        if serving or (builds and not front):
            found.append(service)
    named = [one for one in found if BACK.search(one.name)]
    return named or found
