"""What a filter's call is given, checked."""

from __future__ import annotations

from typing import Any

from sqlalchemy import literal, not_, or_

from agent_spy.repositories.fields import Condition
from agent_spy.wire.filter import Argument, Call, Field, FilterError

LONGEST_PATTERN = 2_000
FIELD_AND_VALUE = 2
LIKE = frozenset({"like", "nlike", "not_like"})
ONE_OF = frozenset({"in", "nin", "not_in"})


def two(found: Call) -> tuple[Field, str, Argument]:
    """A field, the operator and a value (`FilterError` for anything else)."""
    if len(found.arguments) != FIELD_AND_VALUE:
        raise FilterError(f"{found.operator}() takes a field and a value", found.at)
    value = found.arguments[1]
    if isinstance(value, Call | Field):
        raise FilterError("a name or a call where a value should be", value.at)
    return named(found, found.arguments[0]), found.operator, value


def named(found: Call, argument: Argument) -> Field:
    """The field that an argument names."""
    if isinstance(argument, Field):
        return argument
    raise FilterError(f"{found.operator}() takes the name of a field first", found.at)


def listed(found: Call, value: Argument) -> tuple[Argument, ...]:
    """The items of a list."""
    if isinstance(value, tuple):
        return value
    raise FilterError(f"{found.operator}() takes a field and a list", found.at)


def liked(column: Any, found: Call) -> Condition:
    """`%` stands for anything, `_` for one character, a backslash for itself."""
    pattern = str(two(found)[2])
    if len(pattern) > LONGEST_PATTERN:
        raise FilterError(f"longer than {LONGEST_PATTERN} characters", found.at)
    matched: Condition = column.ilike(literal(pattern.replace("\\", "\\\\")), escape="\\")
    return matched if found.operator == "like" else or_(column.is_(None), not_(matched))
