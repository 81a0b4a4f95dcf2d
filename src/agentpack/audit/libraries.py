"""The classes of libraries that rules ask for, and the ways in which code comes by them."""

from __future__ import annotations

MAKER, BEGUN = "maker of ", "begun "
"""Before a kind: what makes one when it is called, or gives one when it is entered."""

SESSION, ASYNC_SESSION = "sqlalchemy.orm.Session", "sqlalchemy.ext.asyncio.AsyncSession"
CONNECTION, ASYNC_CONNECTION = "sqlalchemy.Connection", "sqlalchemy.ext.asyncio.AsyncConnection"
ENGINE, ASYNC_ENGINE = "sqlalchemy.Engine", "sqlalchemy.ext.asyncio.AsyncEngine"

SAME = {  # by its last name, however it is imported from SQLAlchemy or SQLModel
    "Session": SESSION,
    "scoped_session": SESSION,
    "AsyncSession": ASYNC_SESSION,
    "async_scoped_session": ASYNC_SESSION,
    "Connection": CONNECTION,
    "AsyncConnection": ASYNC_CONNECTION,
    "Engine": ENGINE,
    "AsyncEngine": ASYNC_ENGINE,
}
MAKERS = {"sessionmaker": SESSION, "async_sessionmaker": ASYNC_SESSION}
ENGINES = {"create_engine": ENGINE, "create_async_engine": ASYNC_ENGINE}
CONNECTS = {ENGINE: CONNECTION, ASYNC_ENGINE: ASYNC_CONNECTION}
WRAPPED = {
    "Annotated", "Optional", "Generator", "AsyncGenerator", "Iterator", "AsyncIterator",
    "Iterable", "AsyncIterable", "Awaitable", "Coroutine", "Final", "ClassVar",
    "AbstractContextManager", "AbstractAsyncContextManager", "ContextManager",
    "AsyncContextManager",
}  # fmt: skip
ALTERNATIVE = ("from_url", "from_pool", "from_service_account_json", "recommended")
MAKES = {
    "boto3.client": "boto3.client",
    "boto3.resource": "boto3.client",
    "redis.from_url": "redis.Redis",
    "redis.asyncio.from_url": "redis.asyncio.Redis",
    "psycopg2.connect": "psycopg2.connection",
    "psycopg.connect": "psycopg.Connection",
    "pymysql.connect": "pymysql.Connection",
    "supabase.create_client": "supabase.Client",
}
DEPENDS = {"fastapi.Depends", "fastapi.Security", "fastapi.params.Depends"}
