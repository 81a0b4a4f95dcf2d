"""SQLAlchemy and drivers on SQLite, sync and async: repeated and slow statements, pools, locks."""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
import threading
import time
from contextlib import asynccontextmanager
from pathlib import Path

import aiosqlite
from fastapi import FastAPI
from sqlalchemy import ForeignKey, create_engine, event, select, text
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    Session,
    mapped_column,
    relationship,
    selectinload,
)


class Base(DeclarativeBase):
    pass


class Author(Base):
    __tablename__ = "authors"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    books: Mapped[list[Book]] = relationship(back_populates="author")


class Book(Base):
    __tablename__ = "books"
    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("authors.id"), index=True)
    author: Mapped[Author] = relationship(back_populates="books")


folder = tempfile.TemporaryDirectory()
file = Path(folder.name, "zoo.db")
engine = create_engine(f"sqlite:///{file}")
async_engine = create_async_engine(f"sqlite+aiosqlite:///{file}")
sessions = async_sessionmaker(async_engine)
small = create_engine(f"sqlite:///{file}", pool_size=1, max_overflow=0)
async_small = create_async_engine(f"sqlite+aiosqlite:///{file}", pool_size=1, max_overflow=0)

Base.metadata.create_all(engine)
with Session(engine) as session:
    session.add_all(Author(name=f"author {n}", books=[Book(), Book()]) for n in range(150))
    session.commit()
with sqlite3.connect(file) as connection:
    connection.execute("CREATE TABLE events (id INTEGER PRIMARY KEY, kind TEXT, at INTEGER)")
    connection.execute(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 600000) "
        "INSERT INTO events SELECT i, 'kind ' || (i % 1000) || ' of many', i * 7919 % 600011 FROM n"
    )
    connection.execute("CREATE INDEX events_at ON events (at)")
connection.close()


@asynccontextmanager
async def lifespan(app: FastAPI):
    yield
    await async_engine.dispose()
    await async_small.dispose()
    engine.dispose()
    small.dispose()
    folder.cleanup()


app = FastAPI(lifespan=lifespan)


@app.get("/lazy")
def lazy() -> int:
    with Session(engine) as session:
        authors = session.scalars(select(Author)).all()
        return sum(len(author.books) for author in authors)  # at fault: /lazy n-plus-one


@app.get("/lazy/blocking")
async def lazy_blocking() -> int:
    count = 0
    with Session(engine) as session:
        for author in session.scalars(select(Author)):
            count += len(author.books)  # at fault: /lazy/blocking n-plus-one
    return count


@app.get("/lazy/twin")
def lazy_twin() -> int:
    with Session(engine) as session:
        authors = session.scalars(select(Author).options(selectinload(Author.books))).all()
        return sum(len(author.books) for author in authors)


@app.get("/loop")
async def loop() -> int:
    count = 0
    async with sessions() as session:
        for author in (await session.scalars(select(Author).limit(60))).all():
            books = await session.scalars(  # at fault: /loop n-plus-one
                select(Book).where(Book.author_id == author.id)
            )
            count += len(books.all())
    return count


@app.get("/loop/twin")
async def loop_twin() -> int:
    async with sessions() as session:
        query = select(Author).options(selectinload(Author.books)).limit(60)
        return sum(len(author.books) for author in await session.scalars(query))


@app.get("/raw")
def raw() -> int:
    count = 0
    with sqlite3.connect(file) as connection:
        connection.set_trace_callback(None)
        for (number,) in connection.execute("SELECT id FROM authors").fetchall():
            sql = f"SELECT count(*) FROM books b, events e WHERE e.at < 40 AND b.id > {number}"
            count += connection.execute(sql).fetchone()[0]  # at fault: /raw n-plus-one
    connection.close()
    return count


