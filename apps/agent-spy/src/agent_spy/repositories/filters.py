"""A filter's tree as conditions on the tables."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, exists, false, not_, or_, select, true

from agent_spy.models import Feedback, Run
from agent_spy.repositories.jsonpath import NumberAt, TextAt
from agent_spy.wire import values
from agent_spy.wire.filter import Argument, Call, Field, FilterError

STATUSES = {"pending": "running", "success": "completed", "error": "failed"}
"""LangSmith's words for ours."""
_COMPARE: dict[str, Callable[[Any, Any], ColumnElement[bool]]] = {
    "eq": lambda column, value: column.is_(None) if value is None else column == value,
    "neq": lambda column, value: (
        column.is_not(None) if value is None else column.is_distinct_from(value)
    ),
    "gt": lambda column, value: column > value,
    "gte": lambda column, value: column >= value,
    "lt": lambda column, value: column < value,
    "lte": lambda column, value: column <= value,
}
_IDS = {
    "id": Run.id,
    "trace_id": Run.trace_id,
    "parent_run_id": Run.parent_id,
    "reference_example_id": Run.reference_example_id,
    "reference_example": Run.reference_example_id,
    "session_id": Run.project_id,
}
_TIMES = {
    "start_time": Run.start_time,
    "end_time": Run.end_time,
    "first_token_time": Run.first_token_time,
}
_TEXTS = {"name": Run.name, "run_type": Run.run_type, "dotted_order": Run.dotted_order}
_TOKENS = {
    "total_tokens": "total",
    "prompt_tokens": "prompt",
    "completion_tokens": "completion",
    "total_cost": "cost",
}
_UNITS = {"ms": 1_000, "s": 1_000_000, "m": 60_000_000, "h": 3_600_000_000, "d": 86_400_000_000}


def condition(found: Call) -> ColumnElement[bool]:
    """What a run must be.

    Raises:
        FilterError: an operator or a field that is not known, or a value of the wrong kind.
    """
    match found.operator:
        case "and":
            return and_(true(), *_paired(found.arguments))
        case "or":
            return or_(false(), *map(_inner, found.arguments))
        case "not":
            return not_(_inner(_only(found)))
        case "search":
            return search(str(_only(found)))
        case "has":
            return _has(found)
        case "in":
            return _in(found)
        case operator if operator in _COMPARE:
            return _compare(found)
        case "like":
            field, value = _two(found)
            return _text_column(field).like(str(value))
        case "exists":
            field, _ = (*found.arguments, None)[:2]
            return _json_field(field).is_not(None)
    raise FilterError(f"filter: no operator {found.operator!r}")


def search(words: str) -> ColumnElement[bool]:
    """Whether `words` occur in a run's name, inputs, outputs or error, in any case."""
    columns = (Run.name, Run.inputs, Run.outputs, Run.error)
    return or_(*(column.icontains(words, autoescape=True) for column in columns))


def of_root(found: Call) -> ColumnElement[bool]:
    """Whether the root of a run's trace is so."""
    roots = select(Run.trace_id).where(condition(found), Run.parent_id.is_(None))
    return Run.trace_id.in_(roots.correlate(None))


def of_any_in_trace(found: Call) -> ColumnElement[bool]:
    """Whether any run of a run's trace is so."""
    return Run.trace_id.in_(select(Run.trace_id).where(condition(found)).correlate(None))


def _paired(arguments: tuple[Argument, ...]) -> list[ColumnElement[bool]]:
    """`and`'s parts; a key and a value of metadata or feedback side by side speak of one pair."""
    keys: dict[str, str] = {}
    values_: dict[str, Call] = {}
    rest = []
    for argument in arguments:
        field = _field_name(argument)
        if field in {"metadata_key", "feedback_key"} and isinstance(argument, Call):
            if argument.operator == "eq":
                keys[field.partition("_")[0]] = str(argument.arguments[1])
                continue
        elif field in {"metadata_value", "feedback_score", "feedback_value"}:
            values_[field.partition("_")[0]] = argument  # type: ignore[assignment] - it has a field
            continue
        rest.append(_inner(argument))
    for kind in {*keys, *values_}:
        pair = _metadata if kind == "metadata" else _feedback
        rest.append(pair(keys.get(kind), values_.get(kind)))
    return rest


def _inner(argument: Argument) -> ColumnElement[bool]:
    if not isinstance(argument, Call):
        raise FilterError(f"filter: {argument!r} where a call should be")
    field = _field_name(argument)
    if field in {"metadata_key", "metadata_value", "feedback_key", "feedback_score"}:
        return and_(true(), *_paired((argument,)))
    return condition(argument)


def _field_name(argument: Argument) -> str:
    if isinstance(argument, Call) and argument.arguments:
        first = argument.arguments[0]
        if isinstance(first, Field):
            return first.name
    return ""


def _metadata(key: str | None, value: Call | None) -> ColumnElement[bool]:
    if key is None:
        raise FilterError("filter: metadata_value needs eq(metadata_key, …) beside it in one and")
    column = Run.extra
    found = TextAt(column, "metadata", key)
    if value is None:
        return found.is_not(None)
    if value.operator == "in":
        return found.in_([_plain(item) for item in _list(value.arguments[1])])
    return _COMPARE[value.operator](found, _plain(value.arguments[1]))


