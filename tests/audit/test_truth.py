"""What the rules say of the libraries is so: each bad twin misbehaves on the installed versions."""

from __future__ import annotations

import asyncio
import gc
import warnings
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any

import httpx
import jwt
import pydantic
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import BackgroundTasks, Depends, FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.testclient import TestClient
from sqlalchemy import ForeignKey, String, create_engine, select, text
from sqlalchemy.exc import ArgumentError, InvalidRequestError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship
from sqlalchemy.pool import StaticPool

from agentpack.audit.stale import NAMES


class Base(DeclarativeBase):
    pass


class Item(Base):
    __tablename__ = "items"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String, unique=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("items.id"))
    children: Mapped[list[Item]] = relationship()


@pytest.fixture
def engine() -> Any:
    made = create_engine(
        "sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False}
    )
    Base.metadata.create_all(made)
    yield made
    made.dispose()


@asynccontextmanager
async def sessions(**how: Any) -> AsyncIterator[async_sessionmaker[AsyncSession]]:
    made = create_async_engine("sqlite+aiosqlite://", poolclass=StaticPool)
    async with made.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    try:
        yield async_sessionmaker(made, **how)
    finally:
        await made.dispose()


def failure(doing: Coroutine[Any, Any, object]) -> str:
    """What SQLAlchemy says of it; what it leaves behind un-awaited is gone by then."""
    told = ""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            asyncio.run(doing)
        except SQLAlchemyError as error:
            told = str(error)
        gc.collect()
    return told


@pytest.mark.parametrize(("scope", "status"), [("request", 201), ("function", 500)])
def test_a_commit_after_yield_fails_behind_the_answer(engine, scope, status) -> None:
    """commit-after-yield: 201, and the row is not there; with the function's scope a 500."""
    app = FastAPI()

    def get_session() -> Iterator[Session]:
        with Session(engine) as session:
            yield session
            session.commit()

    @app.post("/items", status_code=201)
    def create(session: Session = Depends(get_session, scope=scope)) -> None:
        session.add_all([Item(name="same"), Item(name="same")])

    client = TestClient(app, raise_server_exceptions=False)
    assert client.post("/items").status_code == status
    with Session(engine) as session:
        assert session.scalars(select(Item)).all() == []


def test_without_finally_the_session_stays_open(engine) -> None:
    """session-not-closed: what stands behind the `yield` does not run when the endpoint raises."""
    app = FastAPI()
    closed = []

    def get_session() -> Iterator[Session]:
        session = Session(engine)
        yield session
        closed.append(True)
        session.close()

    @app.get("/")
    def fails(session: Session = Depends(get_session)) -> None:
        raise RuntimeError

    TestClient(app, raise_server_exceptions=False).get("/")
    assert closed == []


def test_a_task_holds_the_requests_session_open(engine) -> None:
    """session-in-task: the dependency ends only after the background task."""
    app = FastAPI()
    order = []

    def get_session() -> Iterator[Session]:
        with Session(engine) as session:
            yield session
        order.append("closed")

    @app.get("/")
    def start(tasks: BackgroundTasks, session: Session = Depends(get_session)) -> None:
        tasks.add_task(lambda _: order.append("task"), session)

    TestClient(app).get("/")
    assert order == ["task", "closed"]


def test_a_row_is_expired_by_its_commit() -> None:
    """expired-after-commit: the next read raises, unless the factory keeps what it has."""

    async def read(**how: Any) -> int:
        async with sessions(**how) as make, make() as session:
            item = Item(name="a")
            session.add(item)
            await session.commit()
            return item.id

    assert "greenlet_spawn has not been called" in failure(read())
    assert asyncio.run(read(expire_on_commit=False)) == 1


def test_a_relation_is_not_loaded_by_reading_it() -> None:
    """lazy-load-in-async: MissingGreenlet."""

    async def read() -> int:
        async with sessions() as make, make() as session:
            session.add(Item(name="a"))
            await session.commit()
            item = await session.scalar(select(Item))
            assert item is not None
            return len(item.children)

    assert "greenlet_spawn has not been called" in failure(read())


