"""Where something of a library is imported or spelt out."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator

from agentpack.audit.codebase import Codebase
from agentpack.audit.module import Module
from agentpack.project.code import called, dotted

Used = Iterator[tuple[Module, ast.AST, str]]
"""Where it is used, and under which full name."""


def uses(codebase: Codebase, names: Collection[str]) -> Used:
    """Each import of one of these full names, and each use through its module."""
    tops = {name.partition(".")[0] for name in names}
    for module, node in codebase.importing(*tops, tests=True):
        if isinstance(node, ast.Import):
            continue
        for alias in node.names:
            full = f"{node.module}.{alias.name}"
            if full in names:
                yield module, node, full
            elif node.module in names:
                yield module, node, node.module or ""
    for module in codebase.everything:
        if any(source.partition(".")[0] in tops for source in module.imports.values()):
            yield from _spelt_out(codebase, module, names)


def _spelt_out(codebase: Codebase, module: Module, names: Collection[str]) -> Used:
    lasts = {name.rpartition(".")[2] for name in names}
    if not module.attributes & lasts:
        return
    for one in ast.walk(module.tree):
        if isinstance(one, ast.Attribute) and one.attr in lasts and "." in dotted(one):
            full = codebase.names.resolve(one, module, None)
            if full in names:
                yield module, one, full


_CAUGHT = {"ImportError", "ModuleNotFoundError", "AttributeError", "TypeError", "Exception"}


def guarded(module: Module, node: ast.AST) -> bool:
    """Whether a node is in a `try` that catches its failure, or behind a look at the version."""
    return any(
        (_catches(one) or _asks(one)) and any(inner is node for inner in ast.walk(one))
        for one in ast.walk(module.tree)
        if isinstance(one, ast.Try | ast.If | ast.With)
    )


def _catches(node: ast.AST) -> bool:
    if isinstance(node, ast.With):
        return any(called(item.context_expr).endswith("raises") for item in node.items)
    return isinstance(node, ast.Try) and any(
        handler.type is None
        or _CAUGHT & {getattr(name, "id", "") for name in ast.walk(handler.type)}
        for handler in node.handlers
    )


def _asks(node: ast.AST) -> bool:
    if not isinstance(node, ast.If):
        return False
    words = [getattr(one, "attr", getattr(one, "id", "")) for one in ast.walk(node.test)]
    return any(
        word == "hasattr" or "version" in word.lower() or "v2" in word.lower() for word in words
    )
