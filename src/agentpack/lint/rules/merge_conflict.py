"""Markers of a merge that was committed unresolved.

Claude Code sends both sides to the model, markers and all; in the frontmatter they make it
unreadable, and an agent is dropped.

Bad .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    ---
    <<<<<<< HEAD
    Write the test first.
    =======
    Write the test last.
    >>>>>>> feature
Good .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    ---
    Write the test first. A merge that failed leaves `<<<<<<< HEAD` behind.
"""

import re

from agentpack.lazy import lazy
from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene
from agentpack.lint.spot import spot

_OPENING, _MIDDLE, _CLOSING = "\n<<<<<<< ", "\n=======", "\n>>>>>>> "
_MARKERS = lazy(r"^<<<<<<< \S[^\n]*\n(?P<sides>.*?)^>>>>>>> \S", re.DOTALL | re.MULTILINE)


@rule(Severity.WARNING)
def check(scene: Scene) -> Hits:
    for page in scene.pages:
        source = page.document.source
        if "<" not in source or _OPENING not in source or _CLOSING not in source:
            continue
        head = len(source) - len(page.body)
        # A block of code shows what a conflict looks like; it has none.
        text = source[:head] + page.prose
        found = _MARKERS.search(text)
        if found and _MIDDLE in f"\n{found['sides']}":
            place = spot(page.path, text, found.start())
            yield place, "an unresolved merge conflict", "keep one side"
