"""A run as JUnit's XML, which CI systems show: an endpoint is a test, its budget the claim."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from agentpack.lazy import lazy
from agentpack.report.timing_views import figures, verdicts
from agentpack.timing.result import Cause, Endpoint, Run, Spread

_SUITE = "agentpack time"
# XML 1.0 can hold these in no way, not even as character references.
_UNHEARD = lazy("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def to_junit(run: Run) -> str:
    """One suite, in the order of the run; what was not called is skipped."""
    total = sum(_time(endpoint) for endpoint in run.endpoints)
    failed = sum(endpoint.verdict != "ok" for endpoint in run.endpoints)
    figures_of_suite = {
        "tests": str(len(run.endpoints) + len(run.skipped)),
        "failures": str(failed),
        "errors": "0",
        "skipped": str(len(run.skipped)),
        "time": _decimal(total),
    }
    root = ET.Element("testsuites", {"name": _SUITE, **figures_of_suite})
    suite = ET.SubElement(root, "testsuite", {"name": _SUITE, **figures_of_suite})
    _properties(suite, {"floor_s": _decimal(run.floor_s)})
    names: set[str] = set()
    for endpoint in run.endpoints:
        _case(suite, endpoint, _own(verdicts.name(endpoint), names))
    for operation, why in run.skipped:
        case = ET.SubElement(suite, "testcase", _head(_own(operation, names), 0.0))
        ET.SubElement(case, "skipped", {"message": _clean(why)})
    if run.notes:
        ET.SubElement(suite, "system-out").text = _clean("\n".join(run.notes))
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _case(suite: ET.Element, endpoint: Endpoint, name: str) -> None:
    case = ET.SubElement(suite, "testcase", _head(name, _time(endpoint)))
    known = {
        "verdict": endpoint.verdict,
        "url": endpoint.request.url,
        "status": str(endpoint.status),
        "samples": str(len(endpoint.samples)),
        "budget_s": _decimal(endpoint.budget_s),
    }
    if endpoint.cold:
        known["cold_s"] = _decimal(endpoint.cold.total_s)
    known |= _spread("ttfb_s", verdicts.measured(endpoint, endpoint.ttfb))
    known |= _spread("total_s", verdicts.measured(endpoint, endpoint.total))
    if endpoint.baseline_ratio is not None:
        known["baseline_ratio"] = _decimal(endpoint.baseline_ratio)
    if endpoint.rate is not None:
        known["rate"] = _decimal(endpoint.rate)
    _properties(case, known)
    if endpoint.verdict != "ok":
        message = _clean(verdicts.reason(endpoint) or endpoint.verdict)
        failure = ET.SubElement(case, "failure", {"message": message, "type": endpoint.verdict})
        failure.text = _clean(_told(endpoint))
    # CI systems show this to many.
    curl = (
        "not shown: it holds credentials" if verdicts.has_credentials(endpoint) else endpoint.curl
    )
    ET.SubElement(case, "system-out").text = _clean(curl)


def _told(endpoint: Endpoint) -> str:
    """All that someone who looks at the failed build needs."""
    lines = [verdicts.reason(endpoint) or endpoint.verdict]
    lines += [f"{times} times: {reason}" for reason, times in verdicts.failures(endpoint)]
    lines += [_cause(cause) for cause in sorted(endpoint.causes, key=lambda c: -c.share)]
    return "\n".join(lines)


def _cause(cause: Cause) -> str:
    place = ""
    if cause.file:
        place = f" at {cause.file}" + ("" if cause.line is None else f":{cause.line}")
    told = f"{cause.kind}, {figures.percent(cause.share)}{place}: {cause.detail}"
    return f"{told}\n  mend: {cause.mend}" + (f" ({cause.reference})" if cause.reference else "")


def _head(name: str, seconds: float) -> dict[str, str]:
    return {"classname": _SUITE, "name": name, "time": _decimal(seconds)}


def _own(name: str, names: set[str]) -> str:
    """`name`, numbered where it was used before: CI systems merge tests of one name."""
    own = name = _clean(name)
    number = 1
    while own in names:
        number += 1
        own = f"{name} #{number}"
    names.add(own)
    return own


def _properties(parent: ET.Element, known: dict[str, str]) -> None:
    properties = ET.SubElement(parent, "properties")
    for name, value in known.items():
        ET.SubElement(properties, "property", {"name": name, "value": _clean(value)})


def _spread(name: str, spread: Spread | None) -> dict[str, str]:
    if spread is None:
        return {}
    values = {
        "median": spread.median,
        "p95": spread.p95,
        "p99": spread.p99,
        "min": spread.min,
        "max": spread.max,
    }
    return {f"{name}.{k}": _decimal(value) for k, value in values.items() if value is not None}


def _time(endpoint: Endpoint) -> float:
    """The median, which the verdict is about; 0 where no answer counts."""
    total = verdicts.measured(endpoint, endpoint.total)
    return total.median if total else 0.0


def _decimal(value: float) -> str:
    """Seconds to the microsecond, never with an exponent."""
    return f"{value:.6f}"


def _clean(text: str) -> str:
    return _UNHEARD.sub("\N{REPLACEMENT CHARACTER}", text)
