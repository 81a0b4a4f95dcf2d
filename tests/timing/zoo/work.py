"""Dependencies, answers, computing, locks, streams, background tasks and cold starts."""

from __future__ import annotations

import asyncio
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Annotated

from fastapi import BackgroundTasks, Depends, FastAPI
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel

app = FastAPI()


# Dependencies


async def settings() -> str:
    await asyncio.sleep(0.2)  # at fault: /dependency/async slow-dependency
    return "settings"


@app.get("/dependency/async")
async def dependency_async(value: Annotated[str, Depends(settings)]) -> str:
    return value


def tenant() -> str:
    time.sleep(0.2)  # at fault: /dependency/sync slow-dependency
    return "tenant"


@app.get("/dependency/sync")
async def dependency_sync(value: Annotated[str, Depends(tenant)]) -> str:
    return value


async def token() -> str:
    await asyncio.sleep(0.15)  # at fault: /dependency/nested slow-dependency
    return "token"


async def user(value: Annotated[str, Depends(token)]) -> str:
    return value


async def role(value: Annotated[str, Depends(token)]) -> str:
    return value


@app.get("/dependency/nested")
async def nested(one: Annotated[str, Depends(user)], other: Annotated[str, Depends(role)]) -> str:
    return one + other


async def session():
    await asyncio.sleep(0.2)  # at fault: /dependency/yield slow-dependency
    yield "session"


@app.get("/dependency/yield")
async def dependency_yield(value: Annotated[str, Depends(session)]) -> str:
    return value


async def quick() -> str:
    await asyncio.sleep(0.005)
    return "quick"


@app.get("/dependency/twin")
async def dependency_twin(value: Annotated[str, Depends(quick)]) -> str:
    return value


# Serialization


class Tag(BaseModel):
    name: str
    weight: float


class Row(BaseModel):
    id: int
    name: str
    tags: list[Tag]


ROWS = [
    {"id": n, "name": f"row {n}", "tags": [{"name": f"t{i}", "weight": i} for i in range(6)]}
    for n in range(5_000)
]


@app.get("/rows", response_model=list[Row])  # at fault: /rows serialization
async def rows() -> list[dict]:
    return ROWS


@app.get("/rows/thread", response_model=list[Row])  # at fault: /rows/thread serialization
def rows_thread() -> list[dict]:
    return ROWS


@app.get("/rows/json")
async def rows_json() -> JSONResponse:
    return JSONResponse(ROWS * 5)  # at fault: /rows/json serialization


@app.get("/rows/twin", response_model=list[Row])
async def rows_twin() -> list[dict]:
    return ROWS[:50]


# Computing


@app.get("/cpu")
def cpu() -> int:
    total = 0
    for n in range(2_000_000):
        total += n * n  # at fault: /cpu cpu
    return total


def fibonacci(n: int) -> int:
    return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)  # at fault: /cpu/deep cpu


@app.get("/cpu/deep")
def cpu_deep() -> int:
    return fibonacci(30)


@app.get("/regex")
def regex() -> bool:
    return re.match(r"(a+)+$", "a" * 22 + "b") is None  # at fault: /regex cpu


@app.get("/sort")
def sort() -> int:
    values = [(n * 7919) % 1_000_003 for n in range(2_000_000)]  # at fault: /sort cpu
    return values[0]


@app.get("/cpu/twin")
def cpu_twin() -> int:
    return sum(range(1000))


# Locks

loop_lock, slots = asyncio.Lock(), asyncio.Semaphore(1)
thread_lock, thread_slots = threading.Lock(), threading.BoundedSemaphore(1)


@app.get("/lock/async")
async def lock_async() -> None:
    async with loop_lock:  # at fault: /lock/async lock-wait
        await asyncio.sleep(0.3)


@app.get("/lock/semaphore")
async def lock_semaphore() -> None:
    async with slots:  # at fault: /lock/semaphore lock-wait
        await asyncio.sleep(0.3)


@app.get("/lock/thread")
def lock_thread() -> None:
    with thread_lock:  # at fault: /lock/thread lock-wait
        time.sleep(0.3)


@app.get("/lock/thread/semaphore")
def lock_thread_semaphore() -> None:
    thread_slots.acquire()  # at fault: /lock/thread/semaphore lock-wait
    try:
        time.sleep(0.3)
    finally:
        thread_slots.release()


one_thread = ThreadPoolExecutor(1)


@app.get("/pool/executor")
async def pool_executor() -> None:
    loop = asyncio.get_running_loop()
    await loop.run_in_executor(one_thread, time.sleep, 0.3)  # at fault: /pool/executor pool-wait


class Store:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.busy = threading.Event()

    def refresh_for_ever(self) -> None:
        while True:
            with self._lock:
                time.sleep(0.4)
            time.sleep(0.001)

    def read(self) -> int:
        with self._lock:  # at fault: /lock/held lock-wait
            return 1


store = Store()


@app.get("/lock/held")
def lock_held() -> int:
    if not store.busy.is_set():
        store.busy.set()
        threading.Thread(target=store.refresh_for_ever, daemon=True).start()
    found = store.read()
    time.sleep(0.02)  # meanwhile the other takes the lock again
    return found


@app.get("/lock/twin")
async def lock_twin() -> None:
    async with loop_lock:
        await asyncio.sleep(0)
    await asyncio.sleep(0.15)


@app.get("/lock/thread/twin")
def lock_thread_twin() -> None:
    with thread_lock:
        time.sleep(0.001)
    time.sleep(0.1)


# Streams


@app.get("/stream/gaps")
async def stream_gaps() -> StreamingResponse:
    async def pieces():
        for n in range(5):
            await asyncio.sleep(0.06)  # at fault: /stream/gaps slow-stream
            yield f"{n}\n"

    return StreamingResponse(pieces())


@app.get("/stream/late")
def stream_late() -> StreamingResponse:
    def pieces():
        time.sleep(0.3)  # at fault: /stream/late slow-stream
        for n in range(5):
            yield f"{n}\n"

    return StreamingResponse(pieces())


@app.get("/stream/twin")
async def stream_twin() -> StreamingResponse:
    async def pieces():
        for n in range(5):
            await asyncio.sleep(0)
            yield f"{n}\n"

    return StreamingResponse(pieces())


# Background tasks


async def block() -> None:
    time.sleep(0.3)  # at fault: /task/blocking background-task


@app.get("/task/blocking")
async def task_blocking(tasks: BackgroundTasks) -> None:
    tasks.add_task(block)


def mail() -> None:
    time.sleep(0.3)  # at fault: /task/long background-task


@app.get("/task/long")
async def task_long(tasks: BackgroundTasks) -> None:
    tasks.add_task(mail)


def note() -> None:
    time.sleep(0.005)


@app.get("/task/twin")
async def task_twin(tasks: BackgroundTasks) -> None:
    tasks.add_task(note)


# Cold start


@cache
def model() -> str:
    time.sleep(0.5)  # at fault: /cold cold-start
    return "loaded"


@app.get("/cold")
def cold() -> str:
    return model()


@app.get("/cold/import")
def cold_import() -> str:
    import slow_module  # at fault: /cold/import cold-start

    return slow_module.NAME


@app.get("/cold/twin")
def cold_twin() -> str:
    return "there"
