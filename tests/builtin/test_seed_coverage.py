"""docs/seed-coverage.md names only files, headings and settings that the pack has."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
BUILTIN = ROOT / "src" / "agentpack" / "builtin"
PAGE = ROOT / "docs" / "seed-coverage.md"
AGENTS = ("fastapi-backend-developer", "backend-api-agent", "fastapi-backend-agent")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a first text, and the (file, heading) places where it lives now."""

    agent: str
    number: int
    quote: str
    places: tuple[tuple[str, str], ...]


def rows_of(text: str) -> list[Row]:
    """Read the tables of the page; a heading without a file is the agent's own."""
    found, agent, own = [], "", ""
    for line in text.splitlines():
        if line.startswith("## "):
            agent, own = line.removeprefix("## "), ""
        elif named := re.fullmatch(r"A heading without a file is one of `(.+)`\.", line):
            own = named[1]
        elif re.match(r"\| \d", line):
            number, quote, lives, _ = (cell.strip() for cell in line.strip("|").split("|"))
            places = []
            for place in lives.split("<br>"):
                file, _, heading = place.partition("§")
                places.append((file.strip().strip("`") or own, heading.strip()))
            found.append(Row(agent, int(number), quote, tuple(places)))
    return found


def headings_of(text: str) -> set[str]:
    """Headings outside fenced blocks."""
    prose = re.sub(r"(?ms)^```.*?^```$", "", text)
    return set(re.findall(r"(?m)^#+ (.+)$", prose))


def settings_of(text: str) -> set[str]:
    """Keys of the frontmatter that have a value."""
    return {key for key, value in yaml.safe_load(text.split("---\n")[1]).items() if value}


def missing(rows: list[Row], builtin: Path) -> list[str]:
    """Places that the pack does not have, each with its row."""
    lost = []
    for row in rows:
        for file, heading in row.places:
            path = builtin / file
            if not file or not path.is_file():
                lost.append(f"{row.agent} {row.number}: no file {file!r}")
                continue
            text = path.read_text("utf-8")
            if setting := re.fullmatch(r"frontmatter `(\w+)`", heading):
                there = setting[1] in settings_of(text)
            elif heading == "opening":
                there = bool(re.search(r"(?s)\A---\n.*?\n---\n\s*[^#\s]", text))
            else:
                there = heading in headings_of(text) or (not heading and path.suffix == ".sh")
            if not there:
                lost.append(f"{row.agent} {row.number}: {file} has no {heading!r}")
    return lost


def test_every_named_place_exists() -> None:
    """Each file, heading and setting that the page names is in the pack."""
    assert missing(rows_of(PAGE.read_text("utf-8")), BUILTIN) == []


def test_rows_are_complete_and_unambiguous() -> None:
    """All three agents are there, rows numbered without a gap and no quotation twice."""
    rows = rows_of(PAGE.read_text("utf-8"))
    assert len(rows) > 100
    assert tuple(dict.fromkeys(row.agent for row in rows)) == AGENTS
    for agent in AGENTS:
        own = [row for row in rows if row.agent == agent]
        assert [row.number for row in own] == list(range(1, len(own) + 1))
        assert len({row.quote for row in own}) == len(own)
        assert all(row.quote and row.places for row in own)


def test_a_lost_place_is_told(tmp_path: Path) -> None:
    """A file, heading or setting that is not there is reported with its row."""
    (tmp_path / "a.md").write_text(
        "---\nname: a\nskills:\n---\n\n```text\n# Shown\n```\n\n# Real\n"
    )
    page = """\
## one

A heading without a file is one of `a.md`.

| 1 | fine | § Real<br>§ frontmatter `name` | |
| 2 | only in a block | § Shown | |
| 3 | empty setting | § frontmatter `skills` | |
| 4 | no such file | `b.md` § Real | |
| 5 | no heading | `a.md` | |
"""
    lost = missing(rows_of(page), tmp_path)
    assert [line.split(":")[0] for line in lost] == ["one 2", "one 3", "one 4", "one 5"]
