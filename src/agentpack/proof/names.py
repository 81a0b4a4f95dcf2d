"""Names that pieces of Python bind and use."""

from __future__ import annotations

import ast
import builtins
import symtable
from collections.abc import Collection, Iterator

from agentpack.proof import languages
from agentpack.proof.values import Block, Page

_DEFINITIONS = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def bound(source: str) -> set[str]:
    """The names that a piece of code binds at its top level; none if it does not parse."""
    found = set()
    for node in _tree(source).body:
        if isinstance(node, _DEFINITIONS):
            found.add(node.name)
        else:
            found |= {name for inner in ast.walk(node) for name in _binds(inner)}
    return found


def _binds(node: ast.AST) -> Iterator[str]:
    """The names that one node of a statement binds."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        yield from (one.asname or one.name.partition(".")[0] for one in node.names)
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    elif isinstance(node, _DEFINITIONS | ast.ExceptHandler | ast.MatchAs | ast.MatchStar):
        yield from filter(None, [node.name])


def used(source: str) -> set[str]:
    """All names in a piece of code; none if it does not parse."""
    return {node.id for node in ast.walk(_tree(source)) if isinstance(node, ast.Name)}


def of_page(page: Page) -> set[str]:
    """What a page's Python may mean: all that its blocks bind, and the built-in names."""
    found = {*dir(builtins), "__name__", "__file__", "__doc__"}
    return found.union(*(bound(block.source) for block in page.blocks if is_python(block)))


def unbound(source: str, known: Collection[str]) -> tuple[int, str] | None:
    """The line and the name of the first that nothing binds, on lines that never run as well."""
    try:
        tables = [symtable.symtable(source, "page", "exec")]
    except (SyntaxError, ValueError):
        return None
    free: set[str] = set()
    while tables:
        table = tables.pop()
        tables += table.get_children()
        of_module = table.get_type() == "module"
        free |= {
            symbol.get_name()
            for symbol in table.get_symbols()
            if symbol.is_referenced() and (of_module or symbol.is_global())
        }
    lost = free - set(known)
    places = (node for node in ast.walk(_tree(source)) if isinstance(node, ast.Name))
    return min(((one.lineno, one.id) for one in places if one.id in lost), default=None)


def line_of_import(source: str, name: str) -> int | None:
    """The line on which a name is imported; Python tells only where the statement begins."""
    nodes = (node for node in ast.walk(_tree(source)) if isinstance(node, ast.ImportFrom))
    found = (one.lineno for node in nodes for one in node.names if one.name == name)
    return next(found, None)


def is_python(block: Block) -> bool:
    """Whether a block is Python to be run."""
    return languages.kind(block.language) == "python"


def _tree(source: str) -> ast.Module:
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError):
        return ast.Module([], [])
