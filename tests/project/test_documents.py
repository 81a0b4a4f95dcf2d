"""Every key has its line; a broken file that matters stops detection with its place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from agentpack.errors import AgentpackError
from agentpack.project import detect
from agentpack.project.documents import line, mapping, read_json, read_toml, read_yaml, sequence
from agentpack.project.tree import Tree


def test_toml_keys_have_their_lines(repo: Callable[..., Path]) -> None:
    """Headers, dotted keys, items of lists and text that looks like a key are kept apart."""
    text = '[a]\nb = """\nc = 1\n"""\nc = 2\n[d."e.f"]\ng.h = [\n  "one",\n  "two",\n]\n'
    table = read_toml(Tree(repo({"x.toml": text})), "x.toml")
    assert table is not None
    assert table.line("a", "c") == 5
    assert table.line("d", "e.f", "g", "h") == 7
    assert table.line_of("two", "d", "e.f", "g", "h") == 9
    assert table.source("a", "nothing") == "x.toml:1"


def test_json_keys_have_their_lines(repo: Callable[..., Path]) -> None:
    """The same key in two objects has two lines."""
    text = '{\n "a": {"name": 1},\n "b": [{"name": 2}],\n "scripts": {\n  "name": "x"\n }\n}\n'
    table = read_json(Tree(repo({"p.json": text})), "p.json")
    assert table is not None
    assert table.line("scripts", "name") == 5
    assert table.line("a", "name") == 2


def test_yaml_nodes_have_their_lines_and_merge(repo: Callable[..., Path]) -> None:
    """An alias is what it stands for, on the line where that is written."""
    text = "base: &base\n  image: x\none:\n  <<: *base\n  ports:\n    - 1\n    - 2\n"
    top = mapping(read_yaml(Tree(repo({"c.yml": text})), "c.yml"))
    one = mapping(top["one"])
    assert line(one["image"]) == 2
    assert [line(item) for item in sequence(one["ports"])] == [6, 7]


@pytest.mark.parametrize("name", ["pyproject.toml", "agentpack.toml"])
@pytest.mark.parametrize(
    ("content", "place"), [("a = 1\nb = = 2\n", ":2:"), (b"a = '\xff'\n", ":")]
)
def test_a_broken_manifest_stops_detection(
    repo: Callable[..., Path], name: str, content: str | bytes, place: str
) -> None:
    """The error names the file, the line where there is one, and what to do."""
    with pytest.raises(AgentpackError) as caught:
        detect(repo({name: content}))
    assert str(caught.value).startswith(f"{name}{place}")
    assert caught.value.mend


def test_other_broken_files_are_passed_over(repo: Callable[..., Path]) -> None:
    """One unreadable file does not hide what the others say."""
    root = repo(
        {
            "requirements.txt": "fastapi\n",
            "main.py": "from fastapi import FastAPI\n\napp = FastAPI()\n",
            "broken.py": "from fastapi import FastAPI\ndef (:\n",
            "docker-compose.yml": "services: [\n",
            "package.json": "{",
            "Pipfile": "= =",
            "tests/fixtures/pyproject.toml": "= =",
        }
    )
    facts = detect(root)
    assert facts["app"].value == "main:app"
    assert facts["app"].source == "main.py:3"


def test_a_root_that_is_no_folder_is_refused(tmp_path: Path) -> None:
    """A mistyped path is told, not taken for an empty project."""
    with pytest.raises(AgentpackError, match="not a directory"):
        detect(tmp_path / "nowhere")


def test_hostile_files_cost_little(repo: Callable[..., Path]) -> None:
    """Aliases that multiply, and code nested without end, neither crash nor stall."""
    bomb = "a0: &a0 {ports: [1]}\n" + "".join(
        f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 60)}]}}\n" for n in range(1, 12)
    )
    chain = "".join(f"elif x == {n}:\n    pass\n" for n in range(900))
    root = repo(
        {
            "requirements.txt": "fastapi\n",
            "docker-compose.yml": bomb + "services:\n  web: *a11\n",
            "main.py": "from fastapi import FastAPI\nx = 0\nif x:\n    pass\n"
            + chain
            + "app = FastAPI()\n",
            "deep.py": "FastAPI" + "(" * 5000,
            "Makefile": "dev:\n\t" + "bash -c '" * 300 + "\n",
        }
    )
    assert detect(root)["app"].value == "main:app"
