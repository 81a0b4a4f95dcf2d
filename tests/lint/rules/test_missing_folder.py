"""A folder of references that is missing."""

from __future__ import annotations

PATH = ".claude/skills/a/SKILL.md"
TWO = "Read `references/one.md` and `references/two.md`, then [three](references/three.md)."


def test_a_missing_folder_is_told_once(find, skill) -> None:
    """However many of its files a page names, there is one finding, which counts them."""
    assert find("missing-file", {PATH: skill(TWO)}) == [
        f"{PATH}:5: there is no folder 'references', of which 3 files are named"
    ]


def test_missing_files_of_a_folder_that_is_there_are_told_one_by_one(find, skill) -> None:
    """Each is a path of its own to mend."""
    files = {PATH: skill(TWO), ".claude/skills/a/references/one.md": "# One\n"}
    told = {hit.split(": ")[1] for hit in find("missing-file", files)}
    assert told == {"there is no 'references/three.md'", "there is no 'references/two.md'"}


def test_one_missing_file_is_told_by_its_name(find, skill) -> None:
    """A folder of one file is not counted."""
    found = find("missing-file", {PATH: skill("Read `references/one.md`.")})
    assert found == [f"{PATH}:5: there is no 'references/one.md'"]
