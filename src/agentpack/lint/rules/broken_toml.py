"""A block of TOML that does not parse.

Off unless asked for. The model copies what it is shown, and a file of settings that does not
parse stops the program that reads it. Blocks with dots that leave something out or
placeholders are left alone.

Bad .claude/skills/api/SKILL.md:
    ---
    description: How endpoints are built
    ---
    # Endpoints
    ```toml
    [tool.pytest.ini_options]
    testpaths = tests
    ```
Good .claude/skills/api/SKILL.md:
    ---
    description: How endpoints are built
    ---
    # Endpoints
    ```toml
    [tool.pytest.ini_options]
    testpaths = ["tests"]
    ```
"""

import re

from agentpack.lazy import lazy
from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene

_PARTIAL = lazy(r"\.\.\.|…|<[\w -]+>|\{\{|\{%|^\s*//", re.MULTILINE)
_WHERE = lazy(r"\(at line (\d+), column (\d+)\)")


@rule(Severity.WARNING, default=False, needs="word ```toml")
def check(scene: Scene) -> Hits:
    import tomllib  # noqa: PLC0415 - seldom needed

    for page in scene.having("```toml"):
        for block in page.blocks:
            if block.language != "toml" or _PARTIAL.search(block.text):
                continue
            try:
                tomllib.loads(block.text)
            except tomllib.TOMLDecodeError as fault:
                # A key that is there twice is mostly two examples in one block.
                if "overwrite" in str(fault) or "twice" in str(fault):
                    continue
                where = _WHERE.search(str(fault))
                row = int(where[1]) - 1 if where else 0
                lines = block.text.split("\n")[:row]
                place = page.place(block.offset + sum(len(line) + 1 for line in lines))
                yield place, f"not TOML: {_WHERE.sub('', str(fault)).strip()}"
            except RecursionError:
                yield page.place(block.offset), "not TOML that can be read: it is nested too deep"
