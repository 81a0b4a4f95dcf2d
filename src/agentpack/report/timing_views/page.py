"""A run as one HTML file that needs nothing else: no network, no server, no script to be read."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import jinja2
from markupsafe import Markup

from agentpack import __version__
from agentpack.report.terminal import count, printable
from agentpack.report.timing_views import figures, verdicts
from agentpack.report.timing_views.distribution import Distribution, distribution
from agentpack.report.timing_views.gauge import Gauge, gauge
from agentpack.report.timing_views.waterfall import Waterfall, waterfall
from agentpack.timing.result import Endpoint, Run, Spread

_FEW = 3
"""So many endpoints are all shown open."""


@dataclass(frozen=True, slots=True)
class View:
    """An endpoint as the template shows it."""

    endpoint: Endpoint
    number: int
    name: str
    total: Spread | None
    ttfb: Spread | None
    gauge: Gauge
    change: str
    """Against the baseline; empty without one."""
    cold: Waterfall | None
    warm: Waterfall | None
    typical: str
    """What the sample of `warm` is."""
    distribution: Distribution | None
    tally: str
    """How many samples there are."""
    failures: tuple[tuple[str, int], ...]
    late_s: float
    open: bool


def to_html(run: Run, baseline: Run | None = None) -> str:
    """The report of `run`, with the samples of `baseline`'s like endpoints beside its own."""
    ordered = verdicts.by_gravity(run.endpoints)
    views = [
        _view(endpoint, number, verdicts.earlier(endpoint, baseline), few=len(ordered) <= _FEW)
        for number, endpoint in enumerate(ordered, 1)
    ]
    style, script = _part("page.css"), _part("page.js")
    return _template().render(
        run=run,
        views=views,
        verdicts=verdicts,
        figures=figures,
        baseline=baseline,
        known=sum(verdicts.earlier(endpoint, baseline) is not None for endpoint in ordered),
        style=Markup(style),  # noqa: S704 - our own files
        script=Markup(script),  # noqa: S704
        # Were a hostile text ever to become markup, the browser would still run none of it.
        policy=f"default-src 'none'; img-src data:; style-src {_digest(style)}; "
        f"script-src {_digest(script)}; base-uri 'none'; form-action 'none'",
        version=__version__,
    )


def _view(endpoint: Endpoint, number: int, before: Endpoint | None, *, few: bool) -> View:
    warm = verdicts.typical(endpoint.samples)
    lanes = waterfall(warm, endpoint.spans) if warm else None
    cold = endpoint.cold
    # The server's work is shown once: with the cold request only where there is no other.
    spans = () if warm else endpoint.spans
    return View(
        endpoint=endpoint,
        number=number,
        name=verdicts.short_name(endpoint),
        total=verdicts.measured(endpoint, endpoint.total),
        ttfb=verdicts.measured(endpoint, endpoint.ttfb),
        gauge=gauge(endpoint),
        change=verdicts.change(endpoint, before),
        cold=waterfall(cold, spans) if cold and cold.total_s > 0 else None,
        warm=lanes if warm and warm.total_s > 0 else None,
        typical="a failed sample" if warm and warm.error else "the typical sample",
        distribution=distribution(endpoint, before),
        tally=count(len(endpoint.samples), "warm sample"),
        failures=verdicts.failures(endpoint),
        late_s=max((sample.late_s for sample in endpoint.samples), default=0.0),
        open=few or endpoint.verdict != "ok",
    )


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.from_string(_part("page.html.j2"))


def _shown(value: Any) -> Any:
    if isinstance(value, str) and not isinstance(value, Markup):
        return printable(value, keep="\n\t")
    return value


@cache
def _part(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8").strip()


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
