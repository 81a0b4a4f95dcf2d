"""What a filter's fields are, and how each compares."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, and_, func, literal, not_, or_

from agent_spy.models import Run
from agent_spy.repositories.jsonpath import UNSPEAKABLE, Contains, NumberAt, TextAt
from agent_spy.wire import values
from agent_spy.wire.filter import Argument, Field, FilterError

Condition: TypeAlias = ColumnElement[bool]
STATUSES = {"pending": "running", "success": "completed", "error": "failed"}
"""LangSmith's words for ours."""


def _known(value: Any) -> Any:
    if value is None:
        raise ValueError("null is neither greater nor less than anything")
    return value


COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "eq": lambda column, value: column.is_(None) if value is None else column == value,
    "neq": lambda column, value: (
        column.is_not(None) if value is None else column.is_distinct_from(value)
    ),
    "gt": lambda column, value: column > _known(value),
    "gte": lambda column, value: column >= _known(value),
    "lt": lambda column, value: column < _known(value),
    "lte": lambda column, value: column <= _known(value),
}
_IDS: dict[str, Any] = {
    "id": Run.id,
    "trace_id": Run.trace_id,
    "parent_run_id": Run.parent_id,
    "reference_example_id": Run.reference_example_id,
    "reference_example": Run.reference_example_id,
    "session_id": Run.project_id,
    "project_id": Run.project_id,
}
_TIMES: dict[str, Any] = {
    "start_time": Run.start_time,
    "end_time": Run.end_time,
    "first_token_time": Run.first_token_time,
}
TEXTS: dict[str, Any] = {
    "name": Run.name,
    "run_type": Run.run_type,
    "dotted_order": Run.dotted_order,
    "inputs": Run.inputs,
    "outputs": Run.outputs,
    "error": Run.error,
}
_USAGE = {
    "total_tokens": "total",
    "prompt_tokens": "prompt",
    "completion_tokens": "completion",
    "total_cost": "cost",
    "prompt_cost": "prompt_cost",
    "completion_cost": "completion_cost",
}
_THREAD_KEYS = ("thread_id", "session_id", "conversation_id")
_UNITS = {"ms": 1_000, "s": 1_000_000, "m": 60_000_000, "h": 3_600_000_000, "d": 86_400_000_000}
_LONGEST_DURATION = 1 << 60


def compare(field: Field, operator: str, value: Argument) -> Condition:
    """Whether a field is so.

    Raises:
        FilterError: there is no such field.
        ValueError: the value is of the wrong kind.
    """
    name = field.name
    special = _SPECIAL.get(name)
    if special:
        return special(operator, value)
    if name in _IDS:
        identity = None if value is None else values.run_id(_text(value))
        return _compared(_IDS[name], operator, identity)
    if name in _TIMES:
        return _time(name, operator, value)
    if name in TEXTS:
        return _compared(TEXTS[name], operator, None if value is None else _text(value))
    if name in _USAGE:
        number = None if value is None else _number(value)
        return _compared(NumberAt(Run.usage, _USAGE[name]), operator, number)
    return at(*inside(field), operator=operator, value=value)


def thread() -> ColumnElement[Any]:
    """The thread that a run belongs to, by what its metadata says."""
    return func.coalesce(*(TextAt(Run.extra, "metadata", key) for key in _THREAD_KEYS))


def inside(field: Field) -> tuple[Any, str]:
    """The column and the key of a field such as `metadata.user.id`.

    Raises:
        FilterError: there is no such field.
    """
    root, _, key = field.name.partition(".")
    if key and root in {"metadata", "inputs", "outputs", "extra"}:
        return {"metadata": Run.extra, "extra": Run.extra}.get(root, getattr(Run, root, None)), (
            f"metadata.{key}" if root == "metadata" else key
        )
    raise FilterError(f"no field {field.name!r}", field.at)


def at(column: Any, key: str, *, operator: str, value: Argument) -> Condition:
    """Whether the value under `key` in a column's JSON is so.

    Raises:
        ValueError: the key or the value cannot be compared.
    """
    if value is None:
        return _compared(_either(TextAt, column, key), operator, None)
    if isinstance(value, int | float) and not isinstance(value, bool):
        found, plain = _either(NumberAt, column, key), float(value)
        return _compared(found, operator, plain)
    found = _either(TextAt, column, key)
    return _compared(
        found, operator, json.dumps(value) if isinstance(value, bool) else _text(value)
    )


def exists_at(column: Any, key: str) -> Condition:
    """Whether a column's JSON has something under `key`."""
    return _either(TextAt, column, key).is_not(None)


def text_at(column: Any, key: str) -> ColumnElement[Any]:
    """What a column's JSON has under `key`, as a text."""
    return _either(TextAt, column, key)


