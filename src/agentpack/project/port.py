"""The port of the development server, and the other ports that the project states for it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentpack.project.claims import Claim
from agentpack.project.facts import DEFAULT
from agentpack.project.server import COMPOSE, IMAGE, INNER, Servers, Start, dockerfiles
from agentpack.project.shell import DEFAULT_PORT, expand
from agentpack.project.starters import _from_environment as from_environment

EXPOSE = re.compile(r"^\s*EXPOSE\s+(.*)", re.IGNORECASE)
VARIABLE = re.compile(r"^\s*(?:ENV|ARG)\s+(\w+)[=\s]+[\"']?([^\s\"']+)", re.IGNORECASE)
PROXY_PORTS = frozenset({80, 443})
"""What a container listens on behind a proxy: no contradiction to a development server."""


def _number(text: str | None) -> int | None:
    found = re.fullmatch(r"[\"']?(\d{2,5})[\"']?", text or "")
    return int(found[1]) if found and int(found[1]) <= 65535 else None


def stated(servers: Servers, start: Start) -> tuple[int, str] | None:
    """Return the port that a way of starting the server states, and where."""
    if start.service is not None and start.rank == COMPOSE:
        return _published(start)
    if (
        (start.command is not None
        and start.command.serves)
        or (start.command is not None
        and start.starter is not None)
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
    inner = {8000, 80, 8080}
    ports = sorted(service.ports, key=lambda port: port.container not in inner)
    first = ports[0] if any(port.container in inner for port in ports) else service.ports[0]
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
    """Claim the port and the URL of the development server."""
    for one in _ports(servers, starts):
        yield one
        yield Claim("base_url", f"http://localhost:{one.value}", one.source, one.rank, one.contests)


def _ports(servers: Servers, starts: list[Start]) -> Iterator[Claim]:
    published = {
        port.container: port for service in reversed(servers.services) for port in service.ports
    }
    if starts:
        best = starts[0]
        found = stated(servers, best)
        if best.service is not None:
            published.update({port.container: port for port in best.service.ports})
        mapped = published.get(found[0]) if found and best.rank in {INNER, IMAGE} else None
        if mapped:
            found = (mapped.host, mapped.source)
        if found:
            yield Claim("port", found[0], found[1], 0)
        else:
            yield Claim("port", DEFAULT_PORT, DEFAULT, 0)
    rank = 1
    main = found[0] if starts and found else DEFAULT_PORT
    for service in servers.services:
        ports = service.ports
        if any(port.host == main for port in ports):
            ports = tuple(port for port in ports if port.host == main)
        for port in ports[:1]:
            if starts or port.container in {8000, 80, 8080, 5000}:
                yield Claim("port", port.host, port.source, rank, contests=True)
    if not starts and not published:
        return
    for start in starts[1:]:
        other = stated(servers, start)
        inside = start.rank in {IMAGE, INNER} or start.source.lower().find("docker") >= 0
        if other and not (inside and other[0] in published) and other[0] not in PROXY_PORTS:
            yield Claim("port", other[0], other[1], rank + 1, contests=True)
    for listed, source in _exposed(servers):
        if main in listed or any(port in published for port in listed):
            if main in listed:
                yield Claim("port", main, source, rank + 2)
        elif listed[0] not in PROXY_PORTS:
            yield Claim("port", listed[0], source, rank + 2, contests=True)
