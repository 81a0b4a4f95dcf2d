"""Databases, their drivers, the mapper, the migrations and the vector store."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentpack.project.claims import Claim
from agentpack.project.documents import read_toml
from agentpack.project.starters import ENV_FILES
from agentpack.project.survey import Survey
from agentpack.project.tree import within

DRIVERS = {
    "asyncpg": ("asyncpg", "postgresql"),
    "psycopg": ("psycopg", "postgresql"),
    "psycopg-binary": ("psycopg", "postgresql"),
    "psycopg2": ("psycopg2", "postgresql"),
    "psycopg2-binary": ("psycopg2", "postgresql"),
    "psycopg2cffi": ("psycopg2cffi", "postgresql"),
    "aiopg": ("aiopg", "postgresql"),
    "pg8000": ("pg8000", "postgresql"),
    "aiomysql": ("aiomysql", "mysql"),
    "asyncmy": ("asyncmy", "mysql"),
    "pymysql": ("pymysql", "mysql"),
    "mysqlclient": ("mysqlclient", "mysql"),
    "mysql-connector-python": ("mysql-connector-python", "mysql"),
    "mariadb": ("mariadb", "mariadb"),
    "aiosqlite": ("aiosqlite", "sqlite"),
    "motor": ("motor", "mongodb"),
    "pymongo": ("pymongo", "mongodb"),
    "redis": ("redis", "redis"),
    "aioredis": ("aioredis", "redis"),
}
EXTRAS = {
    "asyncpg": ("asyncpg", "postgresql"),
    "aiomysql": ("aiomysql", "mysql"),
    "asyncmy": ("asyncmy", "mysql"),
    "aiosqlite": ("aiosqlite", "sqlite"),
    "psycopg": ("psycopg", "postgresql"),
    "psycopg2": ("psycopg2", "postgresql"),
    "postgresql-asyncpg": ("asyncpg", "postgresql"),
    "postgresql-psycopg2binary": ("psycopg2", "postgresql"),
    "postgresql-psycopg": ("psycopg", "postgresql"),
    "postgresql": ("asyncpg", "postgresql"),
    "postgres": ("asyncpg", "postgresql"),
    "mysql": ("aiomysql", "mysql"),
    "pymysql": ("pymysql", "mysql"),
    "sqlite": ("aiosqlite", "sqlite"),
    "aiopg": ("aiopg", "postgresql"),
}
EXTRA_HOLDERS = frozenset({"databases", "tortoise-orm", "sqlalchemy", "piccolo", "ormar", "edgy"})
ENGINES = ("postgresql", "mysql", "mariadb", "sqlite", "mongodb", "redis")
MYSQL = frozenset({"mysql", "mariadb"})
"""Engines that share their drivers and URLs."""

DOCUMENT_MAPPERS = {"beanie": "mongodb", "odmantic": "mongodb", "mongoengine": "mongodb"}
URL = re.compile(
    r"[\"'=\s](postgres(?:ql)?|mysql|mariadb|sqlite|mongodb)(?:\+(\w+))?(?:\+srv)?(?=://|[\"'])",
    re.IGNORECASE,
)
TORTOISE = re.compile(r"[\"']tortoise\.backends\.(sqlite|asyncpg|psycopg|mysql)\b")
TORTOISE_ENGINES = {"asyncpg": "postgresql", "psycopg": "postgresql"}
SETTINGS = re.compile(
    r"(?:conf|setting|database|db|session|engine|env|main|models?)[^/]*\.py$|"
    r"/(?:core|config|db|database)/[^/]*\.py$",
    re.IGNORECASE,
)

ORMS = {
    "sqlmodel": "sqlmodel",
    "tortoise-orm": "tortoise",
    "beanie": "beanie",
    "piccolo": "piccolo",
    "prisma": "prisma",
    "ormar": "ormar",
    "odmantic": "odmantic",
    "gino": "gino",
    "edgy": "edgy",
    "sqlalchemy": "sqlalchemy",
    "mongoengine": "mongoengine",
    "peewee": "peewee",
    "pony": "pony",
    "databases": "databases",
}
COMMON = frozenset({"sqlmodel", "sqlalchemy", "tortoise-orm"})
"""Mappers that other packages bring along, and that are used all the same."""

MIGRATIONS = {"alembic": "alembic", "aerich": "aerich", "yoyo-migrations": "yoyo"}
VECTORS = {
    "qdrant": (("qdrant-client", "langchain-qdrant"), ("qdrant_client", "langchain_qdrant")),
    "pgvector": (("pgvector", "langchain-postgres"), ("pgvector", "langchain_postgres")),
    "chroma": (
        ("chromadb", "langchain-chroma", "chromadb-client"),
        ("chromadb", "langchain_chroma"),
    ),
    "weaviate": (("weaviate-client", "langchain-weaviate"), ("weaviate", "langchain_weaviate")),
    "pinecone": (
        ("pinecone", "pinecone-client", "langchain-pinecone"),
        ("pinecone", "langchain_pinecone"),
    ),
    "milvus": (("pymilvus", "langchain-milvus"), ("pymilvus", "langchain_milvus")),
    "faiss": (("faiss-cpu", "faiss-gpu", "faiss"), ("faiss",)),
    "lancedb": (("lancedb",), ("lancedb",)),
}
SEARCH = {"elasticsearch": "elasticsearch", "opensearch-py": "opensearch"}
KNN = re.compile(r"dense_vector|knn_vector|\bknn\b|\"knn\"", re.IGNORECASE)


def _drivers(survey: Survey, *, certain: bool = False) -> Iterator[tuple[str, str, str]]:
    """Yield the declared drivers with their engine and source.

    What a library without an application offers as an extra, it does not use itself.
    """
    certain = certain or survey.backend is None or survey.backend.app is None
    for name, dependency in survey.dependencies.items():
        if dependency.dev or (certain and dependency.optional):
            continue
        if name in DRIVERS:
            yield *DRIVERS[name], dependency.source
        if name in EXTRA_HOLDERS:
            for extra in sorted(dependency.extras):
                if extra in EXTRAS and not (name == "piccolo" and extra == "all"):
                    yield *EXTRAS[extra], dependency.source


def _urls(survey: Survey) -> Iterator[tuple[str, str]]:
    """Yield the engines named in connection URLs of the settings, with their source."""
    paths = [
        within(folder, name) for folder in survey.folders for name in (*ENV_FILES, "alembic.ini")
    ]
    paths += [
        path
        for path in survey.code.files
        if path.startswith(survey.folder.removeprefix("."))
        and SETTINGS.search(path)
        and "/versions/" not in path
        and not re.search(r"(?:^|/)scripts?/", path)
    ]
    for path in dict.fromkeys(paths):
        text = survey.tree.text(path)
        if not text:
            continue
        for number, written in enumerate(text.split("\n"), 1):
            plain = written.split(" #")[0]
            if plain.lstrip().startswith(("#", ";")) or "driver://" in plain:
                continue
            if re.search(r"test", plain, re.IGNORECASE) or not re.search(r"=|:|return", plain):
                continue
            for match in TORTOISE.finditer(plain):
                yield TORTOISE_ENGINES.get(match[1], match[1]), f"{path}:{number}"
            for match in URL.finditer(plain):
                bare = "://" not in plain[match.end() : match.end() + 3]
                if bare and not match[2]:
                    continue
                engine = (
                    "postgresql" if match[1].lower().startswith("postgres") else match[1].lower()
                )
                yield engine, f"{path}:{number}"


def claim_database(survey: Survey) -> Iterator[Claim]:
    """Claim the engines and the drivers."""
    drivers: dict[str, str] = {}
    engines: dict[str, str] = {}
    urls = dict(reversed(list(_urls(survey))))
    for driver, engine, source in _drivers(survey):
        # A SQLite driver among the others is there for the tests unless a URL says otherwise.
        if engine == "sqlite" and "sqlite" not in urls and not survey.imported("aiosqlite"):
            continue
        drivers.setdefault(driver, source)
        engines.setdefault(engine, source)
    for mapper, engine in DOCUMENT_MAPPERS.items():
        found = survey.dependencies.get(mapper)
        if found and not found.dev:
            engines.setdefault(engine, found.source)
    engines = {**_undriven(survey, engines, urls), **engines}
    if engines:
        ordered = tuple(sorted(engines, key=ENGINES.index))
        yield Claim("database", ordered, engines[ordered[0]])
    if drivers:
        names = list(dict.fromkeys(driver for driver, _ in DRIVERS.values()))
        listed = tuple(sorted(drivers, key=names.index))
        yield Claim("database_driver", listed, drivers[listed[0]])


def _undriven(survey: Survey, engines: dict[str, str], urls: dict[str, str]) -> dict[str, str]:
    """Return the engines that the settings name and no declared driver tells of."""
    found: dict[str, str] = {}
    if _mapper(survey) is None:
        source = survey.imported("sqlite3")
        own = source is not None and "scripts/" not in source and not engines
        return {"sqlite": source} if source and own else {}
    # Settings often offer engines that are not installed: a driver tells which one is used.
    certain = {engine for _, engine, _ in _drivers(survey, certain=True)} - {"redis"}
    for engine, source in urls.items():
        twin = engine in MYSQL and bool(MYSQL & set(engines))
        stated = not source.rsplit(":", 1)[0].endswith(".py")
        if not twin and (not certain or (stated and engine == "sqlite")):
            found[engine] = source
    return found


def _mapper(survey: Survey) -> Claim | None:
    """Return the mapper that the code imports: a declared one, else one that came with another."""
    for declared in (True, False):
        for name, module in ORMS.items():
            found = survey.dependencies.get(name)
            source = survey.imported(module)
            if source and declared and found and not found.dev:
                return Claim("orm", name, found.source)
            if source and not declared and name in COMMON:
                return Claim("orm", name, source)
    return None


def claim_orm(survey: Survey) -> Iterator[Claim]:
    """Claim the mapper: the declared one that the code imports."""
    found = _mapper(survey)
    if found:
        yield found


def claim_migrations(survey: Survey) -> Iterator[Claim]:
    """Claim the migration tool."""
    for folder in survey.folders:
        for path in [
            within(folder, "alembic.ini"),
            within(folder, "src/alembic.ini"),
            within(folder, "app/alembic.ini"),
        ]:
            if survey.tree.has(path):
                yield Claim("migrations", "alembic", f"{path}:1")
                return
        table = read_toml(survey.tree, within(folder, "pyproject.toml"))
        for tool in ("alembic", "aerich"):
            if table and table.get("tool", tool) is not None:
                yield Claim("migrations", tool, table.source("tool", tool))
                return
    for name, tool in MIGRATIONS.items():
        found = survey.dependencies.get(name)
        if found:
            yield Claim("migrations", tool, found.source)
            return


def claim_vectors(survey: Survey) -> Iterator[Claim]:
    """Claim the vector store: one that is declared, those imported first."""
    for store, (packages, modules) in VECTORS.items():
        found = next(
            (survey.dependencies[name] for name in packages if name in survey.dependencies), None
        )
        if found and not found.dev:
            used = survey.imported(*modules)
            yield Claim("vector_store", store, found.source, 0 if used else 1)
    for name, store in SEARCH.items():
        found = survey.dependencies.get(name)
        module = "opensearchpy" if store == "opensearch" else "elasticsearch"
        if found and not found.dev and survey.imported(module):
            knn = next(
                (
                    path
                    for path, _ in survey.code.matching(KNN, "knn", "dense_vector", "KNN")
                    if store in (survey.tree.text(path) or "").lower()
                ),
                None,
            )
            if knn:
                yield Claim("vector_store", store, found.source, 0)
