"""Searching runs by their words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Dialect, String, false, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.visitors import iterate
from sqlalchemy.types import TypeDecorator, TypeEngine
from typing_extensions import override

from agent_spy.models import Run
from agent_spy.wire.words import ROOT, words

_MOST = 10_000
"""Runs that SQLite gives out for one search, the last indexed first."""

_MOST_WORDS = 64


def search(text: str, *, roots: bool = False) -> ColumnElement[bool]:
    """Whether a run has, for each word of `text`, one that begins with it, in any case.

    Looked through are its name, inputs, outputs, error and tags. With `roots`, only the roots of
    traces are found.

    Raises:
        ValueError: it is too long.
    """
    found = sorted(words(text))
    if not found:
        return false()
    if len(found) > _MOST_WORDS:
        raise ValueError(f"a search for more than {_MOST_WORDS} words: {text[:20]!r}…")
    return _Found(Run.id, literal(" ".join([*found, ROOT] if roots else found), _Question()))


def asked_by(conditions: Iterable[ColumnElement[bool]]) -> bool:
    """Whether any of these conditions needs the index of words."""
    return any(isinstance(part, _Found) for one in conditions for part in iterate(one))


class _Question(TypeDecorator[str]):
    """Words with spaces between, in the words of each database: beginnings, all of them."""

    impl = String
    cache_ok = True

    @override
    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        found = value.split(" ")
        if dialect.name == "postgresql":
            return " & ".join(f"'{word}':*" for word in found)
        return " AND ".join(f'"{word}"*' for word in found)


class _Found(FunctionElement[bool]):
    """Whether a run's id is among those that the index gives."""

    type: TypeEngine[Any] = Boolean()
    inherit_cache = True

    @override
    def self_group(self, against: Any = None) -> Any:
        """Itself: SQLAlchemy would write `= 1` behind it for SQLite, which then uses no index."""
        return self


@compiles(_Found, "sqlite")
def _sqlite(element: _Found, compiler: SQLCompiler, **kw: Any) -> str:
    run_id, question = (compiler.process(part, **kw) for part in element.clauses)
    return (
        f"{run_id} IN (SELECT followed_runs.run_id FROM run_words"  # noqa: S608 - they are bound
        f" JOIN followed_runs ON followed_runs.number = run_words.rowid"
        f" WHERE run_words MATCH {question} ORDER BY run_words.rowid DESC LIMIT {_MOST})"
    )


@compiles(_Found, "postgresql")
def _postgresql(element: _Found, compiler: SQLCompiler, **kw: Any) -> str:
    run_id, question = (compiler.process(part, **kw) for part in element.clauses)
    return (
        f"{run_id} IN (SELECT followed_runs.run_id FROM followed_runs"  # noqa: S608
        f" WHERE followed_runs.words @@ CAST({question} AS tsquery))"
    )
