"""Secrets of each provider are found, and what only looks like one is not."""

from __future__ import annotations

import random
import string
from pathlib import Path

import pytest

from agentpack.lint import rule
from agentpack.lint.look import look
from agentpack.lint.run import lint

ALNUM = string.ascii_letters + string.digits
DRAWN = random.Random(7)


def drawn(number: int, letters: str = ALNUM) -> str:
    return "".join(DRAWN.choices(letters, k=number))


# Drawn here and now, so that no scanner takes this file for a leak.
SECRETS = {
    "AWS": "AKIA" + drawn(16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"),
    "GitHub": "ghp_" + drawn(36),
    "GitHub's fine-grained": "github_pat_" + drawn(22) + "_" + drawn(59),
    "Slack": "xoxb-" + "739105284617" + "-" + drawn(24),
    "Slack's hook": "hooks.slack.com/services/T0" + drawn(8) + "/B0" + drawn(8) + "/" + drawn(24),
    "Stripe": "sk_live_" + drawn(24),
    "Anthropic": "sk-ant-" + "api03-" + drawn(93),
    "OpenAI": "sk-proj-" + drawn(40) + "T3Blbk" + "FJ" + drawn(40),
    "Google": "AIza" + "Sy" + drawn(33),
    "npm": "npm_" + drawn(36),
    "PyPI": "pypi-AgEI" + "cHlwaS5vcmc" + drawn(60),
    "Hugging Face": "hf_" + drawn(34, string.ascii_letters) + "",
    "SendGrid": "SG." + drawn(22) + "." + drawn(43),
    "a key": "-----BEGIN RSA " + "PRIVATE KEY-----\n" + drawn(64) + "\n" + drawn(64) + "\n",
}
HARMLESS = (
    "AKIA" + "IOSFODNN7EXAMPLE",
    "ghp_" + "x" * 36,
    "ghp_" + "abcdefghijklmnopqrstuvwxyz0123456789",
    "sk-" + "...",
    "sk_live_" + "your_key_goes_here_and_nowhere_else",
    "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----",
    "sha256:" + "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
)


def found(tmp_path: Path, words: str) -> list[tuple[int, int]]:
    file = tmp_path / ".claude/agents/a.md"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"---\nname: a\ndescription: Signs in\n---\nÜber “{words}” hinaus\n")
    places = lint(look(tmp_path, "2.1.329"), [rule.load("leaked-secret")])
    return [(finding.place.line, finding.place.column) for finding in places]


@pytest.mark.parametrize("provider", sorted(set(SECRETS) - {"Hugging Face"}))
def test_a_secret_is_found_where_it_is(provider: str, tmp_path: Path) -> None:
    """Each provider's format is known, and letters beyond ASCII do not shift its place."""
    assert [line for line, _ in found(tmp_path, SECRETS[provider])] == [5]
    if provider not in ("a key", "Slack's hook"):
        assert found(tmp_path, SECRETS[provider]) == [(5, 7)]


def test_several_secrets_are_found_each_once(tmp_path: Path) -> None:
    """Two that stand close together are two findings."""
    words = f"{SECRETS['GitHub']} {SECRETS['Stripe']}"
    assert len(found(tmp_path, words)) == 2


@pytest.mark.parametrize("words", HARMLESS)
def test_what_was_not_drawn_is_no_secret(words: str, tmp_path: Path) -> None:
    """Documented examples, placeholders and digests are left alone."""
    assert found(tmp_path, words) == []
