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
from collections.abc import Iterator

from agentpack.audit.codebase import at
from agentpack.audit.rule import Codebase, Hits, Severity, rule
from agentpack.audit.tokens import texts
from agentpack.finding import Place
from agentpack.project.code import keyword

_URL = re.compile(r"""postgres(?:ql)?\+asyncpg://[^\s"'<>`]*[?&](sslmode|channel_binding)=""")
_WORDS = ("sslmode", "channel_binding")
Found = Iterator[tuple[Place, str]]
"""Where a word of libpq's stands, and which."""


@rule(Severity.ERROR, page="backend-skill/references/database.md")
def check(codebase: Codebase) -> Hits:
    for place, word in (*_in_code(codebase), *_in_arguments(codebase), *_in_files(codebase)):
        yield place, f"asyncpg has no argument {word!r}", "write ?ssl=require"


def _in_code(codebase: Codebase) -> Found:
    for module in codebase.modules:
        prose = {id(one.value) for one in ast.walk(module.tree) if isinstance(one, ast.Expr)}
        for one in module.texts:
            match = _URL.search(str(one.value))
            if match and id(one) not in prose:
                yield at(module, one), match[1]


def _in_arguments(codebase: Codebase) -> Found:
    for call in codebase.named("create_async_engine"):
        told = keyword(call.node, "connect_args")
        url = texts(codebase, call.node.args[0] if call.node.args else None, call)
        for key in told.keys if isinstance(told, ast.Dict) else ():
            word = getattr(key, "value", "")
            if key is not None and word in _WORDS and any("+asyncpg" in one for one in url):
                yield at(call.module, key), str(word)


def _in_files(codebase: Codebase) -> Found:
    for path, text in codebase.texts.items():
        for number, line in enumerate(text.split("\n") if "+asyncpg" in text else (), 1):
            match = _URL.search(line)
            if match and not line.lstrip().startswith("#"):
                yield Place(path, number, match.start() + 1), match[1]
