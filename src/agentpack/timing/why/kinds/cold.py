"""Only the first request is slow."""

from __future__ import annotations

from statistics import median

from agentpack.timing.sample import Sample
from agentpack.timing.why.claim import PHASES, Claim, hottest, milliseconds
from agentpack.timing.why.trace import Observed

_MORE_S = 0.15
_SURELY_S = 0.3
_TIMES = 3


def cold(
    first: Observed | None, warm: tuple[Sample, ...], plain_cold: Sample | None
) -> tuple[Claim, float] | None:
    """The claim, and the share of the first request that later ones are spared.

    Args:
        first: the first request of this kind after the application was started anew, watched.
        warm: those that came later.
        plain_cold: the first of the plain run, not watched.

    """
    if not warm:
        return None
    usual = median(_served(sample) for sample in warm)
    watched = first.seconds if first else 0.0
    plain = _served(plain_cold) if plain_cold else 0.0
    # One of them may be slow by chance; of one alone, more is asked.
    slow = min(watched, plain) if first and plain_cold else 0.0
    if slow < usual + _MORE_S and max(watched, plain) >= usual + _SURELY_S:
        slow = max(watched, plain)
    if slow < max(usual + _MORE_S, _TIMES * usual):
        return None
    place, imports = None, False
    if first is not None and first.trace is not None and watched >= usual + _MORE_S:
        runs = first.trace.runs
        lines = hottest(runs)
        if lines is not None:
            place, imports = lines.place, lines.run.imports
        place = place or first.trace.endpoint
    share = (slow - usual) / slow
    detail = f"the first request took {milliseconds(slow)}, later ones {milliseconds(usual)}" + (
        ": a module is imported in it" if imports else ""
    )
    claim = Claim(
        "cold-start",
        (),
        detail,
        "Do it before the first request: import at the top, and load, connect and warm up in the "
        "lifespan.",
        PHASES,
        place,
    )
    return claim, share


def _served(sample: Sample) -> float:
    return sample.total_s - sample.request_s
