"""The port of the development server, and the other ports that the project states for it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentpack.project.claims import Claim
from agentpack.project.compose import Port
from agentpack.project.dockerfile import dockerfiles
from agentpack.project.facts import DEFAULT
from agentpack.project.server import Servers
from agentpack.project.shell import DEFAULT_PORT, expand
from agentpack.project.start import COMPOSE, IMAGE, INNER, Start
from agentpack.project.starters import HIGHEST, from_environment

EXPOSE = re.compile(r"^\s*EXPOSE\s+(.*)", re.IGNORECASE)
VARIABLE = re.compile(r"^\s*(?:ENV|ARG)\s+(\w+)[=\s]+[\"']?([^\s\"']+)", re.IGNORECASE)
HTTP_PORTS = frozenset({80, 5000, 8000, 8080})
"""What HTTP servers in containers usually listen on."""
PROXY_PORTS = frozenset({80, 443})
"""What a container listens on behind a proxy: no contradiction to a development server."""


def _number(text: str | None) -> int | None:
    found = re.fullmatch(r"[\"']?(\d{2,5})[\"']?", text or "")
    return int(found[1]) if found and int(found[1]) <= HIGHEST else None


def stated(servers: Servers, start: Start) -> tuple[int, str] | None:
    """Return the port that a way of starting the server states, and where."""
    if start.service is not None and start.rank == COMPOSE:
        return _published(start)
    if (start.command is not None and start.command.serves) or (
        start.command is not None and start.starter is not None
    ):
        raw = start.command.port()
        if raw is not None:
            text = expand(raw, start.variables or {})
            number = _number(text)
            if number is not None:
                return number, start.command_source
            name = re.fullmatch(r"\$\{?(\w+)\}?", text)
            found = from_environment(servers.survey, name[1]) if name else None
            if found:
                return found
    if start.starter is not None and start.starter.port is not None:
        return start.starter.port, start.starter.port_source
    return None


def _published(start: Start) -> tuple[int, str] | None:
    service = start.service
    if service is None or not service.ports:
        return None
    ports = sorted(service.ports, key=lambda port: port.container not in HTTP_PORTS)
    first = ports[0] if any(port.container in HTTP_PORTS for port in ports) else service.ports[0]
    return first.host, first.source


def _exposed(servers: Servers) -> Iterator[tuple[list[int], str]]:
    tree = servers.tree
    for path in dockerfiles(servers.survey)[:1]:
        variables: dict[str, str] = {}
        listed: list[int] = []
        source = ""
        for number, text in enumerate(tree.lines(path), 1):
            if variable := VARIABLE.match(text):
                variables[variable[1]] = variable[2]
            if match := EXPOSE.match(text):
                for word in expand(match[1], variables).split():
                    port = _number(word.split("/")[0])
                    if port:
                        listed.append(port)
                        source = source or f"{path}:{number}"
        if listed:
            yield listed, source


def claim(servers: Servers, starts: list[Start]) -> Iterator[Claim]:
    """Claim the port of the development server."""
    services = servers.reach.services
    published = {port.container: port for one in reversed(services) for port in one.ports}
    main = DEFAULT_PORT
    if starts and not _unknown(servers, starts[0]):
        best = _best(starts[0], stated(servers, starts[0]), published)
        main = best[0]
        yield Claim("port", *best)
    elif starts:
        main = next((port.host for one in services for port in one.ports), 0)
    elif not published or servers.survey.backend is None or servers.survey.backend.app is None:
        return
    yield from _rivals(servers, starts, main, published)


def _rivals(
    servers: Servers, starts: list[Start], main: int, published: dict[int, Port]
) -> Iterator[Claim]:
    """Claim what else is stated: by compose, by other ways to start, by the image."""
    for service in servers.reach.services:
        same = [port for port in service.ports if port.host == main]
        for port in (same or list(service.ports))[:1]:
            if starts or port.container in HTTP_PORTS:
                yield Claim("port", port.host, port.source, 1, contests=True)
    for start in starts[1:]:
        other = stated(servers, start)
        inside = start.rank in {IMAGE, INNER} or "docker" in start.source.lower()
        if other and not (inside and other[0] in published) and other[0] not in PROXY_PORTS:
            yield Claim("port", *other, 2, contests=True)
    for listed, source in _exposed(servers):
        own = main if main in listed else listed[0]
        if own == main or not (set(listed) & set(published) or own in PROXY_PORTS):
            yield Claim("port", own, source, 3, contests=True)


def _unknown(servers: Servers, start: Start) -> bool:
    """Whether a way of starting the server names a port that cannot be told from outside."""
    if stated(servers, start) is not None:
        return False
    by_command = start.command is not None and start.command.port() is not None
    return by_command or bool(start.starter and start.starter.names_port)


def _best(
    start: Start, found: tuple[int, str] | None, published: dict[int, Port]
) -> tuple[int, str]:
    """Return the port of the best way to start: as published, as stated, or the server's own."""
    if found is None:
        return DEFAULT_PORT, DEFAULT
    if start.service is not None:
        published = {**published, **{port.container: port for port in start.service.ports}}
    mapped = published.get(found[0]) if start.rank in {INNER, IMAGE} else None
    return (mapped.host, mapped.source) if mapped else found
