"""The requests that may call an operation: the likeliest values for its parameters first."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product
from typing import Any
from urllib.parse import urlencode

from agentpack.timing.request import Part, Request
from agentpack.timing.requests.openapi import serialize
from agentpack.timing.requests.openapi.document import MalformedError, Operation, follow
from agentpack.timing.requests.openapi.pool import Pool, fits, tokens
from agentpack.timing.requests.openapi.values import (
    UnknownValueError,
    choices,
    hinted,
    stated,
    value,
)

_PER_PARAMETER = 5
_MOST = 6
_NOT_PARAMETERS = ("accept", "content-type", "authorization")
"""Headers that OpenAPI does not take for parameters."""


class NothingKnownError(Exception):
    """No value is known for a parameter of the path; the message is its name."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request for an operation, and the values of its path."""

    request: Request
    used: tuple[tuple[str, str, Any], ...]
    """For each parameter of the path: the path before it, its name, its value."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where values and headers come from."""

    document: Mapping[str, Any]
    pool: Pool
    headers: Sequence[tuple[str, str]] = ()
    user: str | None = None
    insecure: bool = False
    given: Mapping[str, str] = ()  # type: ignore[assignment]
    """Values for parameters by name, which come before all others."""

    def attempts(self, operation: Operation, base: str, *, made_up: bool) -> Iterator[Attempt]:
        """Requests that may call an operation.

        Args:
            operation: what to call.
            base: where its path begins.
            made_up: whether a value of the path may be made up of its type alone.

        Raises:
            NothingKnownError: no value is known for a parameter of the path.
            UnknownValueError: no value can be made up for a parameter, or for the body.
            MalformedError: the document is at fault.
        """
        names = [p for p in operation.parameters if p["in"] == "path"]
        ways = []
        for parameter in names:
            found = self._for_path(operation, parameter, made_up=made_up)
            if not found:
                raise NothingKnownError(str(parameter["name"]))
            ways.append(list(enumerate(found[:_PER_PARAMETER])))
        query, headers = self._elsewhere(operation)
        body, parts, content_type = self._body(operation)
        if content_type:
            headers.append(("Content-Type", content_type))
        # The likeliest of all first, then those with one value changed.
        chosen = sorted(product(*ways), key=lambda picked: sum(rank for rank, _ in picked))
        for picked in islice(chosen, _MOST):
            path, used = operation.path, []
            for parameter, (_, given) in zip(names, picked, strict=True):
                name = str(parameter["name"])
                used.append((before(operation.path, name), name, given))
                path = path.replace(f"{{{name}}}", serialize.in_path(parameter, given))
            if "{" in path:
                raise MalformedError(
                    f"its path has {path[path.index('{') :]} and no such parameter"
                )
            url = f"{base}{path}{'?' + '&'.join(query) if query else ''}"
            request = Request(
                operation.method, url, tuple(headers), body, parts, self.user,
                insecure=self.insecure, operation=operation.name,
            )  # fmt: skip
            yield Attempt(request, tuple(used))

    def _for_path(
        self, operation: Operation, parameter: Mapping[str, Any], *, made_up: bool
    ) -> list[Any]:
        name, schema = str(parameter["name"]), self._schema(parameter)
        if name in self.given:
            return [self.given[name]]
        pooled = self.pool.for_path(before(operation.path, name), name)
        found = [
            *self.pool.linked(operation.name, name),
            *choices(self.document, schema),
            *(each for each in pooled if fits(schema, each)),
            *stated(parameter),
            *stated(schema),
        ]
        if not found and made_up:
            found = [value(self.document, hinted(self.document, name, schema))]
        return list({json.dumps(each): each for each in found}.values())

    def _elsewhere(self, operation: Operation) -> tuple[list[str], list[tuple[str, str]]]:
        query: list[str] = []
        headers = list(self.headers)
        cookies: list[str] = []
        for parameter in operation.parameters:
            where, name = parameter["in"], str(parameter["name"])
            if where == "path" or (
                parameter.get("required") is not True and name not in self.given
            ):
                continue
            if where == "query":
                query += serialize.in_query(parameter, self._any(operation, parameter))
            elif where == "cookie":
                cookies.append(f"{name}={serialize.plain(self._any(operation, parameter))}")
            elif where == "header" and name.lower() not in (
                *_NOT_PARAMETERS,
                *(given.lower() for given, _ in headers),
            ):
                headers.append((name, serialize.plain(self._any(operation, parameter))))
        if cookies and all(name.lower() != "cookie" for name, _ in headers):
            headers.append(("Cookie", "; ".join(cookies)))
        return query, headers

    def _any(self, operation: Operation, parameter: Mapping[str, Any]) -> Any:
        name, schema = str(parameter["name"]), self._schema(parameter)
        if name in self.given:
            return self.given[name]
        known: list[Iterator[Any]] = [
            self.pool.linked(operation.name, name),
            stated(parameter),
            stated(schema),
            choices(self.document, schema),
            (each for each in self.pool.for_name(name) if fits(schema, each)),
        ]
        for source in known:
            for each in source:
                return each
        try:
            return value(self.document, hinted(self.document, name, schema))
        except UnknownValueError as error:
            raise UnknownValueError(f"no value for the parameter {name}: {error}") from None

    def _schema(self, parameter: Mapping[str, Any]) -> Mapping[str, Any]:
        content = parameter.get("content")
        if isinstance(content, dict) and content:
            parameter = follow(self.document, next(iter(content.values())))
        schema = parameter.get("schema", {})
        return {} if schema is True else follow(self.document, schema)

    def _body(self, operation: Operation) -> tuple[bytes | None, tuple[Part, ...], str]:
        if "requestBody" not in operation.raw:
            return None, (), ""
        body = follow(self.document, operation.raw["requestBody"])
        content = body.get("content")
        if body.get("required") is not True or not isinstance(content, dict) or not content:
            return None, (), ""
        # Of several kinds JSON: it is what the schema speaks of.
        media = min(content, key=lambda kind: (not _is_json(kind), list(content).index(kind)))
        kind = media.partition(";")[0].strip().lower()
        node = follow(self.document, content[media])
        named = list(islice(stated(node), 1))
        try:
            given = named[0] if named else self._known(value(self.document, node.get("schema", {})))
        except UnknownValueError as error:
            raise UnknownValueError(f"no body can be made up: {error}") from None
        if _is_json(media):
            return json.dumps(given, ensure_ascii=False).encode(), (), media
        if kind == "application/x-www-form-urlencoded" and isinstance(given, dict):
            pairs = {name: serialize.text(each) for name, each in given.items()}
            return urlencode(pairs).encode(), (), kind
        if kind == "multipart/form-data" and isinstance(given, dict):
            return None, tuple(self._parts(node, given)), ""
        if kind.startswith("text/") or kind in ("application/octet-stream", "*/*"):
            return serialize.text(given).encode(), (), media if "*" not in media else "text/plain"
        raise UnknownValueError(f"no body of type {media} can be made up")

    def _known(self, body: Any) -> Any:
        """A made-up body with the ids in it replaced by such as were seen."""
        if not isinstance(body, dict):
            return body
        made = dict(body)
        for name, each in body.items():
            words = tokens(name)
            if words[1:] and words[-1] in ("id", "slug", "key"):
                seen = (one for one in self.pool.for_name(name) if type(one) is type(each))
                made[name] = next(seen, each)
        return made

    def _parts(self, media: Mapping[str, Any], given: Mapping[str, Any]) -> Iterator[Part]:
        schema = follow(self.document, media.get("schema", {}))
        properties = schema.get("properties", {})
        for name, each in given.items():
            inner = follow(self.document, properties.get(name, {}))
            for one in each if isinstance(each, list) else [each]:
                file = inner.get("format") == "binary" or "contentMediaType" in inner
                yield Part(name, serialize.text(one), filename="file.txt" if file else None)


def before(path: str, name: str) -> str:
    """The path in front of one of its parameters."""
    return path.partition(f"{{{name}}}")[0].rstrip("/")


def _is_json(media: str) -> bool:
    kind = media.partition(";")[0].strip().lower()
    return kind == "application/json" or kind.endswith("+json")
