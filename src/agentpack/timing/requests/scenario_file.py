"""A scenario's YAML file, checked: each error names the line and what to do."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, cast

from agentpack.lazy import lazy
from agentpack.timing.requests import marked
from agentpack.timing.requests.capture import steps as places
from agentpack.timing.requests.given import FromEnvironment
from agentpack.timing.requests.marked import Node, plain
from agentpack.timing.requests.scenario import Scenario, Step
from agentpack.timing.requests.template import fill, names

KEYS = ("base", "headers", "variables", "login", "steps")
STEP_KEYS = (
    "name", "method", "url", "headers", "json", "form", "body", "user", "status", "capture",
    "budget", "repeat",
)  # fmt: skip
_METHOD = lazy(r"[A-Z][A-Z-]*")
_NAME = lazy(r"[A-Za-z_][A-Za-z0-9_]*")
_TOKEN = lazy(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_STATUSES = range(100, 600)


def load_scenario(path: Path, *, environment: Mapping[str, str] | None = None) -> Scenario:
    """Read a scenario.

    `${env.NAME}` is read from `environment`, by default our own.

    Raises:
        AgentpackError: something in it is wrong; names the file, the line and the mend.
    """
    return _Loader(path, os.environ if environment is None else environment).load()


class _Loader:
    def __init__(self, path: Path, environment: Mapping[str, str]) -> None:
        self.path, self.environment = path, environment
        self.values: dict[str, Any] = {}
        self.known: set[str] = set()
        self.headers: tuple[tuple[str, str], ...] = ()
        self.seen: set[str] = set()

    def load(self) -> Scenario:
        root = marked.read(self.path)
        top = root.mapping("a scenario", KEYS)
        base = self._base(top["base"]) if "base" in top else None
        if "variables" in top:
            for name, node in top["variables"].mapping("variables").items():
                self._define(name, node)
                self._check(node)
                value = plain(node)
                self.values[name] = (
                    value if not isinstance(value, str) else fill(value, self.values)
                )
        if "headers" in top:
            self.headers = self._headers(top["headers"], ())
        login = self._login(top["login"]) if "login" in top else ()
        if "steps" not in top:
            raise root.fault("the scenario has no steps", "add steps: with one at least")
        steps = tuple(map(self._step, top["steps"].items("steps")))
        if not steps:
            raise top["steps"].fault("steps is empty", "add one: - url: /path")
        return Scenario(self.path, base, login, steps, self.values)

    def _base(self, node: Node) -> str:
        base = node.text("base")
        if not base.startswith(("http://", "https://")):
            raise node.fault(f"base is {base!r}", "such as base: http://127.0.0.1:8000")
        return base

    def _define(self, name: str, node: Node) -> None:
        if not _NAME.fullmatch(name):
            raise node.fault(
                f"{name!r} is no name for a value", "letters, digits and _, a letter first"
            )
        self.known.add(name)

    def _check(self, node: Node) -> None:
        """Each `${name}` below a node is known by now."""
        if isinstance(node.value, (dict, list)):
            inner = node.value.values() if isinstance(node.value, dict) else node.value
            for each in inner:
                self._check(each)
            for name in names(list(node.value) if isinstance(node.value, dict) else []):
                self._need(name, node)
            return
        for name in names(node.value):
            self._need(name, node)

    def _need(self, name: str, node: Node) -> None:
        if name in self.known:
            return
        where, dot, variable = name.partition(".")
        if dot and where == "env":
            if variable not in self.environment:
                raise node.fault(
                    f"${variable} is not set in the environment", f"export {variable}=…"
                )
            value = self.environment[variable]
            self.values[name] = FromEnvironment(value, f"${{{variable}}}")
            self.known.add(name)
            return
        given = ", ".join(sorted(each for each in self.known if "." not in each)) or "none"
        raise node.fault(
            f"${{{name}}} is not known here",
            f"capture it in an earlier step, or add it to variables (known: {given})",
        )

    def _login(self, node: Node) -> tuple[Step, ...]:
        nodes = [node] if isinstance(node.value, dict) else node.items("login")
        return tuple(map(self._step, nodes))

    def _step(self, node: Node) -> Step:
        entries = node.mapping("a step", STEP_KEYS)
        if "url" not in entries:
            raise node.fault("the step has no url", "add url: /path")
        url = entries["url"].text("url")
        self._check(entries["url"])
        payloads = [key for key in ("json", "form", "body") if key in entries]
        if payloads[1:]:
            raise entries[payloads[1]].fault(
                f"the step has both {payloads[0]} and {payloads[1]}", "keep one"
            )
        payload = payloads[0] if payloads else None
        method = "POST" if payload else "GET"
        if "method" in entries:
            method = entries["method"].text("method").upper()
            if not _METHOD.fullmatch(method):
                raise entries["method"].fault(f"method is {method!r}", "such as GET or POST")
        name = entries["name"].text("name") if "name" in entries else f"{method} {url}"
        if name in self.seen:
            raise node.fault(
                f"there is another step {name!r}", "give each a name of its own: name: …"
            )
        self.seen.add(name)
        headers = self._headers(entries.get("headers"), self.headers)
        user = self._text(entries.get("user"), "user")
        if user is not None and ":" not in user:
            raise entries["user"].fault("user has no password", "write name:${env.PASSWORD}")
        return Step(
            name=name,
            method=method,
            url=url,
            line=node.line,
            headers=headers,
            payload=cast("Any", payload),
            content=self._content(payload, entries[payload]) if payload else None,
            user=user,
            status=self._status(entries.get("status")),
            budget_s=entries["budget"].number("budget") if "budget" in entries else None,
            repeat=int(entries["repeat"].number("repeat", least=1, whole=True))
            if "repeat" in entries
            else 1,
            # Last: what a step captures is for the steps behind it.
            capture=self._capture(entries.get("capture")),
        )

    def _text(self, node: Node | None, what: str) -> str | None:
        if node is None:
            return None
        self._check(node)
        return node.text(what)

    def _content(self, payload: str, node: Node) -> Any:
        self._check(node)
        if payload == "body":
            return node.text("body")
        if payload == "form":
            node.mapping("form")
        return plain(node)

    def _headers(
        self, node: Node | None, before: Iterable[tuple[str, str]]
    ) -> tuple[tuple[str, str], ...]:
        if node is None:
            return tuple(before)
        self._check(node)
        own: list[tuple[str, str]] = []
        for name, inner in node.mapping("headers").items():
            value = inner.text(f"header {name}")
            if not _TOKEN.fullmatch(name) or "\n" in value:
                raise inner.fault(f"{name!r} is no header", "write Name: value on one line")
            own.append((name, value))
        replaced = {name.lower() for name, _ in own}
        return (*(pair for pair in before if pair[0].lower() not in replaced), *own)

    def _status(self, node: Node | None) -> tuple[int, ...]:
        if node is None:
            return ()
        given = plain(node) if isinstance(node.value, list) else [node.value]
        if not given or not all(type(each) is int and each in _STATUSES for each in given):
            raise node.fault(f"status is {plain(node)!r}", "such as status: 201, or [200, 404]")
        return tuple(given)

    def _capture(self, node: Node | None) -> tuple[tuple[str, str], ...]:
        if node is None:
            return ()
        found = []
        for name, inner in node.mapping("capture").items():
            place = inner.text(f"capture {name}")
            if places(place) is None:
                raise inner.fault(
                    f"{place!r} is no place in an answer",
                    "such as json.access_token, json.items[0].id, header.Location, cookie.session",
                )
            self._define(name, inner)
            found.append((name, place))
        return tuple(found)
