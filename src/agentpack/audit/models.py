"""The project's tables: classes that SQLAlchemy or SQLModel maps, and their relations."""

from __future__ import annotations

import ast

from agentpack.audit.codebase import Codebase
from agentpack.audit.libraries import MAKER
from agentpack.audit.module import Class
from agentpack.project.code import called, keyword


def is_table(codebase: Codebase, kind: str) -> bool:
    """Whether a kind is a class that is mapped to a table."""
    if not kind or kind.startswith(MAKER):
        return False
    for one in codebase.names.lineage(kind):
        table = next((k.value for k in one.node.keywords if k.arg == "table"), None)
        if isinstance(table, ast.Constant) and table.value is True:
            return True
        if "__tablename__" in one.attributes or "__tablename__" in one.methods:
            return not any(k.arg == "table" for k in one.node.keywords)
    return False


def relation(codebase: Codebase, kind: str, name: str) -> ast.Call | None:
    """The `relationship(…)` of a table that this attribute is, if it loads lazily; None if not."""
    for one in codebase.names.lineage(kind):
        found = _relation(one, name)
        if found is not None:
            return found
    return None


def _relation(one: Class, name: str) -> ast.Call | None:
    binding = one.attributes.get(name)
    call = binding.value if binding is not None else None
    if not isinstance(call, ast.Call) or called(call).rpartition(".")[2] not in {
        "relationship",
        "Relationship",
    }:
        return None
    lazy = keyword(call, "lazy")
    arguments = keyword(call, "sa_relationship_kwargs")
    if isinstance(arguments, ast.Dict):
        pairs = zip(arguments.keys, arguments.values, strict=True)
        lazy = next((value for key, value in pairs if getattr(key, "value", "") == "lazy"), None)
    elif arguments is not None:
        return None
    return call if lazy is None or getattr(lazy, "value", None) in ("select", True) else None