def contains(column: Any, text: str, *, quoted: bool = False) -> Condition:
    """Whether a column's JSON has this text, however it was escaped; `quoted` as a whole string."""
    mark = '"' if quoted else ""
    forms = {json.dumps(text, ensure_ascii=ascii_)[1:-1] for ascii_ in (False, True)}
    return or_(*(Contains(column, literal(f"{mark}{form}{mark}")) for form in sorted(forms)))


def _either(kind: type[TextAt | NumberAt], column: Any, key: str) -> ColumnElement[Any]:
    """A dot goes a level deeper, unless there is a key with that dot in it."""
    if UNSPEAKABLE & set(key):
        raise ValueError(f"a key with a quote or a backslash cannot be asked for: {key[:80]!r}")
    head, dot, rest = key.partition(".")
    if column.key == "extra" and head == "metadata" and dot:
        if "." not in rest:
            return kind(column, "metadata", rest)
        return func.coalesce(kind(column, "metadata", rest), kind(column, *key.split(".")))
    if not dot:
        return kind(column, key)
    return func.coalesce(kind(column, key), kind(column, *key.split(".")))


def _compared(column: Any, operator: str, value: Any) -> Condition:
    found: Condition = COMPARE[operator](column, value)
    return found


def _time(name: str, operator: str, value: Argument) -> Condition:
    column = _TIMES[name]
    if value is None:
        return _compared(column, operator, None)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError(f"{value!r} is no time")  # noqa: TRY004 - it is the filter that is wrong
    try:
        moment = values.microseconds(value)
    except ValueError:
        if name != "first_token_time":
            raise
        return _compared(column - Run.start_time, operator, _duration(value))
    return _compared(column, operator, moment)


def _latency(operator: str, value: Argument) -> Condition:
    latency = Run.end_time - Run.start_time
    return _compared(latency, operator, None if value is None else _duration(value))


def _status(operator: str, value: Argument) -> Condition:
    word = None if value is None else _text(value)
    return _compared(Run.status, operator, STATUSES.get(word or "", word))


def _error(operator: str, value: Argument) -> Condition:
    if isinstance(value, bool):
        failed = Run.status == "failed"
        return failed if value == (operator == "eq") else not_(failed)
    text = None if value is None else json.dumps(_text(value), ensure_ascii=False)
    return _compared(Run.error, operator, text)


def _is_root(operator: str, value: Argument) -> Condition:
    root = Run.parent_id.is_(None)
    return root if bool(value) == (operator == "eq") else not_(root)


def _tags(operator: str, value: Argument) -> Condition:
    if value is None:
        return _compared(Run.tags, operator, None)
    tag = contains(Run.tags, _text(value), quoted=True)
    return tag if operator == "eq" else or_(Run.tags.is_(None), not_(tag))


def _thread(operator: str, value: Argument) -> Condition:
    return _compared(thread(), operator, None if value is None else _text(value))


def _order(operator: str, value: Argument) -> Condition:
    """Servers used to count a trace's runs; all that is asked of it is who is first."""
    if operator == "eq" and value == 1:
        return Run.parent_id.is_(None)
    raise ValueError("execution_order is known only as eq(execution_order, 1)")


_SPECIAL: dict[str, Callable[[str, Argument], Condition]] = {
    "latency": _latency,
    "status": _status,
    "error": _error,
    "is_root": _is_root,
    "tags": _tags,
    "thread_id": _thread,
    "execution_order": _order,
}


def _text(value: Argument) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    raise ValueError(f"{value!r} where a text should be")


def _number(value: Argument) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    raise ValueError(f"{value!r} where a number should be")


def _duration(value: Argument) -> int:
    """Seconds as a number, or a text such as `5s`, `200ms`, `1.5m`, in microseconds."""
    found: float | None = None
    if isinstance(value, int | float) and not isinstance(value, bool):
        found = value * 1_000_000
    text = str(value).strip().lower()
    for unit, size in _UNITS.items():
        number = text.removesuffix(unit)
        if found is None and number != text:
            try:
                found = float(number) * size
            except ValueError:
                continue
    if found is None or not abs(found) < _LONGEST_DURATION:
        raise ValueError(f'{value!r} is no duration; write 2, "5s" or "200ms"')
    return round(found)


def has_metadata(wanted: dict[str, Any]) -> Condition:
    """Whether a run's metadata has all these keys with these values."""
    found = [
        at(Run.extra, f"metadata.{key}", operator="eq", value=value)
        for key, value in wanted.items()
        if value is None or isinstance(value, str | int | float)
    ]
    if len(found) < len(wanted):
        raise ValueError("metadata compares with texts, numbers, true, false and null")
    return and_(*found)
