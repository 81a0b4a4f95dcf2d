"""A byte-order mark, by client."""

from __future__ import annotations

from pathlib import Path

import pytest

from agentpack.lint import rule
from agentpack.lint.look import look
from agentpack.lint.run import lint


@pytest.mark.parametrize(
    ("marks", "client", "told"),
    [(1, "2.1.197", True), (1, "2.1.260", False), (2, "2.1.329", True), (0, "2.1.197", False)],
)
def test_what_hides_the_keys_depends_on_the_client(tmp_path: Path, marks, client, told) -> None:
    """One mark hides them from 2.1.197, and only a second one from later clients."""
    file = tmp_path / ".claude/agents/a.md"
    file.parent.mkdir(parents=True)
    file.write_text("\ufeff" * marks + "---\nname: a\ndescription: b\n---\nBody\n")
    assert bool(lint(look(tmp_path, client), [rule.load("byte-order-mark")])) == told
