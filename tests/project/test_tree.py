"""The listing is bounded, stays inside the root and survives odd files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from agentpack.project.tree import Tree, is_aside, parents, under


def test_environments_caches_and_builds_are_not_listed(repo: Callable[..., Path]) -> None:
    """What a tool put there says nothing about the project."""
    root = repo(
        {
            "app.py": "",
            ".venv/lib/x.py": "",
            "node_modules/a/package.json": "{}",
            "my-env/pyvenv.cfg": "",
            "my-env/lib/y.py": "",
            "dist/z.py": "",
            ".github/workflows/ci.yml": "",
        }
    )
    assert Tree(root).files == ("app.py", ".github/workflows/ci.yml")


def test_a_link_out_of_the_root_is_not_followed(repo: Callable[..., Path], tmp_path: Path) -> None:
    """Neither a file nor a folder outside is read; a link to a file inside is a file."""
    root = repo({"in/app.py": "x", "out/secret.py": "y"}) / "in"
    (root / "file.py").symlink_to(tmp_path / "out" / "secret.py")
    (root / "folder").symlink_to(tmp_path / "out")
    (root / "loop").symlink_to(root)
    (root / "same.py").symlink_to(root / "app.py")
    (root / "dangling.py").symlink_to(root / "nowhere.py")
    assert Tree(root).files == ("app.py", "same.py")


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"x" * 1_000_001])
def test_a_file_that_is_no_text_has_none(repo: Callable[..., Path], content: bytes) -> None:
    """A file that is not UTF-8, or too large, is listed but has no text."""
    tree = Tree(repo({"a.py": content}))
    assert tree.files == ("a.py",)
    assert tree.text("a.py") is None


def test_a_text_is_read_without_its_mark_and_carriage_returns(repo: Callable[..., Path]) -> None:
    """Files written on Windows have the same lines as the others."""
    tree = Tree(repo({"README.md": b"\xef\xbb\xbf# Name\r\n\r\ntext\r\n"}))
    assert tree.lines("README.md") == ["# Name", "", "text", ""]


def test_files_are_found_by_name_in_any_case(repo: Callable[..., Path]) -> None:
    """`Makefile` and `makefile` are the same to the reader; the nearest comes first."""
    tree = Tree(repo({"sub/Makefile": "", "makefile": ""}))
    assert tree.named("MAKEFILE") == ["makefile", "sub/Makefile"]
    assert tree.listed("sub", "makefile") == ["sub/Makefile"]


@pytest.mark.parametrize(
    ("path", "aside"),
    [
        ("tests/app.py", True),
        ("pkg/test_main.py", True),
        ("docs_src/a.py", True),
        ("{{cookiecutter.slug}}/main.py", True),
        ("app/main.py", False),
        ("contest.py", False),
    ],
)
def test_examples_and_tests_are_told_apart(path: str, aside: bool) -> None:
    """Code beside the project is not the project's own."""
    assert is_aside(path) is aside


def test_folders_above_a_path_end_with_the_root() -> None:
    """The root is `.`, and everything lies in it."""
    assert list(parents("a/b/c.py")) == ["a/b", "a", "."]
    assert under("a/b", ".")
    assert under("a/b", "a")
    assert not under("ab/c", "a")
