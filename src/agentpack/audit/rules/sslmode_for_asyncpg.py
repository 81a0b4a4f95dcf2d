"""`sslmode` or `channel_binding` in a URL for SQLAlchemy's asyncpg dialect.

They are libpq's words. The dialect hands what stands behind the `?` to `asyncpg.connect`, which
has no such argument: the first query fails with a TypeError. Neon's and Supabase's URLs carry
both. Write `?ssl=require`.

Bad db.py:
    from fastapi import FastAPI
    from sqlalchemy.ext.asyncio import create_async_engine

    engine = create_async_engine("postgresql+asyncpg://app@db.example/shop?sslmode=require")
Good db.py:
    from fastapi import FastAPI
    from sqlalchemy.ext.asyncio import create_async_engine

    engine = create_async_engine("postgresql+asyncpg://app@db.example/shop?ssl=require")
"""

from __future__ import annotations

import ast
import re

from agentpack.audit.codebase import at
from agentpack.audit.rule import Codebase, Hits, Severity, rule
from agentpack.finding import Place
from agentpack.project.code import keyword

_URL = re.compile(r"""postgres(?:ql)?\+asyncpg://[^\s"'<>`]*[?&](sslmode|channel_binding)=""")
_MEND = "write ?ssl=require"


@rule(Severity.ERROR, page="backend-skill/references/database.md")
def check(codebase: Codebase) -> Hits:
    for module in codebase.modules:
        for text in module.texts:
            match = _URL.search(text.value) if isinstance(text.value, str) else None
            if match and not any(text.value in doc for doc in _docstrings(module.tree)):
                yield at(module, text), f"asyncpg has no argument {match[1]!r}", _MEND
    for call in codebase.named("create_async_engine"):
        told = keyword(call.node, "connect_args")
        for key in told.keys if isinstance(told, ast.Dict) else ():
            word = getattr(key, "value", "")
            url = call.node.args[0] if call.node.args else None
            written = getattr(url, "value", "")
            if word in ("sslmode", "channel_binding") and "asyncpg" in str(written):
                yield at(call.module, key or told), f"asyncpg has no argument {word!r}", _MEND
    for path, text in codebase.texts.items():
        for number, line in enumerate(text.split("\n"), 1):
            match = _URL.search(line) if "+asyncpg" in line else None
            if match and not line.lstrip().startswith("#"):
                place = Place(path, number, match.start() + 1)
                yield place, f"asyncpg has no argument {match[1]!r}", _MEND


def _docstrings(tree: ast.Module) -> list[str]:
    return [
        ast.get_docstring(node, clean=False) or ""
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
    ]
