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

from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene
from agentpack.lint.whereabouts import Whereabouts

_FIRST = re.compile(
    r"^[ \t]*(?:\$[ \t]+)?\"?(?P<root>\$\{CLAUDE_(?:SKILL_DIR|PLUGIN_ROOT)\}/)?"
    r"(?P<path>(?:\./)?(?:[\w@+-]+/)+[\w@+.-]+\.(?:sh|bash|py|rb|pl|js|mjs|ts))(?=[\s\"]|$)",
    re.MULTILINE,
)
_SHELLS = ("bash", "sh", "shell", "zsh", "console", "")


@rule(Severity.WARNING, tree=True)
def check(scene: Scene) -> Hits:
    if not any(not runs and path.endswith((".sh", ".py")) for path, runs in scene.files.items()):
        return
    tree: Whereabouts | None = None
    for page in scene.pages:
        if ".sh" not in page.body and ".py" not in page.body:
            continue
        told: set[str] = set()
        for block in page.blocks:
            if block.language not in _SHELLS or "/" not in block.text:
                continue
            for match in _FIRST.finditer(block.text):
                tree = tree or Whereabouts(scene)
                path = tree.find(page, match["path"])
                if path and path not in told and scene.files.get(path) is False:
                    told.add(path)
                    place = page.place(block.offset + match.start("path"))
                    yield place, f"{path!r} may not be run", f"chmod +x {path}, or name its shell"
