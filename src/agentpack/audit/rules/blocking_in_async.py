"""A blocking call on the event loop, where it stops every other request.

In an `async def` route, dependency, middleware or background task nothing else runs until the
next `await`: while a sync database session, client or SDK waits for its answer, so does everyone
else. Four routes that block for a second delay a fifth by four; a `def` route runs in a thread
and delays nobody.

Ruff's ASYNC rules find `requests.get`, `open`, `subprocess.run` and `time.sleep` where they stand
in an `async def`, and those are left to it. This rule finds what ruff cannot see: the same calls
behind functions of the project, and the methods of sync sessions and clients (SQLAlchemy, Redis,
Qdrant, OpenAI, boto3, PyJWKClient, MLflow, …), wherever these are made.

What a lifespan does before its `yield` delays only the start, and is not told.

Bad app/weather.py:
    import requests

    def temperature(city: str) -> float:
        return requests.get(f"https://weather.example/{city}", timeout=5).json()["now"]
Bad app/main.py:
    from typing import Annotated

    from fastapi import Depends, FastAPI
    from sqlalchemy import create_engine, select
    from sqlalchemy.orm import Session, sessionmaker

    from app.models import Item
    from app.weather import temperature

    make_session = sessionmaker(create_engine("postgresql+psycopg://localhost/shop"))
    app = FastAPI()

    def get_session():
        with make_session() as session:
            yield session

    @app.get("/items")
    async def items(session: Annotated[Session, Depends(get_session)]) -> list[str]:
        return [item.name for item in session.scalars(select(Item))]

    @app.get("/weather/{city}")
    async def weather(city: str) -> float:
        return temperature(city)
Good app/main.py:
    from typing import Annotated

    from fastapi import Depends, FastAPI
    from fastapi.concurrency import run_in_threadpool
    from sqlalchemy import create_engine, select
    from sqlalchemy.orm import Session, sessionmaker

    from app.models import Item
    from app.weather import temperature

    make_session = sessionmaker(create_engine("postgresql+psycopg://localhost/shop"))
    app = FastAPI()

    def get_session():
        with make_session() as session:
            yield session

    @app.get("/items")
    def items(session: Annotated[Session, Depends(get_session)]) -> list[str]:
        return [item.name for item in session.scalars(select(Item))]

    @app.get("/weather/{city}")
    async def weather(city: str) -> float:
        return await run_in_threadpool(temperature, city)
"""

from __future__ import annotations

from collections.abc import Iterator

from agentpack.audit.codebase import Codebase, at
from agentpack.audit.module import Function
from agentpack.audit.reach import Chain, Reach
from agentpack.audit.rule import Hits, Severity, rule
from agentpack.finding import Place


@rule(Severity.ERROR, page="backend-skill/references/async.md")
def check(codebase: Codebase) -> Hits:
    reach = Reach(codebase)
    for function, why in reach.on_loop().items():
        # Once for each thing that blocks: a function with ten queries has one fault.
        told: set[str] = set()
        for place, how, chain in (*_direct(reach, function), *_through(reach, function)):
            if chain.blocker.what not in told:
                told.add(chain.blocker.what)
                yield place, f"{how}, in {why}", chain.blocker.mend


def _direct(reach: Reach, function: Function) -> Iterator[tuple[Place, str, Chain]]:
    for chain in reach.direct(function):
        if not chain.blocker.ruff:
            yield chain.call.place, f"blocks the event loop with {chain.blocker.what}", chain


def _through(reach: Reach, function: Function) -> Iterator[tuple[Place, str, Chain]]:
    for call, callee in reach.callees(function):
        if callee.is_async or callee.yields or call in function.awaited:
            continue
        chain = reach.blocks(callee)
        if chain is not None:
            yield at(function.module, call), _way(callee, chain), chain


def _way(callee: Function, chain: Chain) -> str:
    through = "".join(f", which calls `{one.qualname}`" for one in chain.through)
    where = chain.call.place
    return (
        f"calls `{callee.qualname}`{through}, which blocks the event loop with "
        f"{chain.blocker.what} ({where.path}:{where.line})"
    )
