"""A block of Python that does not parse.

Off unless asked for: many blocks are fragments on purpose. The model copies what it is shown,
and mends it at best. Sessions of the interpreter, templates and blocks with dots that leave
something out are left alone, and the indentation of a whole block does not count.

Bad .claude/skills/api/SKILL.md:
    ---
    description: How endpoints are built
    ---
    # Endpoints
    ```python
    def read(order_id: int) -> Order
        return orders[order_id]
    ```
Good .claude/skills/api/SKILL.md:
    ---
    description: How endpoints are built
    ---
    # Endpoints
    ```python
    def read(order_id: int) -> Order:
        return orders[order_id]
    ```
    ```python
    await session.commit()
    ```
"""

import re
from textwrap import dedent

from agentpack.lazy import lazy
from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene

_PARTIAL = lazy(
    r"^\s*(?:>>>|\.\.\.\s*\S|\$ |% ?\w|! ?\w)|…|\{\{|\{%|<[\w -]+>|[(,]\s*\.\.\.\s*[),]|\.\.\.\s*$",
    re.MULTILINE,
)
_LARGEST = 100_000


@rule(Severity.WARNING, default=False, needs="word ```py")
def check(scene: Scene) -> Hits:
    import ast  # noqa: PLC0415 - seldom needed
    import warnings  # noqa: PLC0415

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for page in scene.having("```py"):
            for block in page.blocks:
                if block.language not in ("python", "py", "python3") or len(block.text) > _LARGEST:
                    continue
                if _PARTIAL.search(block.text):
                    continue
                try:
                    ast.parse(dedent(block.text))
                except SyntaxError as fault:
                    lines = block.text.split("\n")
                    row = min(max((fault.lineno or 1) - 1, 0), len(lines) - 1)
                    place = page.place(block.offset + sum(len(line) + 1 for line in lines[:row]))
                    yield place, f"not Python: {fault.msg}"
                except (ValueError, RecursionError, MemoryError) as fault:
                    yield page.place(block.offset), f"not Python: {fault}"
