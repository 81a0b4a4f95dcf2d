"""`pack.toml`: what it must say, the closure of what is asked for, errors at their line."""

from __future__ import annotations

import pytest

from agentpack import pack as packs
from agentpack.errors import AgentpackError

GOOD = """\
[pack]
name = "made"
version = "1.2.3"

[agents.reviewer]
version = "1.0.0"
skills = ["style"]

[agents.loner]
version = "1.0.0"

[skills.style]
version = "2.0.0"

[skills.other]
version = "1.0.0"
"""
FILES = {
    "agents/reviewer.md": "r",
    "agents/loner.md": "l",
    "skills/style/SKILL.md": "s",
    "skills/style/references/more.md": "m",
    "skills/other/SKILL.md": "o",
}


def test_an_agent_brings_the_skills_it_needs(make) -> None:
    """The closure of one agent is the agent and its skills, with all their files."""
    pack = packs.load(make({"pack.toml": GOOD, **FILES}))
    closure = pack.closure(["reviewer"], [])
    assert [(component.name, component.version) for component in closure] == [
        ("reviewer", "1.0.0"),
        ("style", "2.0.0"),
    ]
    assert [file.target for component in closure for file in component.files] == [
        "agents/reviewer.md",
        "skills/style/SKILL.md",
        "skills/style/references/more.md",
    ]


def test_a_skill_brings_the_skills_it_points_to(make) -> None:
    """The closure goes on from skill to skill, in circles too."""
    manifest = GOOD.replace('version = "2.0.0"', 'version = "2.0.0"\nskills = ["other"]')
    manifest += 'skills = ["style"]\n'
    pack = packs.load(make({"pack.toml": manifest, **FILES}))
    assert [component.name for component in pack.closure(["reviewer"], [])] == [
        "reviewer",
        "style",
        "other",
    ]


def test_an_unknown_name_is_told_with_the_nearest(make) -> None:
    """A slip of the finger is answered by what was meant."""
    pack = packs.load(make({"pack.toml": GOOD, **FILES}))
    with pytest.raises(AgentpackError, match=r"no agent 'reviewr'.*did you mean 'reviewer'"):
        pack.closure(["reviewr"], [])


@pytest.mark.parametrize(
    ("old", "new", "message", "line"),
    [
        ('skills = ["style"]', 'skills = ["stile"]', "needs a skill 'stile'", 7),
        ('name = "made"', "name = 1", "'name' must be text", 2),
        ("[agents.loner]", "[agents.Loner]", "'Loner' is no name", 9),
        ("[agents.loner]", "[agents.missing]", "has no file agents/missing.md", 9),
        ("[skills.other]", "[skills.nowhere]", "has no file SKILL.md", 15),
        ('version = "2.0.0"', 'version = "2.0.0"\ncolor = "red"', "unknown key 'color'", 14),
        ("[pack]", "[pack", "cannot be read", None),
    ],
)
def test_a_fault_in_the_manifest_names_its_line(make, old, new, message, line) -> None:
    """What is wrong with a pack is told where it stands in `pack.toml`."""
    root = make({"pack.toml": GOOD.replace(old, new), **FILES})
    with pytest.raises(AgentpackError) as caught:
        packs.load(root)
    assert message in str(caught.value)
    assert caught.value.line == line
    assert str(caught.value.path).endswith("pack.toml")


def test_a_folder_without_agents_and_skills_is_no_pack(make) -> None:
    """The error says what to name instead."""
    with pytest.raises(AgentpackError, match=r"no agents and no skills to install; name a folder"):
        packs.load(make({"README.md": "x"}))
