"""Lists of tools that widen what an agent may do, beside the examples of the manuals."""

from __future__ import annotations

import pytest

PATH = ".claude/agents/a.md"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("---\nname: a\ndescription: |\n  One.\n  tools: Read\n---\nBody\n", 5),
        ("---\nname: a\ndescription: |\n  One.\n  ---\n  Two.\ntools: Read\n---\nBody\n", 7),
        ("---\nname: a\ndescription: x --- y\ntools:\n  - Read\n---\nBody\n", 4),
    ],
    ids=["swallowed by a block", "behind a fence in a block", "a list behind a fence in a line"],
)
def test_a_list_that_is_not_read_is_found_where_it_stands(find, text, line) -> None:
    """The place is the list's own, whatever ended the frontmatter before it."""
    assert [hit.split(": ")[0] for hit in find("lost-tools", {PATH: text})] == [f"{PATH}:{line}"]


@pytest.mark.parametrize("body", ["The tools: Read and Write.", "```yaml\ntools: Read\n```", "---"])
def test_a_body_that_speaks_of_tools_is_no_lost_list(find, agent, body) -> None:
    """Only a list in a lost part of the frontmatter counts."""
    assert find("lost-tools", {PATH: agent("model: opus", body)}) == []


@pytest.mark.parametrize(
    ("keys", "number"),
    [
        ("tool: Read", 1),
        ("allowedTools: Read", 1),
        ("allowed_tools: Read", 1),
        ("disallowed-tools: Bash", 1),
        ("tools: Read\ntoolbox: x", 0),
        ("tools: Read\ndisallowedTools: Bash", 0),
        ("allowed-tools: Read", 0),
    ],
)
def test_spellings_of_tools(find, agent, keys, number) -> None:
    """What the client does not know is told; what it knows, or another rule tells, is not."""
    assert len(find("misspelt-tools", {PATH: agent(keys)})) == number


@pytest.mark.parametrize(
    ("tools", "number"),
    [("read, bash", 1), ("LS", 1), ("Foo", 1), ("mcp__a__b", 0), ("Foo, Read", 0), ("Task", 0)],
)
def test_tools_that_no_client_knows(find, agent, tools, number) -> None:
    """One known tool is enough, and the tools of MCP servers may be known."""
    assert len(find("only-unknown-tools", {PATH: agent(f"tools: {tools}")})) == number


@pytest.mark.parametrize(
    ("keys", "number"),
    [
        ("tools: Bash(git:*)", 1),
        ("disallowedTools: Bash(rm:*)", 1),
        ("tools: Bash(*)", 0),
        ("tools: Agent(worker)", 0),
    ],
)
def test_brackets(find, agent, keys, number) -> None:
    """Brackets that leave all of a tool, and those that the client keeps to, are right."""
    assert len(find("brackets-in-tools", {PATH: agent(keys)})) == number


@pytest.mark.parametrize(
    ("granted", "number"),
    [("Bash", 1), ("Bash(*)", 1), ("Bash(rm:*)", 1), ("Bash(git log:*)", 0), ("Read", 0)],
)
def test_broad_shells(find, skill, granted, number) -> None:
    """A shell without bounds, or with bounds that are none, is broad."""
    files = {".claude/skills/s/SKILL.md": skill("Work.", f"allowed-tools: {granted}")}
    assert len(find("broad-bash", files)) == number


def test_a_project_may_give_its_agents_a_mode(find, agent) -> None:
    """The keys that a plugin's agent may not have are followed in a project."""
    assert find("ignored-in-plugin", {PATH: agent("permissionMode: plan")}) == []
