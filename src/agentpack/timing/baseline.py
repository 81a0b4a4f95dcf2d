"""An earlier run to compare with, and when a difference from it is a regression.

The baseline is a JSON file in the repository. For each endpoint it has the median of its total; its
*own* time, which is that median without what other work on the machine took; the own time of a
fixed piece of work that was timed in turn with it; and the noise of what is compared. Where it
cannot be known what other work took, the own time is the mean of the fastest fifth.

A machine is not always as fast as it was. Of the baseline's own time the part for which the server
computed is taken to change as the fixed work did, and the part for which it waited to stay: that is
what is *expected* now. Where it is not known what it computed, an endpoint is called slower only as
far as it is so both plainly and relative to the fixed work. It is a regression only if that is more
than the noise of both runs can explain, and is seen again when it is measured anew. The noise of
the fixed work counts as far as the endpoint is taken to follow it: one that waits does not.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median
from typing import Any
from urllib.parse import urlsplit

from agentpack.errors import AgentpackError
from agentpack.timing.request import Request

MARGIN = 1.07
"""An endpoint may be so many times slower without being called so."""
_SIGMAS = 2.5
_PLAIN = 1.6
"""So much slower is no noise: that is itself only estimated, from a few rounds."""
_BELIEVED = 0.2
_SIGMA = 1.4826
"""A normal distribution's standard deviation over its median deviation."""
_LEAST_S = 25e-6
"""Less than this is no regression, whatever its share: the harness itself varies as much."""
_SCHEMA = 1
_DRAWN = 40


@dataclass(frozen=True, slots=True)
class Level:
    """How long an endpoint took in one or several rounds."""

    median_s: float
    own_s: float
    """By this levels are compared."""
    ran_s: float
    """The part of it for which the server computed; 0 where that is not known."""
    reference_s: tuple[float, ...]
    """The same of each fixed work, timed in turn with it."""
    noise: float
    """The standard error of the logarithm of its own time, relative to these as far as it follows
    them."""
    samples: int
    corrected: bool
    """Whether it is known what other work took."""
    totals_s: tuple[float, ...] = ()
    """Some of the samples, evenly out of their order by size: enough to draw them."""

    @property
    def follows(self) -> float:
        """The share of its own time that changes as the fixed work's; 1 where it is not known."""
        return min(1.0, self.ran_s / self.own_s) if self.corrected else 1.0


@dataclass(frozen=True, slots=True)
class Baseline:
    """The levels of all endpoints, by key."""

    reference: str
    """What the fixed work was."""
    levels: Mapping[str, Level]


@dataclass(frozen=True, slots=True)
class Change:
    """What became of an endpoint since the baseline; 1.15 is 15 % slower."""

    slower: float
    """Over what is expected now."""
    noise: float
    """The standard error of its logarithm."""
    added_s: float
    """How much longer it takes."""

    @property
    def regressed(self) -> bool:
        """Whether it is slower by more than the margin and the noise, or plainly so."""
        bound = max(MARGIN, math.exp(_SIGMAS * self.noise))
        return self.slower > min(bound, _PLAIN) and self.added_s > _LEAST_S


