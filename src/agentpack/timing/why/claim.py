"""What one kind of cause claims of a request's time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from agentpack.timing.result import CauseKind
from agentpack.timing.why.stretch import Stretches, common, union
from agentpack.timing.why.trace import Observed, Place, Run

ASYNC = "backend-skill/references/async.md"
DATABASE = "backend-skill/references/database.md"
API_DESIGN = "backend-skill/references/api-design.md"
BOTTLENECK = "endpoint-timing/references/finding-the-bottleneck.md"
PHASES = "endpoint-timing/references/reading-the-phases.md"


@dataclass(frozen=True, slots=True)
class Claim:
    """A cause, and the stretches of the request's time that it explains."""

    kind: CauseKind
    stretches: Stretches
    detail: str
    mend: str
    reference: str
    place: Place | None = None
    floor_s: float = 0.05
    """What it must explain at least, to be worth a word."""
    least: float = 0.15
    """The share of the request that it must explain at least."""
    computes: bool = False
    """Whether it is computing, which takes longer on a busy machine: every request must show it."""
    within: frozenset[CauseKind] = frozenset()
    """Causes whose time it may share, since mending these would not mend it."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Where the looks at a stack found the project's code."""

    place: Place | None
    wall_s: float
    cpu_s: float
    run: Run
    """The longest stretch there."""


def window(observed: Observed, parts: Iterable[tuple[float, float]]) -> Stretches:
    """What of some stretches the client waited for, without the waits for a processor."""
    return common(union(parts), observed.own)


def hottest(runs: Iterable[Run]) -> Lines | None:
    """The line that most of some looks found, those without one left for the last."""
    found: dict[Place | None, list[Run]] = defaultdict(list)
    for run in runs:
        found[run.place].append(run)
    if not found:
        return None
    most = max(found, key=lambda place: (place is not None, sum(r.wall_s for r in found[place])))
    those = found[most]
    return Lines(
        most,
        sum(run.wall_s for run in those),
        sum(run.cpu_s for run in those),
        max(those, key=lambda run: run.wall_s),
    )


def milliseconds(seconds: float) -> str:
    """A time for people: `312 ms`, `2.41 s`."""
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"


def module_of(label: str) -> str:
    """`asyncio/tasks.py:sleep` as `asyncio.tasks.sleep`."""
    file, _, function = label.partition(":")
    module = file.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
    return f"{module}.{function}".removeprefix("site-packages.")


def clipped(text: str, most: int = 160) -> str:
    """A text on one line, not too long."""
    flat = " ".join(text.split())
    return flat if len(flat) <= most else flat[: most - 1] + "…"
