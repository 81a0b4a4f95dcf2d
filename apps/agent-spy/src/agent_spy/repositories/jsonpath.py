"""A value inside of stored JSON, and a text inside of a text, in each database's own words.

What was stored is JSON, but not always JSON that a database can open: SQLite stops at 1,000
levels, PostgreSQL at an escaped NUL. Such a payload has no values to compare.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, Float, String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine

UNSPEAKABLE = frozenset('"\\\0')
"""Characters that a path's step must not have: SQLite has no way to write them."""


class _At(FunctionElement[Any]):
    inherit_cache = False

    def __init__(self, column: Any, *path: str) -> None:
        self.path = path
        super().__init__(column)


class TextAt(_At):
    """The scalar at `path` as a text: texts bare, numbers and booleans as JSON writes them."""

    type: TypeEngine[Any] = String()
    inherit_cache = False


class NumberAt(_At):
    """The number at `path`; a text or whatever else is there is none."""

    type: TypeEngine[Any] = Float()
    inherit_cache = False


class Contains(FunctionElement[bool]):
    """Whether a column's text holds a text, exactly as it is written."""

    type: TypeEngine[Any] = Boolean()
    inherit_cache = True

    def __init__(self, column: Any, text: ColumnElement[str]) -> None:
        super().__init__(column, text)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''").replace("\0", "") + "'"


def _sqlite_path(path: tuple[str, ...]) -> str:
    return _quoted("$" + "".join(f'."{step}"' for step in path))


def _array(path: tuple[str, ...]) -> str:
    return f"ARRAY[{', '.join(map(_quoted, path))}]::text[]"


@compiles(TextAt, "sqlite")
def _text_sqlite(element: TextAt, compiler: SQLCompiler, **kw: Any) -> str:
    column = compiler.process(element.clauses, **kw)
    path = _sqlite_path(element.path)
    return (
        f"CASE WHEN json_valid({column}) THEN CASE json_type({column}, {path})"
        f" WHEN 'true' THEN 'true' WHEN 'false' THEN 'false'"
        f" ELSE CAST(json_extract({column}, {path}) AS TEXT) END END"
    )


@compiles(TextAt, "postgresql")
def _text_postgresql(element: TextAt, compiler: SQLCompiler, **kw: Any) -> str:
    column = compiler.process(element.clauses, **kw)
    return (
        f"CASE WHEN pg_input_is_valid({column}, 'jsonb')"
        f" THEN {column}::jsonb #>> {_array(element.path)} END"
    )


@compiles(NumberAt, "sqlite")
def _number_sqlite(element: NumberAt, compiler: SQLCompiler, **kw: Any) -> str:
    column = compiler.process(element.clauses, **kw)
    path = _sqlite_path(element.path)
    return (
        f"CASE WHEN json_valid({column}) THEN CASE WHEN json_type({column}, {path})"
        f" IN ('integer', 'real') THEN json_extract({column}, {path}) END END"
    )


@compiles(NumberAt, "postgresql")
def _number_postgresql(element: NumberAt, compiler: SQLCompiler, **kw: Any) -> str:
    column = compiler.process(element.clauses, **kw)
    path = _array(element.path)
    found = f"{column}::jsonb #>> {path}"
    return (
        f"CASE WHEN pg_input_is_valid({column}, 'jsonb') THEN"
        f" CASE WHEN jsonb_typeof({column}::jsonb #> {path}) = 'number'"
        f" AND pg_input_is_valid({found}, 'double precision')"
        f" THEN ({found})::double precision END END"
    )


@compiles(Contains, "sqlite")
def _contains_sqlite(element: Contains, compiler: SQLCompiler, **kw: Any) -> str:
    return f"instr({compiler.process(element.clauses, **kw)}) > 0"


@compiles(Contains, "postgresql")
def _contains_postgresql(element: Contains, compiler: SQLCompiler, **kw: Any) -> str:
    return f"strpos({compiler.process(element.clauses, **kw)}) > 0"