def key(request: Request) -> str:
    """What an endpoint is called in the file: its operation, or its method and path.

    Host and port are left out: a server that we start has another port each time.
    """
    parts = urlsplit(request.url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return request.operation or f"{request.method} {path}"


def pooled(rounds: Iterable[Level]) -> Level:
    """Several rounds as one: the quieter half of them, and the noise between all.

    What else runs on the machine can last for a whole round, and only ever adds time.
    """
    levels = list(rounds)
    within = median(level.noise for level in levels) / math.sqrt(len(levels))
    between = max(_between(levels, work) for work in range(len(levels[0].reference_s)))
    return Level(
        median_s=median(level.median_s for level in levels),
        ran_s=_quieter([level.ran_s for level in levels]),
        own_s=_quieter([level.own_s for level in levels]),
        reference_s=tuple(
            map(_quieter, zip(*(level.reference_s for level in levels), strict=True))
        ),
        noise=max(within, between),
        samples=sum(level.samples for level in levels),
        corrected=all(level.corrected for level in levels),
        totals_s=thinned([one for level in levels for one in level.totals_s]),
    )


def _between(levels: Sequence[Level], work: int) -> float:
    if len(levels) < 2:  # noqa: PLR2004 - one does not differ from itself
        return 0.0
    share = median(level.follows for level in levels)
    logs = [math.log(level.own_s) - share * math.log(level.reference_s[work]) for level in levels]
    middle = median(logs)
    # From the median deviation: one round that was disturbed must not hide a change in the others.
    return _SIGMA * median(abs(one - middle) for one in logs) / math.sqrt(len(logs))


def _quieter(values: Sequence[float]) -> float:
    return fmean(sorted(values)[: (len(values) + 1) // 2])


def thinned(values: Sequence[float]) -> tuple[float, ...]:
    """At most forty of the values, which lie as all of them do."""
    ordered, number = sorted(values), min(len(values), _DRAWN)
    return tuple(ordered[int((place + 0.5) * len(ordered) / number)] for place in range(number))


def slowness(before: Level, now: Level) -> float:
    """How much longer the fixed work takes than in the baseline.

    The work is short and varies more than most endpoints. So small differences are believed in
    part only, and those of a fifth and more wholly.
    """
    pairs = zip(now.reference_s, before.reference_s, strict=True)
    told = fmean(math.log(one / other) for one, other in pairs)
    return math.exp(told * min(1.0, abs(told) / _BELIEVED))


def change(before: Level, now: Level, *, comparable: bool = True) -> Change:
    """Compare two levels.

    Args:
        before: the baseline's.
        now: this run's.
        comparable: whether both were measured beside the same work.

    """
    plain = now.own_s / before.own_s
    speed = slowness(before, now) if comparable else 1.0
    ran = min(before.ran_s, before.own_s)
    expected = before.own_s - ran + ran * speed if before.corrected else before.own_s
    return Change(
        slower=now.own_s / expected if before.corrected else min(plain, plain / speed),
        noise=math.hypot(before.noise, now.noise),
        added_s=now.own_s - expected,
    )


def dump(baseline: Baseline) -> str:
    """The file's text, the same for the same levels."""
    data = {
        "schema": _SCHEMA,
        "reference": baseline.reference,
        "endpoints": {
            name: {
                "median_s": round(level.median_s, 7),
                "ran_s": round(level.ran_s, 7),
                "own_s": round(level.own_s, 7),
                "reference_s": [round(one, 7) for one in level.reference_s],
                "noise": round(level.noise, 4),
                "samples": level.samples,
                "corrected": level.corrected,
                "totals_s": [round(one, 7) for one in level.totals_s],
            }
            for name, level in sorted(baseline.levels.items())
        },
    }
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def load(text: str, path: str) -> Baseline:
    """Read the file.

    Raises:
        AgentpackError: it is no baseline, or one of another version.

    """
    try:
        data = json.loads(text)
    except ValueError as error:
        line = error.lineno if isinstance(error, json.JSONDecodeError) else None
        raise AgentpackError("not valid JSON", path=path, line=line, mend=_MEND) from error
    if not isinstance(data, dict) or data.get("schema") != _SCHEMA:
        raise AgentpackError("not a baseline that this version reads", path=path, mend=_MEND)
    try:
        levels = {str(name): _level(value) for name, value in data["endpoints"].items()}
        return Baseline(str(data["reference"]), levels)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise AgentpackError("a damaged baseline", path=path, mend=_MEND) from error


_MEND = "write it anew: agentpack time baseline"


def _level(value: Any) -> Level:
    level = Level(
        median_s=float(value["median_s"]),
        own_s=float(value["own_s"]),
        ran_s=float(value["ran_s"]),
        reference_s=tuple(map(float, value["reference_s"])),
        noise=float(value["noise"]),
        samples=int(value["samples"]),
        corrected=bool(value["corrected"]),
        totals_s=tuple(map(float, value["totals_s"])),
    )
    if not (level.own_s > 0 and all(one > 0 for one in level.reference_s) and level.noise >= 0):
        raise ValueError(value)
    return level
