"""A filter's tree as conditions on the tables."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from sqlalchemy import and_, false, func, not_, or_, select, true

from agent_spy.models import Run
from agent_spy.repositories import fields, pairs
from agent_spy.repositories.arguments import (
    FIELD_AND_VALUE,
    LONGEST_PATTERN,
    liked,
    listed,
    named,
    two,
)
from agent_spy.repositories.fields import COMPARE, Condition
from agent_spy.repositories.search import search
from agent_spy.wire.filter import Argument, Call, FilterError

_INDEXED = frozenset({"name", "inputs", "outputs", "error"})


def condition(found: Call) -> Condition:
    """What a run must be.

    Raises:
        FilterError: an operator or a field that is not known, or a value of the wrong kind.
    """
    try:
        return _condition(found)
    except FilterError:
        raise
    except (ValueError, OverflowError) as error:
        raise FilterError(str(error), found.at) from None


def _condition(found: Call) -> Condition:
    if pairs.speaks_of(found):
        return and_(*pairs.conditions((found,)))
    if found.operator in COMPARE:
        return fields.compare(*two(found))
    make = _OPERATORS.get(found.operator)
    if make is None:
        raise FilterError(f"no operator {found.operator!r}", found.at)
    return make(found)


def of_root(found: Call) -> Condition:
    """Whether the root of a run's trace is so."""
    roots = select(Run.trace_id).where(condition(found), Run.parent_id.is_(None))
    return Run.trace_id.in_(roots.correlate(None))


def of_any_in_trace(found: Call) -> Condition:
    """Whether any run of a run's trace is so."""
    return Run.trace_id.in_(select(Run.trace_id).where(condition(found)).correlate(None))


def _and(found: Call) -> Condition:
    """A key and the values behind it speak of one pair, whatever stands between them."""
    paired = [part for part in found.arguments if isinstance(part, Call) and pairs.speaks_of(part)]
    rest = [_inner(part) for part in found.arguments if part not in paired]
    return and_(true(), *rest, *pairs.conditions(paired))


def _or(found: Call) -> Condition:
    return or_(false(), *map(_inner, found.arguments))


def _not(found: Call) -> Condition:
    return not_(func.coalesce(_inner(_only(found)), false()))


def _exists(found: Call) -> Condition:
    name = named(found, _only(found))
    if name.name in fields.TEXTS:
        known: Condition = fields.TEXTS[name.name].is_not(None)
        return known
    return fields.exists_at(*fields.inside(name))


def _inner(argument: Argument) -> Condition:
    if not isinstance(argument, Call):
        raise FilterError(f"{argument!r} where a call should be", getattr(argument, "at", 0))
    return condition(argument)


def _search(found: Call) -> Condition:
    if len(found.arguments) == FIELD_AND_VALUE:
        name = named(found, found.arguments[0])
        if name.name not in fields.TEXTS:
            raise FilterError(f"search() looks into {', '.join(fields.TEXTS)}", name.at)
        return _within(name.name, str(found.arguments[1]))
    return search(str(_only(found)))


def _within(name: str, words: str) -> Condition:
    """Exactly these words, in one field; the index tells in which runs it is worth looking."""
    occurs = _occurs(fields.TEXTS[name], words)
    return and_(search(words), occurs) if name in _INDEXED else occurs


def _occurs(column: Any, words: str) -> Condition:
    if len(words) > LONGEST_PATTERN:
        raise ValueError(f"longer than {LONGEST_PATTERN} characters: {words[:20]!r}…")
    forms = {words, *(json.dumps(words, ensure_ascii=flag)[1:-1] for flag in (False, True))}
    return or_(*(column.icontains(form, autoescape=True) for form in sorted(forms)))


def _has(found: Call) -> Condition:
    name, _, value = two(found)
    if name.name == "tags":
        return fields.compare(name, "eq", value)
    if name.name != "metadata":
        raise FilterError(f"has() takes tags or metadata, not {name.name!r}", name.at)
    try:
        wanted = json.loads(str(value))
    except (ValueError, RecursionError):
        wanted = value
    if isinstance(wanted, dict):
        return fields.has_metadata(wanted)
    return fields.exists_at(Run.extra, f"metadata.{wanted}")


def _in(found: Call) -> Condition:
    name, operator, value = two(found)
    items = listed(found, value)
    one_of = or_(false(), *(fields.compare(name, "eq", item) for item in items))
    return one_of if operator == "in" else not_(func.coalesce(one_of, false()))


def _like(found: Call) -> Condition:
    name = two(found)[0]
    column = fields.TEXTS.get(name.name)
    if column is None:
        column = fields.text_at(*fields.inside(name))
    return liked(column, found)


def _only(found: Call) -> Argument:
    if len(found.arguments) != 1:
        raise FilterError(f"{found.operator}() takes one argument", found.at)
    return found.arguments[0]


_OPERATORS: dict[str, Callable[[Call], Condition]] = {
    "and": _and,
    "or": _or,
    "not": _not,
    "search": _search,
    "has": _has,
    "exists": _exists,
    "in": _in,
    "nin": _in,
    "not_in": _in,
    "like": _like,
    "nlike": _like,
    "not_like": _like,
}
