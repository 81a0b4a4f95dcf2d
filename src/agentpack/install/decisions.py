"""The choices that a project's owner has to make, laid out in `agentpack.toml`."""

from __future__ import annotations

import json
from collections.abc import Iterable

from agentpack.project import Conflict, Value

_HEAD = """\
# What this project states in more than one way. Uncomment the value that is right.
[facts]
"""


def decisions(conflicts: Iterable[Conflict]) -> str:
    """The file's text: every candidate of every conflict, commented out, with its source."""
    blocks = (
        "\n".join(
            f"# {conflict.fact} = {_toml(candidate.value)}  # {candidate.source}"
            for candidate in conflict.candidates
        )
        for conflict in conflicts
    )
    return _HEAD + "\n\n".join(blocks) + "\n"


def _toml(value: Value) -> str:
    # JSON's texts, numbers and lists of texts are TOML's too.
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)
