"""Parameters as they stand in a path, a query, a header or a cookie."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

_SEPARATORS = {"spaceDelimited": "%20", "pipeDelimited": "|"}


def text(given: Any) -> str:
    """A single value as text."""
    if isinstance(given, str):
        return given
    return json.dumps(given, separators=(",", ":"))


def in_path(parameter: Mapping[str, Any], given: Any) -> str:
    """A value in a path: style `simple`, `label` or `matrix`."""
    flat = _flat(given, explode=bool(parameter.get("explode")))
    style = parameter.get("style", "simple")
    if style == "label":
        return f".{flat}"
    if style == "matrix":
        return f";{parameter['name']}={flat}"
    return flat


def plain(given: Any) -> str:
    """A value in a header or a cookie."""
    if isinstance(given, list):
        return ",".join(map(text, given))
    return text(given)


def _flat(given: Any, *, explode: bool) -> str:
    if isinstance(given, list):
        return ",".join(quote(text(each), safe="") for each in given)
    if isinstance(given, dict):
        join = "=" if explode else ","
        return ",".join(
            f"{quote(k, safe='')}{join}{quote(text(v), safe='')}" for k, v in given.items()
        )
    return quote(text(given), safe="")


def in_query(parameter: Mapping[str, Any], given: Any) -> Iterator[str]:
    """The `name=value` pieces of a parameter in a query."""
    name = quote(str(parameter["name"]), safe="[]")
    if "content" in parameter:
        yield f"{name}={quote(json.dumps(given), safe='')}"
        return
    style = parameter.get("style", "form")
    explode = parameter.get("explode", style == "form")
    if isinstance(given, dict):
        for key, inner in given.items():
            inside = f"{name}[{quote(key, safe='')}]" if style == "deepObject" else quote(key)
            yield f"{inside}={quote(text(inner), safe='')}"
    elif isinstance(given, list) and explode:
        for inner in given:
            yield f"{name}={quote(text(inner), safe='')}"
    elif isinstance(given, list):
        values = [quote(text(inner), safe="") for inner in given]
        yield f"{name}={_SEPARATORS.get(style, ',').join(values)}"
    else:
        yield f"{name}={quote(text(given), safe='')}"
