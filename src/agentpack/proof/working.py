"""A page's live blocks in its process: what each did, as data."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from agentpack.pack import Pack
from agentpack.proof import languages, sandbox
from agentpack.proof.sandbox import Ended, Limits
from agentpack.proof.values import Block, Page

_LIVE = {"python", "doctest", "shell", "console", "sql", "http"}
_BEFORE, _AFTER = 0, -1
"""What a page's process calls the lines of what it runs before the blocks and after them."""
PRELUDES = "proof"
"""The folder of a pack that has what its pages stand on; it is not installed."""


@dataclass(frozen=True, slots=True)
class Options:
    """How a pack is proven."""

    python: str = sys.executable
    strict: bool = False
    select: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)
    jobs: int = 0
    """Pages at once; 0: as many as there are processors."""


@dataclass(slots=True)
class Outcomes:
    """What a page's process told."""

    of_blocks: dict[int, Mapping[str, Any]] = field(default_factory=dict)
    """By the line of each that was reached."""
    never_ran: tuple[int, ...] = ()
    confined: tuple[str, ...] = ()
    prelude: str = ""
    """Why what the page stands on failed."""


def work(pack: Pack, page: Page, run: Path, name: str, options: Options) -> Outcomes:
    """Run a page's live blocks, in a new process after each that took its process down."""
    left = [block for block in page.blocks if _is_live(block)]
    prelude = _prelude(pack, page)
    found = Outcomes()
    preludes = str((pack.root / PRELUDES).resolve())
    while left:
        task = {
            "path": page.path,
            "blocks": [_told(block) for block in left],
            "prelude": str(prelude) if prelude else None,
            "preludes": preludes,
            "strict": options.strict,
            "trusted": not options.limits.confine,
        }
        events = sandbox.work(
            run,
            name,
            task,
            python=options.python,
            limits=options.limits,
            needed=[preludes] if prelude else [],
        )
        ended = None
        for event in events:
            if isinstance(event, Ended):
                ended = event
            else:
                _take(event, found, left)
        if ended is None or found.prelude or ended.line in {None, _BEFORE}:
            break
        at = left[-1].line if ended.line == _AFTER else ended.line or 0
        found.of_blocks[at] = {"ended": ended.reason}
        left = [block for block in left if block.line > at]
    return found


def _take(event: Mapping[str, Any], found: Outcomes, left: Sequence[Block]) -> None:
    """Take down what a page's process tells."""
    if "confined" in event:
        found.confined = tuple(event["confined"])
    elif "never_ran" in event:
        found.never_ran = tuple(event["never_ran"])
    elif "done" not in event:
        return
    elif event["done"] > 0:
        found.of_blocks[event["done"]] = event
    elif "failure" in event and event["done"] == _BEFORE:
        found.prelude = f"{event['failure']['kinds'][0]}: {event['failure']['message']}"
    elif "failure" in event:
        # A check fails in one of the blocks that it calls, or of itself: then behind them all.
        at = event["failure"]["line"] or left[-1].line
        line = max((one.line for one in left if one.line <= at), default=left[-1].line)
        if "failure" not in found.of_blocks.get(line, {}):
            found.of_blocks[line] = event


def _prelude(pack: Pack, page: Page) -> Path | None:
    file = pack.root / PRELUDES / Path(page.target).with_suffix(".py")
    return file.resolve() if file.is_file() else None


def _is_live(block: Block) -> bool:
    shown = block.mark is not None and block.mark.kind == "shown"
    return languages.kind(block.language) in _LIVE and not shown


def _told(block: Block) -> dict[str, Any]:
    return {
        "kind": languages.kind(block.language),
        "line": block.line,
        "source": block.source,
        "file": block.file,
    }
