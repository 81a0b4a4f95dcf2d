"""What a document declares of an operation's answers: schema, links, and who may call it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from agentpack.timing.request import Expectation
from agentpack.timing.requests.check import compiled
from agentpack.timing.requests.openapi.bundle import bundle
from agentpack.timing.requests.openapi.document import MalformedError, Operation, at, follow


def response(
    document: Mapping[str, Any], operation: Operation, status: int
) -> Mapping[str, Any] | None:
    """What is declared for a status: by itself, by its hundred, or by default."""
    responses = operation.raw.get("responses")
    if not isinstance(responses, dict):
        return None
    by_name = {str(name).upper(): node for name, node in responses.items()}
    for name in (str(status), f"{status // 100}XX", "DEFAULT"):
        if name in by_name:
            return follow(document, by_name[name])
    return None


def expectation(document: Mapping[str, Any], operation: Operation, status: int) -> Expectation:
    """What the operation has to answer, once it has answered with a right status.

    Raises:
        MalformedError: what is declared cannot be used.
    """
    declared = response(document, operation, status)
    if declared is None:
        return Expectation()
    content = declared.get("content")
    for media, node in (content if isinstance(content, dict) else {}).items():
        kind = str(media).partition(";")[0].strip().lower()
        if kind == "application/json" or kind.endswith("+json"):
            schema = bundle(document, follow(document, node).get("schema", {}))
            if schema is not None:
                try:
                    compiled(schema)
                except ValueError as error:
                    fault = str(error).partition("\n")[0]
                    raise MalformedError(f"the schema of its answer is wrong: {fault}") from None
            return Expectation((status,), schema)
    return Expectation((status,))


def links(
    document: Mapping[str, Any], declared: Mapping[str, Any] | None, answer: Any,
    headers: Mapping[str, str], used: Mapping[str, Any],
) -> Iterator[tuple[str, str, Any]]:  # fmt: skip
    """What the declared links of an answer give: operation, parameter, value."""
    given = (declared or {}).get("links")
    by_id = {
        raw["operationId"]: f"{method.upper()} {path}"
        for path, item in document.get("paths", {}).items()
        for method, raw in (item.items() if isinstance(item, dict) else ())
        if isinstance(raw, dict) and isinstance(raw.get("operationId"), str)
    } if given else {}  # fmt: skip
    for node in (given if isinstance(given, dict) else {}).values():
        link = follow(document, node)
        target = by_id.get(str(link.get("operationId")))
        parameters = link.get("parameters")
        if target is None or not isinstance(parameters, dict):
            continue
        for name, expression in parameters.items():
            value = _evaluated(str(expression), answer, headers, used)
            if value is not None:
                yield target, str(name).rpartition(".")[2], value


def _evaluated(
    expression: str, answer: Any, headers: Mapping[str, str], used: Mapping[str, Any]
) -> Any:
    if expression.startswith("$response.body#"):
        try:
            return at({"answer": answer}, f"#/answer{expression.partition('#')[2]}")
        except MalformedError:
            return None
    if expression.startswith("$response.header."):
        return headers.get(expression.rpartition(".")[2].lower())
    if expression.startswith("$request.path."):
        return used.get(expression.rpartition(".")[2])
    return None if expression.startswith("$") else expression


def wants(document: Mapping[str, Any], operation: Operation) -> str | None:
    """What a caller has to show, in the words of the option that gives it; `None`: nothing."""
    components = document.get("components")
    schemes = components.get("securitySchemes") if isinstance(components, dict) else None
    known = schemes if isinstance(schemes, dict) else {}
    for requirement in operation.security:
        for name in requirement if isinstance(requirement, dict) else ():
            try:
                scheme = follow(document, known.get(name))
            except MalformedError:
                return f"{name}, which the document does not explain"
            return _shown(name, scheme)
    return None


def _shown(name: str, scheme: Mapping[str, Any]) -> str:
    kind = scheme.get("type")
    if kind == "apiKey":
        given = {
            "header": f"-H '{scheme.get('name')}: …'",
            "cookie": f"-b '{scheme.get('name')}=…'",
        }.get(str(scheme.get("in")), "the key in the URL")
        return f"{name}: give {given}"
    if kind == "http" and str(scheme.get("scheme")).lower() == "basic":
        return f"{name}: give -u 'name:$PASSWORD'"
    return f"{name}: give -H 'Authorization: Bearer $TOKEN'"
