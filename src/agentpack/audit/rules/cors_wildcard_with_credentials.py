"""CORS for every origin, with credentials.

With `allow_credentials=True` Starlette cannot answer `*`, and answers with whatever origin asks:
any site that a signed-in user visits can call the API with his cookies and read the answer. Name
the origins.

Bad main.py:
    from fastapi import FastAPI
    from fastapi.middleware.cors import CORSMiddleware

    app = FastAPI()
    app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_credentials=True)
Good main.py:
    from fastapi import FastAPI
    from fastapi.middleware.cors import CORSMiddleware

    app = FastAPI()
    app.add_middleware(
        CORSMiddleware, allow_origins=["https://shop.example"], allow_credentials=True
    )
"""

from __future__ import annotations

import ast

from agentpack.audit.codebase import Call
from agentpack.audit.rule import Codebase, Hits, Severity, rule
from agentpack.project.code import keyword

_CORS = {"fastapi.middleware.cors.CORSMiddleware", "starlette.middleware.cors.CORSMiddleware"}
_ANY = {".*", "^.*$", "https?://.*", "^https?://.*$", "https?://.*$"}


@rule(Severity.ERROR, page="backend-skill/references/security.md")
def check(codebase: Codebase) -> Hits:
    for call in codebase.named("add_middleware", "Middleware", "CORSMiddleware"):
        first = call.node.args[0] if call.node.args else keyword(call.node, "middleware_class")
        made = codebase.names.resolve(first, call.module, call.scope)
        if made not in _CORS and codebase.name(call) not in _CORS:
            continue
        credentials = _value(codebase, keyword(call.node, "allow_credentials"), call)
        if getattr(credentials, "value", False) is True and _is_open(codebase, call):
            yield (
                call.place,
                "any site may call with the user's cookies, and read the answer",
                "name the origins that may",
            )


def _is_open(codebase: Codebase, call: Call) -> bool:
    origins = _value(codebase, keyword(call.node, "allow_origins"), call)
    if isinstance(origins, ast.List | ast.Tuple | ast.Set):
        if any(getattr(one, "value", "") == "*" for one in origins.elts):
            return True
    elif getattr(origins, "value", "") == "*":
        return True
    pattern = _value(codebase, keyword(call.node, "allow_origin_regex"), call)
    return getattr(pattern, "value", "") in _ANY


def _value(codebase: Codebase, node: ast.expr | None, call: Call) -> ast.expr | None:
    """An expression, or what its name is set to, where that is set once."""
    if not isinstance(node, ast.Name):
        return node
    bound = call.scope.bound.get(node.id, []) if call.scope is not None else []
    if not bound:
        split = codebase.names.split(codebase.names.resolve(node, call.module, call.scope))
        bound = split[0].bound.get(split[1], []) if split else []
    return bound[0].value if len(bound) == 1 else None
