"""Filters of a key and the value beside it: metadata, inputs, outputs and feedback.

`and(eq(metadata_key, "user"), eq(metadata_value, "ann"))` speaks of one pair.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import and_, exists, false, not_, or_

from agent_spy.models import Feedback, Run
from agent_spy.repositories import fields
from agent_spy.repositories.arguments import LIKE, ONE_OF, liked, listed, two
from agent_spy.repositories.fields import COMPARE, Condition
from agent_spy.wire.filter import Argument, Call, Field, FilterError

_PAIRS: dict[str, Any] = {"metadata": Run.extra, "input": Run.inputs, "output": Run.outputs}
"""Where `…_key` and `…_value` look."""
_FEEDBACK: dict[str, Any] = {
    "feedback_key": Feedback.key,
    "feedback_score": Feedback.score,
    "feedback_value": Feedback.value,
    "feedback_comment": Feedback.comment,
    "feedback_source": Feedback.feedback_source,
}


@dataclass(slots=True)
class _Group:
    """Conditions side by side that speak of one pair of key and value, or of one feedback."""

    kind: str
    keys: Call | None = None
    others: list[Call] = field(default_factory=list)


def conditions(calls: Iterable[Call]) -> list[Condition]:
    """What calls that each `speaks_of` a pair mean, side by side: a value belongs to its key.

    Raises:
        FilterError: a value without its key, or an operator that does not fit.
    """
    groups: list[_Group] = []
    open_: dict[str, _Group] = {}
    for argument in calls:
        kind = speaks_of(argument)
        if argument.operator not in {*COMPARE, *LIKE, *ONE_OF}:
            raise FilterError(f"{argument.operator}() takes no {_name(argument)}", argument.at)
        is_key = _name(argument) == f"{kind}_key"
        group = open_.get(kind)
        if group is None or (is_key and group.keys is not None):
            group = open_[kind] = _Group(kind)
            groups.append(group)
        if is_key:
            group.keys = argument
        else:
            group.others.append(argument)
    return [_feedback(group) if group.kind == "feedback" else _pair(group) for group in groups]


def speaks_of(argument: Argument) -> str:
    """`metadata`, `input`, `output` or `feedback` where a call speaks of a pair, else nothing."""
    name = _name(argument)
    kind, _, part = name.partition("_")
    paired = (kind in _PAIRS and part in {"key", "value"}) or name in _FEEDBACK
    return kind if paired else ""


def _name(argument: Argument) -> str:
    if isinstance(argument, Call) and argument.arguments:
        first = argument.arguments[0]
        if isinstance(first, Field):
            return first.name
    return ""


def _pair(group: _Group) -> Condition:
    column = _PAIRS[group.kind]
    prefix = "metadata." if group.kind == "metadata" else ""
    if group.keys is None:
        call = group.others[0]
        raise FilterError(
            f"{_name(call)} needs eq({group.kind}_key, …) beside it in one and", call.at
        )
    _, operator, wanted = two(group.keys)
    if operator not in {"eq", "neq", "in"}:
        raise FilterError(f"{group.kind}_key takes eq, neq and in", group.keys.at)
    keys = [str(key) for key in (wanted if isinstance(wanted, tuple) else (wanted,))]
    if operator == "neq":
        return and_(*(not_(fields.exists_at(column, prefix + key)) for key in keys))
    return or_(false(), *(_values(column, prefix + key, group.others) for key in keys))


def _values(column: Any, key: str, calls: list[Call]) -> Condition:
    parts = [fields.exists_at(column, key)]
    for call in calls:
        if call.operator in LIKE:
            parts.append(liked(fields.text_at(column, key), call))
            continue
        _, operator, value = two(call)
        if operator in ONE_OF:
            value = listed(call, value)
            one_of = or_(
                false(), *(fields.at(column, key, operator="eq", value=item) for item in value)
            )
            parts.append(one_of if operator == "in" else not_(one_of))
        else:
            parts.append(fields.at(column, key, operator=operator, value=value))
    return and_(*parts)


def _feedback(group: _Group) -> Condition:
    parts: list[Condition] = [Feedback.run_id == Run.id]
    for call in ([group.keys] if group.keys else []) + group.others:
        column = _FEEDBACK[_name(call)]
        if call.operator in LIKE and column is Feedback.score:
            raise FilterError(f"{call.operator}() takes no score", call.at)
        if call.operator in LIKE:
            parts.append(liked(column, call))
            continue
        _, operator, value = two(call)
        items = listed(call, value) if operator in ONE_OF else (value,)
        compare = "eq" if operator in ONE_OF else operator
        found = [COMPARE[compare](column, _of_feedback(call, item)) for item in items]
        one_of = or_(false(), *found)
        parts.append(not_(one_of) if operator in {"nin", "not_in"} else one_of)
    return exists().where(*parts)


def _of_feedback(call: Call, value: Argument) -> Any:
    match _name(call):
        case _ if value is None:
            return None
        case "feedback_score":
            if isinstance(value, int | float):
                return float(value)
            raise FilterError(f"{value!r} is no score", call.at)
        case "feedback_value" | "feedback_source":
            return json.dumps(value, ensure_ascii=False)
    return str(value)
