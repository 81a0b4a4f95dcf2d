"""What stands in agentpack.toml is taken as it stands, or refused with its line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from agentpack.errors import AgentpackError
from agentpack.project import OVERRIDE, detect


def test_an_override_wins_and_says_so(repo: Callable[..., Path]) -> None:
    """It also ends a dispute."""
    root = repo(
        {
            "agentpack.toml": '[facts]\npackage_manager = "uv"\n',
            "uv.lock": "",
            "poetry.lock": "",
        }
    )
    facts = detect(root)
    assert facts["package_manager"].source == OVERRIDE
    assert facts["run_prefix"].value == "uv run"
    assert not facts.conflicts


def test_an_empty_value_says_that_there_is_none(repo: Callable[..., Path]) -> None:
    """TOML has no null."""
    root = repo(
        {
            "agentpack.toml": '[facts]\nfrontend = ""\n',
            "package.json": '{"dependencies": {"vue": "3"}}',
        }
    )
    assert detect(root)["frontend"].value is None
    assert detect(root)["frontend"].source == OVERRIDE


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("[facts]\n\nprot = 8000\n", 3, "did you mean 'port'?"),
        ('[facts]\nport = "8000"\n', 2, "must be a number"),
        ("[facts]\nport = true\n", 2, "must be a number"),
        ("[facts]\nport = 70000\n", 2, "1 to 65535"),
        ('[facts]\ndatabase = "sqlite"\n', 2, "must be a list of strings"),
        ("[facts]\napp = 3\n", 2, "must be a string"),
        ("\nfacts = 3\n", 2, "must be a table"),
    ],
)
def test_a_wrong_override_is_refused_with_its_line(
    repo: Callable[..., Path], text: str, line: int, said: str
) -> None:
    """The error names the line and how to mend it."""
    with pytest.raises(AgentpackError) as caught:
        detect(repo({"agentpack.toml": text}))
    assert caught.value.line == line
    assert said in str(caught.value)


def test_other_tables_are_left_to_others(repo: Callable[..., Path]) -> None:
    """A file without facts overrides nothing."""
    assert detect(repo({"agentpack.toml": "[lint]\nport = 3\n"}))["port"].value is None
