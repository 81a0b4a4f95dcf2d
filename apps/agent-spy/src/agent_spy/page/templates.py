"""The templates. All that they write is escaped, and a name that is missing is an error."""

from __future__ import annotations

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from agent_spy.page import figures, text, view

_environment = Environment(
    loader=PackageLoader("agent_spy.page"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.filters |= {
    "clock": figures.clock,
    "cost": figures.cost,
    "count": figures.count,
    "duration": figures.duration,
    "error_line": text.error_line,
    "first_line": text.first_line,
    "iso": figures.iso,
    "percent": figures.percent,
    "short": figures.short,
    "tick": figures.tick,
    "utc": figures.utc,
    "visible": text.visible,
}
_environment.globals |= {
    "bar": view.bar,
    "deep": view.deep,
    "indent": view.indent,
    "pairs": view.pairs,
    "query_string": view.query_string,
}


def render(name: str, **values: Any) -> str:
    """A template's text."""
    return _environment.get_template(name).render(**values)
