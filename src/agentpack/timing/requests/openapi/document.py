"""An OpenAPI 3.0, 3.1 or 3.2 document: its operations, with every reference followed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import unquote, urlsplit

from agentpack.errors import AgentpackError

METHODS = ("get", "head", "post", "put", "patch", "delete", "options")
_VERSIONS = ("3.0", "3.1", "3.2")
_LONGEST_CHAIN = 50


class MalformedError(ValueError):
    """A part of a document is not what it has to be; the rest may still be of use."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path."""

    method: str
    path: str
    """As it is in the document, `{…}` and all."""
    raw: Mapping[str, Any]
    parameters: tuple[Mapping[str, Any], ...]
    """The path's and its own, references followed; its own come first where both say one."""
    servers: Sequence[Any]
    security: Sequence[Any]
    fault: str | None = None
    """Why it cannot be called, where the document itself is at fault."""

    @property
    def name(self) -> str:
        """What it is called in a report."""
        return f"{self.method} {self.path}"


def parse(content: bytes, where: str) -> Mapping[str, Any]:
    """The document in JSON or YAML.

    Args:
        content: its bytes.
        where: the file or the URL it is from, for errors.

    Raises:
        AgentpackError: it is neither, or no OpenAPI document that is understood here.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise AgentpackError("the OpenAPI document is not UTF-8", path=where) from None
    try:
        value = json.loads(text)
    except RecursionError:
        raise AgentpackError("the OpenAPI document is nested too deeply", path=where) from None
    except ValueError as error:
        if text.lstrip()[:1] in ("{", "["):
            line = getattr(error, "lineno", None)
            raise AgentpackError(
                f"the OpenAPI document is not JSON: {error}", path=where, line=line
            ) from None
        value = _yaml(text, where)
    try:
        require(value)
    except MalformedError as error:
        raise AgentpackError(str(error), path=where, mend="see: /openapi.json") from None
    document: Mapping[str, Any] = value
    return document


def _yaml(text: str, where: str) -> Any:
    import yaml  # noqa: PLC0415 - most documents are JSON

    class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
        # A date among the examples is a text.
        yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {
            first: [pair for pair in pairs if not pair[0].endswith(":timestamp")]
            for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
        }

    try:
        return yaml.load(text, Loader=Loader)  # noqa: S506 - made of the safe one
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        raise AgentpackError(
            "this is no OpenAPI document: neither JSON nor YAML",
            path=where,
            line=mark.line + 1 if mark else None,
        ) from None


def require(value: Any) -> None:
    """Raise `MalformedError` if this is no OpenAPI document that is understood here."""
    if not isinstance(value, dict):
        raise MalformedError(f"this is no OpenAPI document: {_kind(value)}, not an object")
    if "swagger" in value:
        raise MalformedError("this is Swagger 2.0; OpenAPI 3 is understood")
    version = value.get("openapi")
    if not isinstance(version, str) or not version.startswith(_VERSIONS):
        raise MalformedError(f"this is no OpenAPI 3 document: openapi is {version!r}")
    if not isinstance(value.get("paths", {} if version >= "3.1" else None), dict):
        raise MalformedError(f"the OpenAPI document has no paths: {_kind(value.get('paths'))}")


def _kind(value: Any) -> str:
    names = {list: "a list", str: "a text", type(None): "nothing"}
    return names.get(type(value), type(value).__name__)


def follow(document: Mapping[str, Any], node: Any) -> Mapping[str, Any]:
    """What stands behind `$ref`, however many there are in a row; an object in the end.

    Raises:
        MalformedError: a reference leads nowhere, outside or in a circle, or to no object.
    """
    seen = 0
    while isinstance(node, dict) and isinstance(node.get("$ref"), str):
        seen += 1
        if seen > _LONGEST_CHAIN:
            raise MalformedError(f"the reference {node['$ref']} leads in a circle")
        node = at(document, node["$ref"])
    if not isinstance(node, dict):
        raise MalformedError(f"there is {_kind(node)} where an object has to be")
    return node


def at(document: Mapping[str, Any], reference: str) -> Any:
    """What a local reference names.

    Raises:
        MalformedError: nothing is there, or it is outside of the document.
    """
    if not reference.startswith("#"):
        raise MalformedError(f"the reference {reference} leads out of the document")
    node: Any = document
    for part in reference[1:].split("/")[1:]:
        name = unquote(part).replace("~1", "/").replace("~0", "~")
        if isinstance(node, list) and name.isdigit() and int(name) < len(node):
            node = node[int(name)]
        elif isinstance(node, dict) and name in node:
            node = node[name]
        else:
            raise MalformedError(f"the reference {reference} leads nowhere")
    return node


def operations(document: Mapping[str, Any]) -> Iterator[Operation]:
    """All operations, in the document's order; one that is malformed says so itself."""
    for path, given in document.get("paths", {}).items():
        try:
            item = follow(document, given)
        except MalformedError as error:
            yield Operation("*", str(path), {}, (), (), (), str(error))
            continue
        for method in METHODS:
            if method in item:
                yield _operation(document, str(path), item, method)


def _operation(
    document: Mapping[str, Any], path: str, item: Mapping[str, Any], method: str
) -> Operation:
    raw = item[method]
    if not isinstance(raw, dict):
        return Operation(method.upper(), path, {}, (), (), (), f"it is {_kind(raw)}")
    servers = raw.get("servers") or item.get("servers") or document.get("servers") or ()
    security = raw.get("security", document.get("security"))
    fault = None
    merged: dict[tuple[str, str], Mapping[str, Any]] = {}
    try:
        for node in [*_list(item, "parameters"), *_list(raw, "parameters")]:
            parameter = follow(document, node)
            where, name = parameter.get("in"), parameter.get("name")
            if not isinstance(where, str) or not isinstance(name, str):
                raise MalformedError("a parameter has no name or no place")  # noqa: TRY301
            merged[where, name] = parameter
    except MalformedError as error:
        fault = str(error)
    return Operation(
        method.upper(),
        path,
        raw,
        tuple(merged.values()),
        servers if isinstance(servers, list) else (),
        security if isinstance(security, list) else (),
        fault,
    )


def _list(node: Mapping[str, Any], key: str) -> list[Any]:
    value = node.get(key) or []
    if not isinstance(value, list):
        raise MalformedError(f"{key} is {_kind(value)}, not a list")
    return value


def prefix(operation: Operation) -> str:
    """The path that the first server puts before all others; empty where it adds none."""
    server = next(iter(operation.servers), None)
    if not isinstance(server, dict) or not isinstance(server.get("url"), str):
        return ""
    url: str = server["url"]
    variables = server.get("variables")
    for name, variable in (variables if isinstance(variables, dict) else {}).items():
        if isinstance(variable, dict):
            url = url.replace(f"{{{name}}}", str(variable.get("default", "")))
    try:
        path = urlsplit(url).path
    except ValueError:
        return ""
    return "/" + path.strip("/") if path.strip("/") else ""
