"""PostgreSQL, by asyncpg with and without SQLAlchemy: slow statements, a missing index, a lock."""

from __future__ import annotations

import asyncio
import os
from contextlib import asynccontextmanager

import asyncpg
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

URL = os.environ["ZOO_POSTGRES"]
engine = create_async_engine(URL.replace("postgresql://", "postgresql+asyncpg://"))


async def hold() -> None:
    """Update the row again and again, each time in a transaction that takes long."""
    connection = await asyncpg.connect(URL)
    try:
        while True:
            async with connection.transaction():
                await connection.execute("UPDATE counters SET n = n + 1 WHERE id = 1")
                await asyncio.sleep(0.3)
            await asyncio.sleep(0.001)
    finally:
        await connection.close()


@asynccontextmanager
async def lifespan(app: FastAPI):
    app.state.pool = await asyncpg.create_pool(URL, min_size=1, max_size=1)
    async with engine.begin() as connection:
        for statement in (
            "CREATE TABLE counters (id int PRIMARY KEY, n int)",
            "INSERT INTO counters VALUES (1, 0), (2, 0)",
            """CREATE TABLE events AS SELECT i AS id, md5((i % 999)::text) AS kind,
            repeat('x', 200) AS body FROM generate_series(1, 200000) i""",
            "CREATE INDEX ON events (id)",
        ):
            await connection.execute(text(statement))
    holder = asyncio.create_task(hold())
    yield
    holder.cancel()
    await engine.dispose()
    await app.state.pool.close()


app = FastAPI(lifespan=lifespan)


@app.get("/sleep")
async def sleep() -> None:
    async with engine.connect() as connection:
        await connection.execute(text("SELECT pg_sleep(0.15)"))  # at fault: /sleep slow-query


@app.get("/driver")
async def driver() -> None:
    async with app.state.pool.acquire() as connection:
        await connection.fetch("SELECT pg_sleep(0.15)")  # at fault: /driver slow-query


@app.get("/index")
async def index() -> int:
    async with engine.connect() as connection:
        query = text("SELECT count(*) FROM events WHERE kind = md5('7') AND body LIKE '%xx%y%'")
        return await connection.scalar(query)  # at fault: /index slow-query


@app.get("/index/twin")
async def index_twin() -> int:
    async with engine.connect() as connection:
        return await connection.scalar(text("SELECT count(*) FROM events WHERE id = 7"))


@app.get("/repeated")
async def repeated() -> int:
    count = 0
    async with app.state.pool.acquire() as connection:
        for n in range(200):
            query = "SELECT count(*) FROM events WHERE id = $1"
            count += await connection.fetchval(query, n)  # at fault: /repeated n-plus-one
    return count


@app.get("/locked")
async def locked() -> None:
    async with engine.begin() as connection:
        query = text("SELECT n FROM counters WHERE id = 1 FOR UPDATE")
        await connection.execute(query)  # at fault: /locked lock-wait
    await asyncio.sleep(0.02)  # meanwhile the other takes the lock again


@app.get("/locked/twin")
async def locked_twin() -> None:
    async with engine.begin() as connection:
        await connection.execute(text("SELECT n FROM counters WHERE id = 2 FOR UPDATE"))
