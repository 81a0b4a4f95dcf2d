"""A fixture `event_loop`, which pytest-asyncio 1.0 took away.

It is a fixture like any other since then: nothing runs in its loop. Tests and session fixtures get
loops of their own, and an engine that was made in one fails in the other ("attached to a different
loop"). Say `loop_scope="session"` where a loop is to be shared.

Bad requirements.txt:
    fastapi
    pytest-asyncio>=1.0
Bad app.py:
    from fastapi import FastAPI

    app = FastAPI()
Bad tests/conftest.py:
    import asyncio

    import pytest

    @pytest.fixture(scope="session")
    def event_loop():
        loop = asyncio.new_event_loop()
        yield loop
        loop.close()
Good requirements.txt:
    fastapi
    pytest-asyncio>=1.0
Good app.py:
    from fastapi import FastAPI

    app = FastAPI()
Good tests/conftest.py:
    import pytest_asyncio

    @pytest_asyncio.fixture(scope="session", loop_scope="session")
    async def connection():
        yield
"""

from __future__ import annotations

import ast

from agentpack.audit.codebase import at
from agentpack.audit.rule import Codebase, Hits, Severity, rule
from agentpack.project.code import dotted

_FIXTURES = {"pytest.fixture", "pytest_asyncio.fixture"}


@rule(Severity.ERROR, page="fastapi-backend/references/testing.md")
def check(codebase: Codebase) -> Hits:
    versions = codebase.versions
    for function in codebase.functions(tests=True):
        path = function.module.path
        if function.name != "event_loop" or not versions.known("pytest-asyncio", path):
            continue
        marks = function.node.decorator_list
        names = {dotted(one.func if isinstance(one, ast.Call) else one) for one in marks}
        if names & _FIXTURES and versions.reaches("pytest-asyncio", "1.0", path):
            yield (
                at(function.module, function.node),
                "pytest-asyncio 1.0 and newer run nothing in this loop",
                'delete it; say loop_scope="session" where a loop is shared',
            )
