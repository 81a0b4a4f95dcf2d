"""What the README says is what the program prints."""

from __future__ import annotations

import json
from pathlib import Path

from agentpack import __version__
from agentpack.pack import builtin_root, load
from agentpack.project import VOCABULARY

ROOT = Path(__file__).parents[1]


def test_the_readme_shows_the_help_as_it_is(agentpack) -> None:
    """The block under Commands is the output of `agentpack --help`."""
    assert agentpack("--help")[1].strip() in (ROOT / "README.md").read_text()


def test_every_fact_is_in_the_manual() -> None:
    """`docs/facts.md` lists the vocabulary, with the meanings that the code has."""
    manual = (ROOT / "docs/facts.md").read_text()
    for name, meaning in VOCABULARY.items():
        assert f"| `{name}` | {meaning} |" in manual


def test_the_manual_of_rules_is_what_the_rules_say(agentpack) -> None:
    """`docs/rules.md` is generated, and in step."""
    assert agentpack("rule", "--format", "markdown")[1] == (ROOT / "docs/rules.md").read_text()


def test_the_versions_agree() -> None:
    """Package, pack and plugin have one version, and the changelog knows it."""
    plugin = json.loads((ROOT / ".claude-plugin/plugin.json").read_text())
    market = json.loads((ROOT / ".claude-plugin/marketplace.json").read_text())
    assert __version__ == load(builtin_root()).version == plugin["version"]
    assert market["plugins"][0]["version"] == __version__
    assert f"## {__version__} " in (ROOT / "CHANGELOG.md").read_text()
