"""A block of JSON that is not JSON, though it is written as a whole.

Off unless asked for. The model copies what it is shown: a comma too many ends up in a file
that no program reads. Blocks with comments, dots that leave something out, or placeholders are
not meant to be whole, and left alone.

Bad .claude/skills/api/SKILL.md:
    ---
    description: How endpoints are built
    ---
    # Endpoints
    ```json
    {"id": 1, "total": 12.5,}
    ```
Good .claude/skills/api/SKILL.md:
    ---
    description: How endpoints are built
    ---
    # Endpoints
    ```json
    {"id": 1, "total": 12.5}
    ```
    ```json
    {"id": 1, ...}
    ```
"""

import re

from agentpack.lazy import lazy
from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene

_PARTIAL = lazy(
    r"\.\.\.|…|//|/\*|^\s*#|<[\w -]+>|\{\{|\$\{|\[[A-Z_ ]+\]|\{[A-Z_]+\}|\||[✓✅❌←→]", re.MULTILINE
)


@rule(Severity.WARNING, default=False, needs="word ```json\n")
def check(scene: Scene) -> Hits:
    import json  # noqa: PLC0415 - seldom needed

    for page in scene.having("```json\n"):
        for block in page.blocks:
            text = block.text.strip()
            if block.language != "json" or text[:1] + text[-1:] not in ("{}", "[]"):
                continue
            if _PARTIAL.search(text):
                continue
            try:
                json.loads(text)
            except json.JSONDecodeError as fault:
                # Several values below each other are an example of each.
                if fault.msg != "Extra data":
                    start = block.offset + len(block.text) - len(block.text.lstrip())
                    yield page.place(start + fault.pos), f"not JSON: {fault.msg}"
            except RecursionError:
                yield page.place(block.offset), "not JSON that can be read: it is nested too deep"
