"""Figures as a person reads them."""

from __future__ import annotations

from datetime import UTC, datetime

from agent_spy.wire.values import moment

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_THOUSAND, _MILLION = 1_000, 1_000_000
_CENTS = 0.01
_A_DAY_IN_PARTS = 2 * 3600 * 1_000_000
"""From parts of this length on, an axis reaches over days."""


def duration(microseconds: float | None) -> str:
    """How long something took, with two or three digits that count."""
    if microseconds is None:
        return "–"
    seconds = microseconds / 1_000_000
    if seconds < 0.001:  # noqa: PLR2004
        return f"{microseconds:.0f} µs"
    if seconds < 1:
        return f"{seconds * 1000:.3g} ms" if seconds < 0.1 else f"{seconds * 1000:.0f} ms"  # noqa: PLR2004
    if seconds < _MINUTE:
        return f"{seconds:.2f} s" if seconds < 10 else f"{seconds:.1f} s"  # noqa: PLR2004
    whole = round(seconds)
    if whole < _HOUR:
        rest = whole % _MINUTE
        return f"{whole // _MINUTE} min" + (f" {rest} s" if rest else "")
    if whole < _DAY:
        rest = whole % _HOUR // _MINUTE
        return f"{whole // _HOUR} h" + (f" {rest} min" if rest else "")
    rest = whole % _DAY // _HOUR
    return f"{whole // _DAY} d" + (f" {rest} h" if rest else "")


def brief(microseconds: float) -> str:
    """How long something took, for an axis."""
    seconds = microseconds / 1_000_000
    for unit, word in ((_DAY, "d"), (_HOUR, "h"), (_MINUTE, "min"), (1, "s"), (0.001, "ms")):
        if seconds >= unit:
            return f"{seconds / unit:.3g} {word}"
    return f"{microseconds:.3g} µs" if microseconds else "0"


def count(number: float | None) -> str:
    """A count in full, with its thousands set apart."""
    return "–" if number is None else f"{round(number):,}".replace(",", "\u202f")


def short(number: float) -> str:
    """A count for a narrow place."""
    if number < _THOUSAND:
        return f"{number:.3g}"
    return f"{number / _MILLION:.3g} M" if number >= _MILLION else f"{number / _THOUSAND:.3g} k"


def cost(dollars: float | None) -> str:
    """An amount in US dollars; small ones with the digits that count."""
    if dollars is None:
        return "–"
    if dollars and abs(dollars) < _CENTS:
        return f"${dollars:.2g}" if abs(dollars) >= 0.0001 else f"${dollars:.1e}"  # noqa: PLR2004
    return f"${dollars:,.2f}"


def percent(share: float | None) -> str:
    """A share of one in per cent."""
    return "–" if share is None else f"{share * 100:.3g} %"


def utc(microseconds: int) -> str:
    """A moment in UTC, to the millisecond."""
    return f"{moment(microseconds):%Y-%m-%d %H:%M:%S.%f}"[:-3] + " UTC"


def clock(microseconds: int) -> str:
    """A moment in UTC, to the second, for those without scripts."""
    then = moment(microseconds)
    today = datetime.now(UTC).date()
    return f"{then:%H:%M:%S}" if then.date() == today else f"{then:%Y-%m-%d %H:%M:%S}"


def iso(microseconds: int) -> str:
    """A moment as a machine reads it."""
    return f"{moment(microseconds):%Y-%m-%dT%H:%M:%S.%fZ}"


def tick(microseconds: int, step: int) -> str:
    """A moment of an axis in UTC: the day where an hour would say nothing."""
    return (
        f"{moment(microseconds):%d %b}"
        if step >= _A_DAY_IN_PARTS
        else f"{moment(microseconds):%H:%M}"
    )
