"""Endpoints that keep the event loop, and twins that take as long without keeping it."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import subprocess
import time
import urllib.request
from typing import Annotated

import httpx
from fastapi import Depends, FastAPI, Request
from sqlalchemy import create_engine, text
from starlette.middleware.base import BaseHTTPMiddleware

UPSTREAM = os.environ["ZOO_UPSTREAM"]
SLOW_SQL = (
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 900000) "
    "SELECT sum(i) FROM n"
)
engine = create_engine("sqlite://")
ROWS = [{"id": n, "name": f"row {n}", "tags": ["a", "b", "c"]} for n in range(100_000)]
TEXT = json.dumps(ROWS)


class Audit(BaseHTTPMiddleware):
    async def dispatch(self, request: Request, call_next):
        if request.url.path == "/middleware/blocking":
            time.sleep(0.2)  # at fault: /middleware/blocking event-loop-blocked
        if request.url.path == "/middleware/slow":
            await asyncio.sleep(0.2)  # at fault: /middleware/slow slow-dependency
        return await call_next(request)


app = FastAPI()
app.add_middleware(Audit)


@app.get("/middleware/blocking")
@app.get("/middleware/slow")
@app.get("/middleware/twin")
async def audited() -> None:
    return None


@app.get("/sleep")
async def sleep() -> None:
    time.sleep(0.2)  # at fault: /sleep event-loop-blocked


@app.get("/sleep/twin")
async def sleep_twin() -> None:
    await asyncio.sleep(0.2)


@app.get("/sleep/thread/twin")
def sleep_thread_twin() -> None:
    time.sleep(0.2)


def nap() -> None:
    for _ in range(20):
        time.sleep(0.01)  # at fault: /sleep/deep event-loop-blocked


@app.get("/sleep/deep")
async def sleep_deep() -> None:
    await asyncio.sleep(0)
    nap()


@app.get("/chopped")
async def chopped() -> None:
    for _ in range(5):
        time.sleep(0.06)  # at fault: /chopped event-loop-blocked
        await asyncio.sleep(0)


@app.get("/http")
async def http() -> str:
    with urllib.request.urlopen(UPSTREAM) as answer:  # at fault: /http event-loop-blocked
        return answer.read().decode()


@app.get("/http/client")
async def http_client() -> str:
    return httpx.get(UPSTREAM).text  # at fault: /http/client event-loop-blocked


@app.get("/http/twin")
async def http_twin(request: Request) -> str:
    if not hasattr(request.app.state, "client"):
        request.app.state.client = httpx.AsyncClient()
    return (await request.app.state.client.get(UPSTREAM)).text


@app.get("/program")
async def program() -> None:
    subprocess.run(["sleep", "0.2"], check=True)  # at fault: /program event-loop-blocked


@app.get("/program/twin")
async def program_twin() -> None:
    process = await asyncio.create_subprocess_exec("sleep", "0.2")
    await process.wait()


def hashed(password: str) -> str:
    salt = b"salt"
    key = password.encode()
    made = hashlib.pbkdf2_hmac("sha256", key, salt, 400_000)  # at fault: /hash event-loop-blocked
    return made.hex()


@app.get("/hash")
async def hash_() -> str:
    return hashed("secret")


@app.get("/hash/twin")
async def hash_twin() -> str:
    return hashlib.pbkdf2_hmac("sha256", b"secret", b"salt", 1000).hex()


@app.get("/json")
async def json_() -> int:
    return len(json.loads(TEXT))  # at fault: /json event-loop-blocked


@app.get("/json/twin")
async def json_twin() -> int:
    return len(json.loads(TEXT[:59] + "]"))


@app.get("/sql")
async def sql() -> int:
    with engine.connect() as connection:
        return connection.scalar(text(SLOW_SQL))  # at fault: /sql event-loop-blocked


@app.get("/sql/twin")
async def sql_twin() -> int:
    with engine.connect() as connection:
        return connection.scalar(text("SELECT 1"))


async def user() -> str:
    time.sleep(0.2)  # at fault: /dependency event-loop-blocked
    return "someone"


@app.get("/dependency")
async def dependency(name: Annotated[str, Depends(user)]) -> str:
    return name


def find_user() -> str:
    time.sleep(0.02)
    return "someone"


@app.get("/dependency/twin")
async def dependency_twin(name: Annotated[str, Depends(find_user)]) -> str:
    return name
