"""Prepared statements through a pooler that hands each transaction another connection.

asyncpg prepares every statement by itself. Behind PgBouncer in transaction mode (also `-pooler` at
Neon, port 6543 at Supabase) the statement was prepared on another connection: of 90 runs on
PgBouncer 1.18 one went well; with `statement_cache_size=0` all did. psycopg 3 prepares what it has
run five times, and needs `prepare_threshold=None`. PgBouncer 1.21 and newer can keep track of
prepared statements (`max_prepared_statements`): allow the finding where yours does.

Bad db.py:
    from fastapi import FastAPI
    from sqlalchemy.ext.asyncio import create_async_engine

    engine = create_async_engine("postgresql+asyncpg://app@ep-x-pooler.eu.neon.tech/shop")
Good db.py:
    from fastapi import FastAPI
    from sqlalchemy.ext.asyncio import create_async_engine
    from sqlalchemy.pool import NullPool

    engine = create_async_engine(
        "postgresql+asyncpg://app@ep-x-pooler.eu.neon.tech/shop",
        connect_args={"statement_cache_size": 0},
    )
"""

from __future__ import annotations

import ast
import re

from agentpack.audit.codebase import Call
from agentpack.audit.rule import Codebase, Hits, Severity, rule
from agentpack.audit.tokens import texts

_POOLED = re.compile(
    r"postgres(?:ql)?(?:\+\w+)?://[^\s\"']*(?:-pooler\.|:6543\b|@pgbouncer\b|pgbouncer=true)"
)
_CACHES = {
    "asyncpg": ("statement_cache_size", "statement_cache_size=0"),
    "psycopg": ("prepare_threshold", "prepare_threshold=None"),
}


@rule(Severity.WARNING, page="backend-skill/references/database.md")
def check(codebase: Codebase) -> Hits:
    settings = "\n".join(text for text in codebase.texts.values())
    pooled = _POOLED.search(settings)
    for call in codebase.named("create_async_engine", "create_engine", "create_pool"):
        driver = _driver(codebase, call, pooled[0] if pooled else "")
        if driver in _CACHES and not _told(codebase, call, _CACHES[driver][0]):
            yield (
                call.place,
                f"{driver} prepares statements, and this database is behind a pooler",
                f"connect_args with {_CACHES[driver][1]}",
            )


def _driver(codebase: Codebase, call: Call, configured: str) -> str:
    """The driver of an engine whose URL leads to a pooler; empty if it does not, as far as told."""
    name = codebase.name(call)
    written = texts(codebase, call.node.args[0] if call.node.args else None, call)
    url = next((one for one in written if "://" in one), "")
    if url and not _POOLED.search(url):
        return ""
    url = url or configured
    if not url or not name.startswith(("sqlalchemy.", "sqlmodel.", "asyncpg.")):
        return ""
    if "+psycopg:" in url:
        return "psycopg"
    return "asyncpg" if "+asyncpg" in url or name.startswith("asyncpg.") else ""


def _told(codebase: Codebase, call: Call, word: str) -> bool:
    """Whether the engine's call, or what its arguments are made of, says the word."""
    if any(one.arg is None for one in call.node.keywords):
        return True
    for one in call.node.keywords:
        if one.arg == word or word in texts(codebase, one.value, call):
            return True
        if any(isinstance(inner, ast.Call) for inner in ast.walk(one.value)) and (
            one.arg == "connect_args"
        ):
            return True
    return False
