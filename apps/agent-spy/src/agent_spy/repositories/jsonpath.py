"""A value inside of stored JSON, in each database's own words.

What was stored is JSON, but not always JSON that a database can open: SQLite stops at 1,000
levels, PostgreSQL at an escaped NUL. Such a payload has no values to compare.
"""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Float, String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.functions import FunctionElement


class TextAt(FunctionElement[str]):
    """The scalar at `path` as a text: texts bare, numbers and booleans as JSON writes them."""

    type = String()
    inherit_cache = False

    def __init__(self, column: ColumnElement[Any], *path: str) -> None:
        self.path = path
        super().__init__(column)


class NumberAt(FunctionElement[float]):
    """The number at `path`."""

    type = Float()
    inherit_cache = False

    def __init__(self, column: ColumnElement[Any], *path: str) -> None:
        self.path = path
        super().__init__(column)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''").replace("\0", "") + "'"


@compiles(TextAt, "sqlite")
def _text_sqlite(element: TextAt, compiler: SQLCompiler, **kw: Any) -> str:
    column = compiler.process(element.clauses, **kw)
    path = _quoted(
        "$" + "".join("." + json.dumps(step, ensure_ascii=False) for step in element.path)
    )
    return (
        f"CASE WHEN json_valid({column}) THEN CASE json_type({column}, {path})"
        f" WHEN 'true' THEN 'true' WHEN 'false' THEN 'false'"
        f" ELSE CAST(json_extract({column}, {path}) AS TEXT) END END"
    )


@compiles(TextAt, "postgresql")
def _text_postgresql(element: TextAt, compiler: SQLCompiler, **kw: Any) -> str:
    column = compiler.process(element.clauses, **kw)
    path = ", ".join(_quoted(step) for step in element.path)
    return (
        f"CASE WHEN pg_input_is_valid({column}, 'jsonb')"
        f" THEN {column}::jsonb #>> ARRAY[{path}]::text[] END"
    )


@compiles(NumberAt, "sqlite")
def _number_sqlite(element: NumberAt, compiler: SQLCompiler, **kw: Any) -> str:
    column = compiler.process(element.clauses, **kw)
    return f"json_extract({column}, {_quoted('$.' + '.'.join(element.path))})"


@compiles(NumberAt, "postgresql")
def _number_postgresql(element: NumberAt, compiler: SQLCompiler, **kw: Any) -> str:
    column = compiler.process(element.clauses, **kw)
    path = ", ".join(_quoted(step) for step in element.path)
    return f"CAST({column}::json #>> ARRAY[{path}]::text[] AS double precision)"