@app.get("/raw/async")
async def raw_async() -> int:
    count = 0
    async with aiosqlite.connect(file) as connection:
        for n in range(300):
            sql = "SELECT count(*) FROM books WHERE author_id = ?"
            rows = await connection.execute_fetchall(sql, (n,))  # at fault: /raw/async n-plus-one
            count += rows[0][0]
    return count


@app.get("/raw/twin")
def raw_twin() -> int:
    with sqlite3.connect(file) as connection:
        count = connection.execute("SELECT count(*) FROM books").fetchone()[0]
    connection.close()
    return count


@app.get("/scan")
def scan() -> int:
    with engine.connect() as connection:
        query = text("SELECT count(*) FROM events WHERE kind = :kind")
        return connection.scalar(query, {"kind": "none"})  # at fault: /scan slow-query


@app.get("/scan/async")
async def scan_async() -> int:
    async with async_engine.connect() as connection:
        query = text("SELECT count(*) FROM events WHERE lower(kind) LIKE '%none%'")
        return await connection.scalar(query)  # at fault: /scan/async slow-query


@app.get("/scan/driver")
def scan_driver() -> list[int]:
    connection = sqlite3.connect(file)
    query = "SELECT id FROM events WHERE kind LIKE '%999 of%' ORDER BY kind, id DESC"
    rows = connection.execute(query).fetchall()  # at fault: /scan/driver slow-query
    connection.close()
    return [row[0] for row in rows[:10]]


@app.get("/scan/twin")
def scan_twin() -> int:
    with engine.connect() as connection:
        return connection.scalar(text("SELECT count(*) FROM events WHERE at = 77"))


@app.get("/pool")
def pool() -> None:
    with small.connect() as connection:  # at fault: /pool pool-wait
        connection.execute(text("SELECT 1"))
        time.sleep(0.15)


@app.get("/pool/async")
async def pool_async() -> None:
    async with async_small.connect() as connection:  # at fault: /pool/async pool-wait
        await connection.execute(text("SELECT 1"))
        await asyncio.sleep(0.15)


@app.get("/pool/twin")
async def pool_twin() -> None:
    async with async_small.connect() as connection:
        await connection.execute(text("SELECT 1"))
    await asyncio.sleep(0.15)


holding = threading.Event()
held = create_engine(f"sqlite:///{file}", pool_size=1, max_overflow=0)


def hold_for_ever() -> None:
    while True:
        with held.connect():
            holding.set()
            time.sleep(0.4)
        time.sleep(0.001)


@app.get("/pool/held")
def pool_held() -> None:
    if not holding.is_set():
        threading.Thread(target=hold_for_ever, daemon=True).start()
        holding.wait()
    with held.connect() as connection:  # at fault: /pool/held pool-wait
        connection.execute(text("SELECT 1"))
    time.sleep(0.02)  # meanwhile the other takes the connection again


writing = threading.Event()
locked = create_engine(f"sqlite:///{folder.name}/locked.db", connect_args={"timeout": 5})


@event.listens_for(locked, "connect")
def immediate(connection, record) -> None:
    connection.isolation_level = None


with locked.connect() as connection:
    connection.execute(text("CREATE TABLE counters (id INTEGER PRIMARY KEY, n INTEGER)"))
    connection.execute(text("INSERT INTO counters VALUES (1, 0)"))


def write_for_ever() -> None:
    connection = sqlite3.connect(f"{folder.name}/locked.db", isolation_level=None, timeout=5)
    while True:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("UPDATE counters SET n = n + 1")
        writing.set()
        time.sleep(0.3)
        connection.execute("COMMIT")
        time.sleep(0.11)


@app.get("/locked")
def locked_() -> None:
    if not writing.is_set():
        threading.Thread(target=write_for_ever, daemon=True).start()
        writing.wait()
    writing.clear()
    writing.wait()
    with locked.connect() as connection:
        query = text("UPDATE counters SET n = n + 1 WHERE id = 1")
        connection.execute(query)  # at fault: /locked lock-wait
