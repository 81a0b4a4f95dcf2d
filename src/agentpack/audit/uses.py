"""Where something of a library is imported or spelt out."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator

from agentpack.audit.codebase import Codebase
from agentpack.audit.module import Module
from agentpack.project.code import dotted


def uses(codebase: Codebase, names: Collection[str]) -> Iterator[tuple[Module, ast.AST, str]]:
    """Each import of one of these full names, and each use through its module."""
    tops = {name.partition(".")[0] for name in names}
    lasts = {name.rpartition(".")[2] for name in names}
    for module, node in codebase.importing(*tops, tests=True):
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                if full in names:
                    yield module, node, full
                elif node.module in names:
                    yield module, node, node.module or ""
    for module in codebase.everything:
        if not module.attributes & lasts or not tops & set(_imported(module)):
            continue
        for one in ast.walk(module.tree):
            if isinstance(one, ast.Attribute) and one.attr in lasts:
                chain = dotted(one)
                full = codebase.names.resolve(one, module, None) if "." in chain else ""
                if full in names:
                    yield module, one, full


def _imported(module: Module) -> Iterator[str]:
    for source in module.imports.values():
        yield source.partition(".")[0]


def guarded(module: Module, node: ast.AST) -> bool:
    """Whether a node stands in a `try` that catches its failure, or behind a look at the version."""
    for one in ast.walk(module.tree):
        caught = isinstance(one, ast.Try) and any(
            handler.type is None
            or {"ImportError", "ModuleNotFoundError", "AttributeError", "TypeError", "Exception"}
            & {getattr(name, "id", "") for name in ast.walk(handler.type)}
            for handler in one.handlers
        )
        asked = isinstance(one, ast.If) and any(
            "version" in dotted(name).lower() or "v2" in dotted(name).lower()
            or getattr(getattr(name, "func", None), "id", "") == "hasattr"
            for name in ast.walk(one.test)
            if isinstance(name, ast.Name | ast.Attribute | ast.Call)
        )
        if (caught or asked) and any(inner is node for inner in ast.walk(one)):
            return True
    return False
