"""Figures as people read them: three digits and a unit."""

from __future__ import annotations

import math

NONE = "–"
_THOUSAND = 1000
_MINUTE_S = 60
_TWICE = 2


def seconds(value: float | None) -> str:
    """`213 µs`, `12.3 ms`, `3.21 s`, `2 min 5 s`; a dash for what was not measured."""
    if value is None or not math.isfinite(value):
        return NONE
    if value == 0:
        return "0"
    if value < 0:
        return f"-{seconds(-value)}"
    if value >= 2 * _MINUTE_S:
        minutes, rest = divmod(round(value), _MINUTE_S)
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    # What would round up to a thousand of its unit is said in the next one.
    for factor, unit in ((1e6, "µs"), (1e3, "ms")):
        if float(_digits(value * factor)) < _THOUSAND:
            return f"{_digits(value * factor)} {unit}"
    return f"{_digits(value)} s"


def size(value: int) -> str:
    """`0 B`, `1.21 kB`, `10 GB`; thousands, as curl's users count."""
    number = float(value)
    for unit in ("B", "kB", "MB", "GB"):
        if float(_digits(number)) < _THOUSAND:
            return f"{_digits(number)} {unit}"
        number /= _THOUSAND
    return f"{_digits(number)} TB"


def percent(part: float) -> str:
    """A share of one: `42 %`; what is small is not called nothing."""
    if not math.isfinite(part):
        return NONE
    if 0 < part * 100 < 1:
        return "<1 %"
    return f"{part * 100:.0f} %"


def of_budget(part: float) -> str:
    """How much of a budget was used: `42 %`, `160 %`, `3.1×`."""
    if not math.isfinite(part):
        return NONE
    return f"{_digits(part)}×" if part >= _TWICE else percent(part)


def change(ratio: float) -> str:
    """A ratio to an earlier time as a change: `+15 %`, `-3 %`, `2.5×`."""
    if not math.isfinite(ratio):
        return NONE
    if ratio >= _TWICE:
        return f"{_digits(ratio)}×"
    part = round((ratio - 1) * 100)
    return f"{part:+} %" if part else "0 %"


def rate(value: float) -> str:
    """How many a second: `0.5/s`, `412/s`, `12400/s`."""
    return f"{_digits(value)}/s" if math.isfinite(value) else NONE


def _digits(value: float) -> str:
    """Three significant digits, without zeros that say nothing."""
    if value == 0:
        return "0"
    places = max(0, 2 - math.floor(math.log10(abs(value))))
    text = f"{value:.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
