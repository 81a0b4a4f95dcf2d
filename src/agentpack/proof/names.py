"""Names that pieces of Python bind and use."""

from __future__ import annotations

import ast
import builtins

from agentpack.proof import languages
from agentpack.proof.values import Block, Page

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def bound(source: str) -> set[str]:
    """The names that a piece of code binds at its top level; none if it does not parse."""
    found = set()
    for node in _tree(source).body:
        if isinstance(node, _DEFINITIONS):
            found.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            found |= {one.asname or one.name.partition(".")[0] for one in node.names}
        else:
            inner = (name for name in ast.walk(node) if isinstance(name, ast.Name))
            found |= {name.id for name in inner if isinstance(name.ctx, ast.Store)}
    return found


def used(source: str) -> set[str]:
    """All names in a piece of code; none if it does not parse."""
    return {node.id for node in ast.walk(_tree(source)) if isinstance(node, ast.Name)}


def of_page(page: Page) -> set[str]:
    """What a page's Python may mean: all that its blocks bind, and the built-in names."""
    found = set(dir(builtins))
    return found.union(*(bound(block.source) for block in page.blocks if is_python(block)))


def is_python(block: Block) -> bool:
    """Whether a block is Python to be run."""
    return languages.kind(block.language) == "python"


def _tree(source: str) -> ast.Module:
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError):
        return ast.Module([], [])
