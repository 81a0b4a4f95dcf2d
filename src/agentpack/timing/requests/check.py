"""Whether an answer is the right one: its status, and its body against the declared schema."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from agentpack.timing.request import Request
from agentpack.timing.requests.encoding import decoded

_LONGEST = 160
_kept: dict[int, tuple[Mapping[str, Any], Any]] = {}


def check(
    request: Request, status: int, headers: Sequence[tuple[str, str]], body: bytes
) -> str | None:
    """Why an answer is a failure, in one sentence; `None` if it is right.

    Args:
        request: what was sent, with what is expected.
        status: the answer's status.
        headers: the answer's headers.
        body: the answer's body as it came, compressed or not.

    """
    statuses = request.expect.statuses
    if statuses and status not in statuses:
        return f"status {status}, not {' or '.join(map(str, statuses))}"
    if not statuses and status // 100 != 2:  # noqa: PLR2004 - any 2xx
        return f"status {status}, not a 2xx"
    if request.expect.schema is None or request.method == "HEAD" or status in (204, 304):
        return None
    try:
        value = json.loads(decoded(headers, body))
    except (ValueError, RecursionError):
        media = next((v for n, v in headers if n.lower() == "content-type"), "no content type")
        return f"the body is not JSON ({media}), but its schema says so"
    return against(request.expect.schema, value)


def against(schema: Mapping[str, Any], value: Any) -> str | None:
    """Where a JSON value is not what its schema says; `None` if it is.

    Raises:
        ValueError: the schema is itself wrong.
    """
    error = next(iter(compiled(schema).iter_errors(value)), None)
    if error is None:
        return None
    way = "".join(f"[{s}]" if isinstance(s, int) else f".{s}" for s in error.instance_path)
    said = " ".join(str(error.message).split())
    if len(said) > _LONGEST:
        # The value stands at its beginning, and what is wrong with it at the end.
        said = f"{said[:40]} … {said[40 - _LONGEST :]}"
    return f"the body is not as declared: {way.lstrip('.') or 'all of it'}: {said}"


def compiled(schema: Mapping[str, Any]) -> Any:
    """The validator of a schema, made at its first use.

    Raises:
        ValueError: the schema is itself wrong.
    """
    kept = _kept.get(id(schema))
    if kept is None or kept[0] is not schema:
        # Imported here: a run without schemas does without it.
        import jsonschema_rs  # noqa: PLC0415

        # Kept with its schema: the id of one that is gone may come again.
        kept = _kept[id(schema)] = (schema, jsonschema_rs.Draft202012Validator(dict(schema)))
    return kept[1]
