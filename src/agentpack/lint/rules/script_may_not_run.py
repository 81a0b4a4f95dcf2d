"""A script that the text tells to run by its path, and that lacks its run bit.

`./scripts/x.sh` then ends in "Permission denied", and the model spends a turn on it or
gives up. `bash scripts/x.sh` needs no run bit.

Bad .claude/skills/basket/SKILL.md:
    ---
    description: How baskets are kept. Use when one is changed.
    ---
    ```bash
    ./scripts/count.sh --all
    ```
Bad .claude/skills/basket/scripts/count.sh:
    #!/bin/sh
    echo 3
Good .claude/skills/basket/SKILL.md:
    ---
    description: How baskets are kept. Use when one is changed.
    ---
    ```bash
    ./scripts/count.sh --all
    ```
Good .claude/skills/basket/scripts/count.sh (may be run):
    #!/bin/sh
    echo 3
"""

import re
from collections.abc import Iterator

from agentpack.lazy import lazy
from agentpack.lint.page import Page
from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene
from agentpack.lint.whereabouts import Whereabouts

_FIRST = lazy(
    r"^[ \t]*(?:\$[ \t]+)?\"?(?P<root>\$\{CLAUDE_(?:SKILL_DIR|PLUGIN_ROOT)\}/)?"
    r"(?P<path>(?:\./)?(?:[\w@+-]+/)+[\w@+.-]+\.(?:sh|bash|py|rb|pl|js|mjs|ts))(?=[\s\"]|$)",
    re.MULTILINE,
)
_SCRIPTS = (".sh", ".bash", ".py", ".rb", ".pl", ".js", ".mjs", ".ts")
_SHELLS = ("bash", "sh", "shell", "zsh", "console", "")


@rule(Severity.WARNING, tree=True, needs=tuple(f"file {suffix}" for suffix in _SCRIPTS))
def check(scene: Scene) -> Hits:
    still = [path for path, runs in scene.files.items() if not runs and path.endswith(_SCRIPTS)]
    if not still:
        return
    tree = Whereabouts(scene)
    names: dict[str, set[str]] = {}
    for path in still:
        skill = tree.above(path)
        if skill is not None:
            names.setdefault(skill, set()).add(path.rpartition("/")[2])
    for page in scene.of("skill", "reference"):
        skill = tree.skill_of(page)
        if skill is None or not any(name in page.body for name in names.get(skill, ())):
            continue
        told: set[str] = set()
        for offset, written in _run_by_path(page):
            path = tree.find(page, written) or ""
            if path not in told and scene.files.get(path) is False:
                told.add(path)
                tip = f"chmod +x {path}, or name its shell"
                yield page.place(offset), f"{path!r} may not be run", tip


def _run_by_path(page: Page) -> Iterator[tuple[int, str]]:
    for block in page.blocks:
        if block.language in _SHELLS and "/" in block.text:
            for match in _FIRST.finditer(block.text):
                yield block.offset + match.start("path"), match["path"]