def _feedback(key: str | None, value: Call | None) -> ColumnElement[bool]:
    parts: list[ColumnElement[bool]] = [Feedback.run_id == Run.id]
    if key is not None:
        parts.append(Feedback.key == key)
    if value is not None:
        name = _field_name(value)
        column: Any = Feedback.score if name == "feedback_score" else Feedback.value
        operand = value.arguments[1]
        parts.append(
            _COMPARE[value.operator](
                column, operand if name == "feedback_score" else json.dumps(operand)
            )
        )
    return exists().where(*parts)


def _compare(found: Call) -> ColumnElement[bool]:
    field, value = _two(found)
    compare = _COMPARE[found.operator]
    name = field.name
    if name in _IDS:
        return compare(_IDS[name], None if value is None else values.run_id(str(value)))
    if name in _TIMES:
        return compare(_TIMES[name], None if value is None else values.microseconds(_time(value)))
    if name in _TEXTS:
        return compare(_TEXTS[name], value)
    if name == "latency":
        return compare(Run.end_time - Run.start_time, _duration(value))
    if name == "status":
        return compare(Run.status, STATUSES.get(str(value), value))
    if name == "error":
        if isinstance(value, bool):
            failed = Run.status == "failed"
            return failed if value == (found.operator == "eq") else not_(failed)
        return compare(Run.error, None if value is None else json.dumps(value, ensure_ascii=False))
    if name == "is_root":
        root = Run.parent_id.is_(None)
        return root if bool(value) == (found.operator == "eq") else not_(root)
    if name in _TOKENS:
        return compare(NumberAt(Run.usage, _TOKENS[name]), value)
    if name == "tags":
        return _tag(str(value)) if found.operator == "eq" else not_(_tag(str(value)))
    if name == "thread_id":
        return compare(TextAt(Run.extra, "metadata", "thread_id"), value)
    return compare(_json_field(field), _plain(value))


def _has(found: Call) -> ColumnElement[bool]:
    field, value = _two(found)
    if field.name == "tags":
        return _tag(str(value))
    if field.name == "metadata":
        try:
            wanted = json.loads(str(value))
        except ValueError:
            wanted = str(value)
        if isinstance(wanted, dict):
            return and_(
                true(),
                *(TextAt(Run.extra, "metadata", key) == _plain(v) for key, v in wanted.items()),
            )
        return TextAt(Run.extra, "metadata", str(wanted)).is_not(None)
    raise FilterError(f"filter: has() takes tags or metadata, not {field.name!r}")


def _in(found: Call) -> ColumnElement[bool]:
    field, value = _two(found)
    items = [Call("eq", (field, item)) for item in _list(value)]
    return or_(false(), *map(_inner, items))


def _tag(tag: str) -> ColumnElement[bool]:
    """Tags are a list of texts: each stands between its quotes."""
    return Run.tags.contains(json.dumps(tag, ensure_ascii=False), autoescape=True)


def _json_field(field: Argument) -> ColumnElement[Any]:
    name = field.name if isinstance(field, Field) else str(field)
    root, _, path = name.partition(".")
    if root in {"metadata"} and path:
        return TextAt(Run.extra, "metadata", path)
    if root in {"inputs", "outputs"} and path:
        return TextAt(getattr(Run, root), *path.split("."))
    raise FilterError(f"filter: no field {name!r}")


def _text_column(field: Field) -> Any:
    if field.name in _TEXTS:
        return _TEXTS[field.name]
    if field.name in {"inputs", "outputs", "error"}:
        return getattr(Run, field.name)
    return cast(_json_field(field), String)


def _two(found: Call) -> tuple[Field, Argument]:
    if len(found.arguments) != 2 or not isinstance(found.arguments[0], Field):
        raise FilterError(f"filter: {found.operator}() takes a field and a value")
    return found.arguments[0], found.arguments[1]


def _only(found: Call) -> Argument:
    if len(found.arguments) != 1:
        raise FilterError(f"filter: {found.operator}() takes one argument")
    return found.arguments[0]


def _list(value: Argument) -> tuple[Argument, ...]:
    if not isinstance(value, tuple):
        raise FilterError("filter: in() takes a field and a list")
    return value


def _plain(value: Argument) -> Any:
    """A value as JSON's text form compares: texts bare, others as JSON."""
    return value if isinstance(value, str) or value is None else json.dumps(value)


def _time(value: Argument) -> str | float:
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        return value
    raise FilterError(f"filter: {value!r} is no time")


def _duration(value: Argument) -> int:
    """Seconds as a number, or a text such as `5s`, `200ms`, `1.5m`, in microseconds."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return round(value * 1_000_000)
    text = str(value).strip().lower()
    for unit, size in _UNITS.items():
        number = text.removesuffix(unit)
        if number != text:
            try:
                return round(float(number) * size)
            except ValueError:
                continue
    raise FilterError(f'filter: {value!r} is no duration; write 2, "5s" or "200ms"')
