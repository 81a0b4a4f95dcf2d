"""What `lint --fix` mends, and what it leaves alone because it cannot be sure."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from agentpack import document
from agentpack.lint import fix
from agentpack.lint.page import Page

BODY = "---\n\n# Duties\n\nDo: it.\n"


def fixed(agentpack, make, head: str, *options: str) -> tuple[str, Path, str]:
    """The output, the file, and its text afterwards."""
    root = make({".claude/agents/a.md": f"---\n{head}{BODY}"})
    file = root / ".claude/agents/a.md"
    out = agentpack("lint", root, *options)[1]
    return out, file, file.read_bytes().decode()


@pytest.mark.parametrize(
    ("head", "description"),
    [
        ("name: a\ndescription: Use when: asked\n", "Use when: asked"),
        ('name: a\ndescription: It\'s [here]: "now"\n', 'It\'s [here]: "now"'),
        ("name: a\ndescription: @mention first: then\n", "@mention first: then"),
        ("name: a\ndescription: Use: it\\n\\n- <example>\n", "Use: it\\n\\n- <example>"),
        ("name: a\ndescription: one: two\ntools: Read, Bash\n", "one: two"),
        ("name: a\r\ndescription: Use when: asked\r\n", "Use when: asked"),
    ],
)
def test_a_value_is_quoted_and_reads_the_same(agentpack, make, head, description) -> None:
    """What the client read on its second try, or plainly stands there, every reader reads now."""
    out, _, text = fixed(agentpack, make, head, "--fix")
    block = text.split("---")[1]
    assert yaml.safe_load(block)["description"] == description
    read = document.read(text.encode())
    assert (read.problem, read.mended) == (None, False)
    assert read.text("description") == description
    assert read.body.replace("\r", "") == BODY.removeprefix("---\n")
    assert ("\r\n" in block) == ("\r\n" in head)
    assert out.startswith("---")
    assert "\n+description: " in out


def test_a_description_over_unindented_lines_becomes_a_block(agentpack, make) -> None:
    """The lines that fell out of the value are its lines again."""
    head = (
        "name: a\ndescription: Reviews code.\nUse when: it is due.\n\nNot for tests.\ntools: Read\n"
    )
    read = document.read(fixed(agentpack, make, head, "--fix")[2].encode())
    assert read.problem is None
    assert read.text("description") == "Reviews code.\nUse when: it is due.\n\nNot for tests."
    assert read.text("tools") == "Read"


def test_tabs_become_spaces(agentpack, make) -> None:
    """A list that is indented by tabs is indented by spaces."""
    head = "name: a\ndescription: what\nskills:\n\t- one\n\t- two: x\n"
    text = fixed(agentpack, make, head, "--fix", "--ignore", "missing-preload")[2]
    assert "\t" not in text.split("---")[1]


def test_a_diff_changes_nothing(agentpack, make) -> None:
    """`--diff` shows what `--fix` would do."""
    head = "name: a\ndescription: Use when: asked\n"
    out, _, text = fixed(agentpack, make, head, "--diff")
    assert "+description: 'Use when: asked'" in out
    assert text == f"---\n{head}{BODY}"


@pytest.mark.parametrize(
    "head",
    [
        'name: a\ndescription: "never closed\n',
        "words without a key\nname: a\ndescription: x: y\n",
    ],
)
def test_what_is_not_understood_is_left_alone(agentpack, make, head) -> None:
    """A mend that cannot be proven is not made; the finding stays."""
    out, _, text = fixed(agentpack, make, head, "--fix")
    assert text == f"---\n{head}{BODY}"
    assert "error" in out or "warning" in out


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("'Use when: asked'", "'Use when asked'"),
        ("tools: Read", "tools: Bash"),
        ("tools: Read\n", ""),
        ("Do: it.", "Do it."),
        ("'Use when: asked'", "Use when: asked"),
    ],
)
def test_a_mend_that_changes_what_is_said_is_refused(
    agentpack, make, monkeypatch, old, new
) -> None:
    """Another value, a lost key, another body, no YAML: whatever a fix returns is proven first."""
    strict, keys = fix.FIXES["not-strict-yaml"]

    def wrong(page: Page) -> str:
        text = strict(page)
        assert text is not None
        assert old in text
        return text.replace(old, new)

    monkeypatch.setitem(fix.FIXES, "not-strict-yaml", (wrong, keys))
    head = "name: a\ndescription: Use when: asked\ntools: Read\n"
    out, _, text = fixed(agentpack, make, head, "--fix")
    assert text == f"---\n{head}{BODY}"
    assert "not-strict-yaml" in out
