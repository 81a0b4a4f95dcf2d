"""Tokens and cost of a model's call, wherever the libraries put them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import msgspec

_PROMPT = ("input_tokens", "prompt_tokens", "prompt_token_count")
_COMPLETION = ("output_tokens", "completion_tokens", "candidates_token_count")
_DEEPEST = 12
_LARGEST = 2_000_000
"""Characters of a payload that is looked into: as objects it takes a hundred times as much."""
_read = msgspec.json.Decoder().decode


def find(outputs: str | None, extra: str | None) -> str | None:
    """The usage as JSON, or `None`: tokens (`prompt`, `completion`, `total`, and `…_details`
    by kind) and, where it is told, cost in US dollars (`prompt_cost`, `completion_cost`, `cost`).

    `usage_metadata` in the outputs or the metadata, LangChain's messages and `llm_output`, and the
    `usage` of OpenAI's and Anthropic's own answers are known.
    """
    for payload in (outputs, extra):
        if payload is None or len(payload) > _LARGEST:
            continue
        if "usage" not in payload and "_tokens" not in payload:
            continue
        try:
            tree = _read(payload)
        except (msgspec.MsgspecError, RecursionError):
            continue
        for candidate in _candidates(tree, 0):
            if used := write(candidate):
                return used
    return None


def write(found: dict[str, Any]) -> str | None:
    """`usage_metadata`, in any library's words, as the JSON that is stored; `None` if it tells
    of no tokens.
    """
    used = _usage(found)
    return msgspec.json.encode(used).decode() if used else None


def _candidates(tree: Any, depth: int) -> Iterator[dict[str, Any]]:
    """Objects that may tell usage: those so named first, then by walking down."""
    if depth > _DEEPEST:
        return
    if isinstance(tree, list):
        for item in tree[:20]:
            yield from _candidates(item, depth + 1)
    elif isinstance(tree, dict):
        for name in ("usage_metadata", "token_usage", "usage"):
            if isinstance(tree.get(name), dict):
                yield tree[name]
        for value in tree.values():
            if isinstance(value, dict | list):
                yield from _candidates(value, depth + 1)


def _usage(found: dict[str, Any]) -> dict[str, Any] | None:
    prompt = _number(found, _PROMPT)
    completion = _number(found, _COMPLETION)
    total = _number(found, ("total_tokens", "total_token_count"))
    if prompt is None and completion is None and total is None:
        return None
    used: dict[str, Any] = {"prompt": prompt or 0, "completion": completion or 0}
    used["total"] = used["prompt"] + used["completion"] if total is None else total
    used |= _costs(found)
    for name, theirs in (("prompt", "input"), ("completion", "output")):
        details = found.get(f"{theirs}_token_details")
        if isinstance(details, dict):
            counts = {kind: _number(details, (kind,)) for kind in details}
            used[f"{name}_details"] = {kind: n for kind, n in counts.items() if n is not None}
    return used


def _costs(found: dict[str, Any]) -> dict[str, float]:
    names = (("input_cost", "prompt_cost"), ("output_cost", "completion_cost"))
    costs = {ours: _cost(found.get(theirs)) for theirs, ours in names}
    told = {name: cost for name, cost in costs.items() if cost is not None}
    total = _cost(found.get("total_cost"))
    if total is None and told:
        total = sum(told.values())
    return told if total is None else told | {"cost": total}


def _cost(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if math.isfinite(value) else None


def _number(found: dict[str, Any], names: tuple[str, ...]) -> int | None:
    for name in names:
        value = found.get(name)
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 53:
            return value
    return None
