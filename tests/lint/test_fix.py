"""What `lint --fix` mends, and what it leaves alone because it cannot be sure."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from agentpack import document
from agentpack.client import verify
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
    strict = fix.LAYOUTS["not-strict-yaml"]

    def wrong(page: Page) -> str:
        text = strict(page)
        assert text is not None
        assert old in text
        return text.replace(old, new)

    monkeypatch.setitem(fix.LAYOUTS, "not-strict-yaml", wrong)
    head = "name: a\ndescription: Use when: asked\ntools: Read\n"
    out, _, text = fixed(agentpack, make, head, "--fix")
    assert text == f"---\n{head}{BODY}"
    assert "not-strict-yaml" in out


def test_a_colour_in_capitals_is_mended_safely(agentpack, make) -> None:
    """`Blue` can only mean `blue`."""
    head = "name: a\ndescription: what\ncolor: Blue\n"
    out, _, text = fixed(agentpack, make, head, "--fix")
    assert text == f"---\n{head.replace('Blue', 'blue')}{BODY}"
    assert "unsafe" not in out


GUESSED = {
    "color: gren": "color: green",
    "color: 'purpel'": "color: 'purple'",
    "model: Sonnet 4.5": "model: sonnet",
    "model: opsu": "model: opus",
    "tools: Read, WebSerch": "tools: Read, WebSearch",
    'tools: ["Read", "bash"]': 'tools: ["Read", "Bash"]',
    "tools:\n  - Read\n  - NotebokEdit\n  - glob": "tools:\n  - Read\n  - NotebookEdit\n  - Glob",
}


@pytest.mark.parametrize("written", GUESSED)
def test_a_guess_is_made_only_when_it_is_asked_for(agentpack, make, written) -> None:
    """`--fix` leaves it and says that there is one; `--diff` shows it; both options make it."""
    head = f"name: a\ndescription: what\n{written}\n"
    meant = f"---\nname: a\ndescription: what\n{GUESSED[written]}\n{BODY}"
    out, _, text = fixed(agentpack, make, head, "--fix")
    assert text == f"---\n{head}{BODY}"
    assert "with --unsafe-fixes: look at each." in out
    out, _, text = fixed(agentpack, make, head, "--diff", "--unsafe-fixes")
    assert text == f"---\n{head}{BODY}"
    assert f"+{GUESSED[written].splitlines()[-1]}\n" in out
    out, file, text = fixed(agentpack, make, head, "--fix", "--unsafe-fixes")
    assert text == meant
    assert agentpack("lint", file.parents[2], "--fix")[1].endswith("Nothing found.\n")


def test_a_skill_is_called_by_its_folder(agentpack, make) -> None:
    """A name that is not the folder's becomes that, if the rule is asked for and the guess too."""
    root = make({".claude/skills/basket/SKILL.md": "---\nname: cart\ndescription: x\n---\nKeep.\n"})
    options = ("--select", "name-not-folder", "--fix", "--unsafe-fixes")
    assert agentpack("lint", root, *options)[0] == 0
    text = (root / ".claude/skills/basket/SKILL.md").read_text()
    assert text == "---\nname: basket\ndescription: x\n---\nKeep.\n"


@pytest.mark.parametrize("written", ["tools: Read, codebase", "color: mauve", "model: gpt-9"])
def test_what_is_near_to_nothing_is_left(agentpack, make, written) -> None:
    """No guess is made where none is likely."""
    head = f"name: a\ndescription: what\n{written}\n"
    out, _, text = fixed(agentpack, make, head, "--fix", "--unsafe-fixes")
    assert text == f"---\n{head}{BODY}"
    assert "1 error" in out or "1 warning" in out


def test_a_guess_needs_to_be_shown_or_made(agentpack, make) -> None:
    """`--unsafe-fixes` alone would do nothing, and is refused."""
    root = make({".claude/agents/a.md": f"---\nname: a\ndescription: what\n{BODY}"})
    assert agentpack("lint", root, "--unsafe-fixes")[0] == 2


def test_the_client_confirms_the_guesses(agentpack, make, claude) -> None:
    """What was passed over before reaches the agent afterwards: its tools and its model."""
    head = "name: a\ndescription: what\ntools: Read, bash, WebSerch\nmodel: Haiku 4.5\n"
    root = make({".claude/agents/a.md": f"---\n{head}{BODY}"})
    before = verify(root, claude).agents[0]
    assert (before.tools, before.model) == (("Read",), "Haiku 4.5")
    agentpack("lint", root, "--fix", "--unsafe-fixes")
    after = verify(root, claude).agents[0]
    assert set(after.tools) == {"Read", "Bash", "WebSearch"}
    assert after.model.startswith("claude-haiku")
    assert (after.description, after.body_matches) == ("what", True)
