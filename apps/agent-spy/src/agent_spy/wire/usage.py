"""Tokens and cost of a model's call, wherever the libraries put them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

_HINTS = ("usage", "_tokens")
_PROMPT = ("input_tokens", "prompt_tokens", "prompt_token_count")
_COMPLETION = ("output_tokens", "completion_tokens", "candidates_token_count")
_DEEPEST = 12
_read = msgspec.json.Decoder().decode


def find(outputs: str | None, extra: str | None) -> str | None:
    """The usage as JSON, or `None`.

    `usage_metadata` in the outputs or the metadata, LangChain's messages and `llm_output`, and the
    `usage` of OpenAI's and Anthropic's own answers are known.
    """
    for payload in (outputs, extra):
        if payload is None or not any(hint in payload for hint in _HINTS):
            continue
        try:
            tree = _read(payload)
        except (msgspec.MsgspecError, RecursionError):
            continue
        for candidate in _candidates(tree, 0):
            if used := _usage(candidate):
                return msgspec.json.encode(used).decode()
    return None


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


def _usage(found: dict[str, Any]) -> dict[str, float] | None:
    prompt = _number(found, _PROMPT)
    completion = _number(found, _COMPLETION)
    total = _number(found, ("total_tokens", "total_token_count"))
    if prompt is None and completion is None and total is None:
        return None
    used = {"prompt": prompt or 0, "completion": completion or 0}
    used["total"] = used["prompt"] + used["completion"] if total is None else total
    cost = found.get("total_cost")
    if isinstance(cost, int | float) and not isinstance(cost, bool):
        used["cost"] = cost
    return used


def _number(found: dict[str, Any], names: tuple[str, ...]) -> int | None:
    for name in names:
        value = found.get(name)
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 53:
            return value
    return None
