"""Finding the real client, and saying how to get it."""

from __future__ import annotations

from pathlib import Path

import pytest

from agentpack.client import Binary, find
from agentpack.errors import AgentpackError


def test_a_client_has_a_version(claude: Binary) -> None:
    """The version is what the binary itself says."""
    assert claude.version.startswith("2.")


def test_the_one_that_is_named_is_taken(claude: Binary, monkeypatch: pytest.MonkeyPatch) -> None:
    """A path, or the environment's variable, comes before any search."""
    monkeypatch.setenv("PATH", "")
    assert find(claude.path) == claude
    monkeypatch.setenv("AGENTPACK_CLAUDE", str(claude.path))
    assert find() == claude


@pytest.mark.parametrize("script", ["#!/bin/sh\necho 9.9 other\n", "#!/bin/sh\nexit 3\n", "text"])
def test_another_program_is_refused(tmp_path: Path, script: str) -> None:
    """What is not Claude Code is not asked anything."""
    other = tmp_path / "claude"
    other.write_text(script)
    other.chmod(0o755)
    with pytest.raises(AgentpackError, match="npm install -g @anthropic-ai/claude-code"):
        find(other)


def test_a_missing_client_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No client is no crash: the message names the package."""
    monkeypatch.delenv("AGENTPACK_CLAUDE", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("agentpack.client.binary.find_spec", lambda name: None)
    with pytest.raises(AgentpackError, match="npm install -g @anthropic-ai/claude-code"):
        find()
