"""Writes `index.py` from what the rules' modules declare.

    python -m agentpack.lint.indexing

A test holds the two together.
"""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path

_RULES = "agentpack.lint.rules"
_HEAD = '''\
"""What the rules' modules declare, so that none is imported in vain.

Written by `python -m agentpack.lint.indexing`.
"""

from __future__ import annotations

# fmt: off
# Severity, client versions, on by default, of trees only, what it needs one of.
RULES: dict[str, tuple[str, str, bool, bool, tuple[str, ...]]] = {
'''
_TAIL = '''\
}


def needed(kind: str) -> list[str]:
    """All that the rules that are on need of a kind, such as `word`."""
    needs = [need.partition(" ") for _, _, on, _, needs in RULES.values() if on for need in needs]
    return [name for found, _, name in needs if found == kind]
'''


def text() -> str:
    """What `index.py` is to be."""
    return _HEAD + "".join(map(_line, _names())) + _TAIL


def _names() -> list[str]:
    folder = Path(__file__).with_name("rules")
    return sorted(file.stem for file in folder.glob("*.py") if file.stem[0] != "_")


def _line(module: str) -> str:
    severity, client, default, tree, needs = import_module(f"{_RULES}.{module}").check.declared
    shown = ", ".join(json.dumps(need, ensure_ascii=False) for need in needs)
    shown += "," if len(needs) == 1 else ""
    return (
        f'    "{module.replace("_", "-")}": '
        f'("{severity}", "{client}", {default}, {tree}, ({shown})),\n'
    )


if __name__ == "__main__":
    Path(__file__).with_name("index.py").write_text(text(), encoding="utf-8")
