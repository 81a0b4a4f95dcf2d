"""A schema of an OpenAPI document as one JSON Schema (2020-12) that needs no other text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agentpack.timing.requests.openapi.document import MalformedError, at

_ONE = ("not", "if", "then", "else", "contains", "propertyNames", "additionalProperties",
        "unevaluatedItems", "unevaluatedProperties", "items")  # fmt: skip
_SEVERAL = ("allOf", "anyOf", "oneOf", "prefixItems")
_NAMED = ("properties", "patternProperties", "dependentSchemas", "$defs")
_PLAIN = (
    "type", "enum", "const", "multipleOf", "maximum", "minimum", "exclusiveMaximum",
    "exclusiveMinimum", "maxLength", "minLength", "pattern", "maxItems", "minItems",
    "uniqueItems", "maxContains", "minContains", "maxProperties", "minProperties", "required",
    "dependentRequired",
)  # fmt: skip


def bundle(document: Mapping[str, Any], schema: Any) -> dict[str, Any] | None:
    """The schema of an answer, with what it refers to; `None` if anything fits it.

    Only what says something of a value is kept. What is to be written and never read
    (`writeOnly`) need not be there.

    Raises:
        MalformedError: a reference leads nowhere.
    """
    made = _Bundle(document)
    whole = made.schema(schema)
    if whole is True or not whole:
        return None
    return {**whole, "$defs": made.definitions} if made.definitions else dict(whole)


class _Bundle:
    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document
        self.old = str(document.get("openapi", "")).startswith("3.0")
        self.names: dict[str, str] = {}
        self.definitions: dict[str, Any] = {}

    def schema(self, node: Any) -> Any:
        if isinstance(node, bool):
            return node
        if not isinstance(node, dict):
            raise MalformedError("a schema is not an object")
        made = {key: node[key] for key in _PLAIN if key in node}
        if isinstance(node.get("$ref"), str):
            reference = {"$ref": f"#/$defs/{self.reference(node['$ref'])}"}
            if self.old:
                return reference
            made.update(reference)
        self.inner(node, made)
        self.required(node, made)
        return self.of_3_0(node, made) if self.old else made

    def inner(self, node: Mapping[str, Any], made: dict[str, Any]) -> None:
        for key in _ONE:
            if key in node:
                made[key] = self.schema(node[key])
        for key in _SEVERAL:
            if isinstance(node.get(key), list):
                made[key] = [self.schema(inner) for inner in node[key]]
        for key in _NAMED:
            if isinstance(node.get(key), dict):
                made[key] = {name: self.schema(inner) for name, inner in node[key].items()}

    def reference(self, reference: str) -> str:
        if reference not in self.names:
            # Named before it is read: it may refer to itself.
            name = self.names[reference] = f"{len(self.names)}"
            self.definitions[name] = True
            self.definitions[name] = self.schema(at(self.document, reference))
        return self.names[reference]

    def required(self, node: Mapping[str, Any], made: dict[str, Any]) -> None:
        properties = node.get("properties")
        if isinstance(made.get("required"), list) and isinstance(properties, dict):
            made["required"] = [
                name
                for name in made["required"]
                if not (
                    isinstance(properties.get(name), dict) and properties[name].get("writeOnly")
                )
            ]

    def of_3_0(self, node: Mapping[str, Any], made: dict[str, Any]) -> dict[str, Any]:
        for bound, limit in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
            exclusive = made.get(bound)
            if isinstance(exclusive, bool):
                del made[bound]
                if exclusive and limit in made:
                    made[bound] = made.pop(limit)
        if made.get("required") is True:
            del made["required"]
        return {"anyOf": [made, {"type": "null"}]} if node.get("nullable") is True else made