def test_a_session_is_for_one_task(tmp_path) -> None:
    """shared-session: SQLAlchemy refuses the second statement."""

    async def both() -> list[object]:
        engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path}/a.db")
        async with AsyncSession(engine) as session:
            asked = (session.scalar(text("SELECT 1")) for _ in range(2))
            answers = await asyncio.gather(*asked, return_exceptions=True)
        await engine.dispose()
        return answers

    assert any(isinstance(one, InvalidRequestError) for one in asyncio.run(both()))


def test_sql_must_be_declared_as_text(engine) -> None:
    """raw-sql-string: ArgumentError."""
    with Session(engine) as session, pytest.raises(ArgumentError, match="text"):
        session.execute("SELECT 1")  # type: ignore[call-overload]


@pytest.mark.parametrize("word", ["sslmode", "channel_binding"])
def test_asyncpg_has_no_sslmode(word) -> None:
    """sslmode-for-asyncpg: a TypeError before anything is sent."""

    async def connect() -> None:
        url = f"postgresql+asyncpg://u:p@127.0.0.1:1/db?{word}=require"
        async with create_async_engine(url).connect():
            pass

    with pytest.raises(TypeError, match=word):
        asyncio.run(connect())


def test_pyjwt_wants_algorithms() -> None:
    """token-without-algorithms: every token is refused."""
    secret = "s" * 32
    with pytest.raises(jwt.DecodeError, match="algorithms"):
        jwt.decode(jwt.encode({}, secret, "HS256"), secret)


def test_a_shared_secret_verifies_no_token_of_an_issuer_with_keys() -> None:
    """issuer-by-shared-secret: what is signed with EdDSA is refused by HS256."""
    token = jwt.encode({"sub": "a"}, Ed25519PrivateKey.generate(), "EdDSA")
    with pytest.raises(jwt.InvalidAlgorithmError):
        jwt.decode(token, "s" * 32, algorithms=["HS256"])


def test_an_unverified_token_is_whoever_it_says() -> None:
    """token-not-verified: a token that anybody wrote is believed."""
    forged = jwt.encode({"sub": "admin"}, "x" * 32, "HS256")
    assert jwt.decode(forged, options={"verify_signature": False}) == {"sub": "admin"}


def test_on_event_does_not_run_beside_a_lifespan() -> None:
    """on-event-beside-lifespan: the handler is never called."""
    ran = []

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        ran.append("lifespan")
        yield

    app = FastAPI(lifespan=lifespan)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        app.on_event("startup")(lambda: ran.append("on_event"))
    with TestClient(app):
        pass
    assert ran == ["lifespan"]


def test_wildcard_cors_with_credentials_lets_any_site_in() -> None:
    """cors-wildcard-with-credentials: whoever asks with a cookie is named in the answer."""
    app = FastAPI()
    app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_credentials=True)
    answer = TestClient(app).get("/", headers={"Origin": "https://evil.example", "Cookie": "a=b"})
    assert answer.headers["access-control-allow-origin"] == "https://evil.example"
    assert answer.headers["access-control-allow-credentials"] == "true"


def test_a_decorator_above_the_route_does_nothing() -> None:
    """limit-above-route: the route has the bare function."""
    app = FastAPI()

    def refuses(_: Any) -> Any:
        def refused() -> None:
            raise AssertionError

        return refused

    @refuses
    @app.get("/")
    def here() -> str:
        return "answered"

    assert TestClient(app).get("/").json() == "answered"


def test_httpx_has_no_app() -> None:
    """removed-api: httpx 0.28."""
    with pytest.raises(TypeError, match="app"):
        httpx.AsyncClient(app=FastAPI())  # type: ignore[call-arg]


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("pydantic.")])
def test_pydantic_has_lost_or_deprecates_what_the_table_says(name) -> None:
    """removed-api, deprecated-api: gone, or there with a warning."""
    last = name.split(".")[1]
    if NAMES[name].gone:
        with pytest.raises((pydantic.errors.PydanticImportError, ImportError, AttributeError)):
            getattr(import_module(name.rpartition(".")[0]), name.rpartition(".")[2])
        return
    use = getattr(pydantic, last)
    with pytest.warns(pydantic.PydanticDeprecatedSince20):
        use(int, "1") if last == "parse_obj_as" else use(*["a"] * (last == "validator"), pre=True)
