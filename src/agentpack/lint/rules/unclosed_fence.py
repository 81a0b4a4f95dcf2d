"""A block of code that is opened and never closed.

Whatever follows is code to everything that reads Markdown: headings, links and rules with it.
Claude Code sends the text as it stands, and the model may take instructions for an example.

Bad .claude/skills/api/SKILL.md:
    ---
    description: How endpoints are built
    ---
    # Endpoints
    ```python
    router = APIRouter()

    ## Tests
    Write the test first.
Good .claude/skills/api/SKILL.md:
    ---
    description: How endpoints are built
    ---
    # Endpoints
    ```python
    router = APIRouter()
    ```

    ## Tests
    Write the test first.
"""

import re

from agentpack.lazy import lazy
from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene
from agentpack.lint.spot import places

_FENCE = lazy(r"(?P<fence>`{3,}|~{3,})(?P<info>[^\n]*)")
# As a pattern they are counted in half the time.
_MARKS = lazy("```")
_LEAD = lazy(r"[ \t>]*(?:(?:[-*+]|\d{1,3}[.)])[ \t]+)?")
_HEADING = lazy(r"^#{1,6} \S", re.MULTILINE)
_LONGEST_LEAD = 80


@rule(Severity.WARNING)
def check(scene: Scene) -> Hits:
    for page in scene.pages:
        body = page.body
        # An odd number of them is what an unclosed one leaves behind.
        if not len(_MARKS.findall(body)) % 2:
            continue
        opened = _open(body)
        if opened and _HEADING.search(body, opened.end()):
            message = "this block of code is never closed"
            yield page.place(opened.start("fence")), message, f"close it with {opened['fence']}"


def _open(body: str) -> re.Match[str] | None:
    """The fence that is open where the body ends."""
    opened: re.Match[str] | None = None
    end = 0
    for place in sorted((*places(body, "```"), *places(body, "~~~"))):
        # Only the first of a line may be a fence.
        if place < end:
            continue
        end = body.find("\n", place)
        end = len(body) if end < 0 else end
        start = body.rfind("\n", 0, place) + 1
        match = _FENCE.match(body, place)
        if match is None or not _LEAD.fullmatch(body, start, min(place, start + _LONGEST_LEAD)):
            continue
        fence, info = match["fence"], match["info"].strip()
        if opened is None:
            # Backticks behind a fence of backticks make it code within a line.
            opened = None if fence[0] in info and fence[0] == "`" else match
        elif not info and fence[0] == opened["fence"][0] and len(fence) >= len(opened["fence"]):
            opened = None
    return opened
