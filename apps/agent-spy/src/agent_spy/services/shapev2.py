"""A run in the form of LangSmith's second version of reading."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any
from uuid import UUID

import orjson

from agent_spy.services.shape import metadata, text
from agent_spy.services.sums import seconds

_PREVIEW = 300
_BEHIND = {
    "METADATA": ["extra"],
    "THREAD_ID": ["thread_id"],
    "EXTRA": ["extra"],
    "INPUTS_PREVIEW": ["inputs"],
    "OUTPUTS_PREVIEW": ["outputs"],
    "ERROR_PREVIEW": ["error"],
    "MANIFEST": ["serialized"],
    "ATTACHMENTS": ["s3_urls"],
    "IS_IN_DATASET": ["reference_example_id"],
}
"""The first version's keys that a word needs, where they are not the same word."""


def behind(selects: Collection[str] | None) -> list[str]:
    """The first version's keys for these words; without any, only the id is given."""
    found = ["id"]
    for word in selects or ():
        found += _BEHIND.get(word, [word.lower()])
    return found


def shaped(
    row: Any,
    run: dict[str, Any],
    selects: Collection[str] | None,
    token: UUID | None,
    base: str,
) -> dict[str, Any]:
    """A run with what is selected of it, and its id.

    Args:
        row: as it is stored.
        run: as the first version gives it.
        selects: words such as `START_TIME`; those that are not known are passed over.
        token: by which it is shared.
        base: the address of the API.
    """
    found: dict[str, Any] = {"id": run["id"]}
    for word in selects or ():
        make = _SPECIAL.get(word)
        key = word.lower()
        if word == "SHARE_URL":
            if token is not None:
                found[key] = f"{base}/public/{token}/run"
        elif make is not None:
            found[key] = make(row, run)
        elif key in run:
            found[key] = run[key]
    return found


def _latency(row: Any, _run: dict[str, Any]) -> float | None:
    if row.end_time is None or not row.start_time:
        return None
    return seconds(row.end_time - row.start_time)


def _metadata(row: Any, _run: dict[str, Any]) -> dict[str, Any]:
    return metadata(row.extra)


def _files(_row: Any, run: dict[str, Any]) -> dict[str, str]:
    files = run["s3_urls"] or {}
    return {name.removeprefix("attachment."): file["presigned_url"] for name, file in files.items()}


def preview(payload: str | None) -> str | None:
    """The beginning of a payload as plain text."""
    if payload is None:
        return None
    if payload.startswith('"'):
        try:
            payload = str(orjson.loads(payload))
        except ValueError:
            return payload[:_PREVIEW]
    return payload[:_PREVIEW]


def _details(key: str) -> Callable[[Any, dict[str, Any]], Any]:
    def make(_row: Any, run: dict[str, Any]) -> Any:
        return {"raw": run[key]} if run[key] else None

    return make


_SPECIAL: dict[str, Callable[[Any, dict[str, Any]], Any]] = {
    "RUN_TYPE": lambda _row, run: run["run_type"].upper(),
    "STATUS": lambda _row, run: run["status"].upper(),
    "PROJECT_ID": lambda _row, run: run["session_id"],
    "LATENCY_SECONDS": _latency,
    "LATENCY": _latency,
    "METADATA": _metadata,
    "IS_ROOT": lambda row, _run: row.parent_id is None,
    "PARENT_RUN_ID": lambda row, _run: text(row.parent_id),
    "INPUTS_PREVIEW": lambda row, _run: preview(row.inputs),
    "OUTPUTS_PREVIEW": lambda row, _run: preview(row.outputs),
    "ERROR_PREVIEW": lambda row, _run: preview(row.error),
    "MANIFEST": lambda _row, run: run["serialized"],
    "ATTACHMENTS": _files,
    "IS_IN_DATASET": lambda _row, run: run.get("reference_example_id") is not None,
    "PROMPT_TOKEN_DETAILS": _details("prompt_token_details"),
    "COMPLETION_TOKEN_DETAILS": _details("completion_token_details"),
    "PROMPT_COST_DETAILS": lambda _row, _run: None,
    "COMPLETION_COST_DETAILS": lambda _row, _run: None,
}
