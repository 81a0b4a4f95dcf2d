"""The calls that read a JSON Web Token."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from agentpack.audit.codebase import Call, Codebase
from agentpack.project.code import keyword
from agentpack.record import Record

_PYJWT = {"jwt.decode", "jwt.api_jwt.decode", "jwt.decode_complete"}
_JOSE = {"jose.jwt.decode"}


class Decode(Record):
    """One call that decodes a token, by PyJWT or (`jose`) by python-jose."""

    call: Call
    jose: bool

    @property
    def algorithms(self) -> ast.expr | None:
        """The algorithms that it accepts, where it says so."""
        return _argument(self.call.node, 2, "algorithms")

    @property
    def key(self) -> ast.expr | None:
        """The key that it is given."""
        return _argument(self.call.node, 1, "key")

    @property
    def verifies(self) -> bool:
        """Whether the signature is looked at."""
        options = keyword(self.call.node, "options")
        if isinstance(options, ast.Name) and self.call.scope is not None:
            bound = self.call.scope.bound.get(options.id, [])
            options = bound[0].value if len(bound) == 1 else None
        if isinstance(options, ast.Dict):
            for key, value in zip(options.keys, options.values, strict=True):
                if getattr(key, "value", "") == "verify_signature":
                    return getattr(value, "value", True) is not False
        told = keyword(self.call.node, "verify")
        return getattr(told, "value", True) is not False

    @property
    def open_ended(self) -> bool:
        """Whether a `**` may say more."""
        node = self.call.node
        return any(one.arg is None for one in node.keywords) or any(
            isinstance(one, ast.Starred) for one in node.args
        )


def _argument(node: ast.Call, place: int, name: str) -> ast.expr | None:
    return node.args[place] if len(node.args) > place else keyword(node, name)


def decodes(codebase: Codebase) -> Iterator[Decode]:
    """Every call that decodes a token."""
    for call in codebase.calling(*_PYJWT, *_JOSE):
        yield Decode(call, codebase.name(call) in _JOSE)
    for call in codebase.named("decode"):
        if codebase.receiver(call) in {"jwt.PyJWT", "jwt.api_jwt.PyJWT"}:
            yield Decode(call, jose=False)


def texts(codebase: Codebase, node: ast.expr | None, call: Call) -> frozenset[str]:
    """The literal texts in an expression, and in what its names are set to."""
    found: set[str] = set()
    pending, seen = [node] if node is not None else [], set[str]()
    while pending:
        for one in ast.walk(pending.pop()):
            if isinstance(one, ast.Constant) and type(one.value) is str:
                found.add(one.value)
            elif isinstance(one, ast.Name | ast.Attribute):
                name = codebase.names.resolve(one, call.module, call.scope)
                key = name or getattr(one, "id", "")
                if key in seen:
                    continue
                seen.add(key)
                pending += _values(codebase, name, one, call)
    return frozenset(found)


def _values(codebase: Codebase, name: str, node: ast.expr, call: Call) -> Iterator[ast.expr]:
    split = codebase.names.split(name) if name else None
    bound = split[0].bound.get(split[1], []) if split is not None else []
    if not bound and isinstance(node, ast.Name) and call.scope is not None:
        bound = call.scope.bound.get(node.id, [])
    if not bound and isinstance(node, ast.Attribute):
        owner = codebase.kind(node.value, call)
        for one in codebase.names.lineage(owner) if owner else ():
            if node.attr in one.attributes:
                bound = [one.attributes[node.attr]]
                break
    yield from (one.value for one in bound if one.value is not None)
