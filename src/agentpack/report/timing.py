"""A timing run as text for a terminal, and as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from agentpack.report.terminal import Style, count, table
from agentpack.report.timing_views.figures import seconds
from agentpack.report.timing_views.table import to_table
from agentpack.report.timing_views.verdicts import by_gravity, headline, short_name
from agentpack.timing.result import Cause, Endpoint, Run


def to_json(run: Run) -> dict[str, Any]:
    """The documented shape of `time --format json`."""
    return {
        "floor_s": run.floor_s,
        "endpoints": [_endpoint(endpoint) for endpoint in run.endpoints],
        "skipped": [{"operation": name, "reason": reason} for name, reason in run.skipped],
        "notes": list(run.notes),
    }


def _endpoint(endpoint: Endpoint) -> dict[str, Any]:
    request, cold = endpoint.request, endpoint.cold
    last = (*endpoint.samples, *((cold,) if cold else ()))[-1:]
    return {
        "method": request.method,
        "url": request.url,
        "operation": request.operation,
        "status": endpoint.status,
        "samples": len(endpoint.samples),
        "failures": sum(sample.error is not None for sample in endpoint.samples),
        "size": last[0].size if last else 0,
        "cold_s": cold.total_s if cold and cold.error is None else None,
        "ttfb_s": asdict(endpoint.ttfb),
        "total_s": asdict(endpoint.total),
        "budget_s": endpoint.budget_s,
        "verdict": endpoint.verdict,
        "reason": endpoint.reason,
        "baseline_ratio": endpoint.baseline_ratio,
        "rate": endpoint.rate,
        "causes": [asdict(cause) for cause in endpoint.causes],
        "curl": endpoint.curl,
    }


def to_text(run: Run, style: Style, room: int, *, blocks: bool, curl: bool) -> str:
    """A table with bars, then what is wrong with whom, and how to see it again.

    Args:
        run: what was measured.
        style: how to paint.
        room: the terminal's width.
        blocks: whether it can show more than ASCII.
        curl: show every endpoint's curl command, not only that of those with a fault.

    """
    parts = [to_table(run, style, room, blocks=blocks)]
    parts += [
        _section(endpoint, style)
        for endpoint in by_gravity(run.endpoints)
        if endpoint.verdict != "ok" or endpoint.causes or curl
    ]
    if run.skipped:
        rows = [(name, reason) for name, reason in run.skipped]
        parts.append(
            f"Not called: {count(len(rows), 'operation')}\n" + table(rows, style, ("", "dim"))
        )
    parts += run.notes
    parts.append(f"{headline(run)}. The harness's own floor in this run: {seconds(run.floor_s)}.")
    return "\n\n".join(part for part in parts if part)


def _section(endpoint: Endpoint, style: Style) -> str:
    colour = "" if endpoint.verdict == "ok" else "red"
    name = short_name(endpoint)
    head = style.paint(colour, name) if colour else name
    lines = [f"{head}: {endpoint.reason}" if endpoint.reason else head]
    for cause in endpoint.causes:
        lines.append(f"  {cause.share:4.0%}  {cause.kind}: {cause.detail}{_place(cause)}")
        lines.append(f"        {cause.mend}" + (f" ({cause.reference})" if cause.reference else ""))
    lines.append(style.paint("dim", f"  {endpoint.curl}"))
    return "\n".join(lines)


def _place(cause: Cause) -> str:
    if cause.file is None:
        return ""
    return f" at {cause.file}:{cause.line}" if cause.line else f" at {cause.file}"
