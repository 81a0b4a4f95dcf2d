"""Bad input: one clear line on standard error, exit code 2, nothing written."""

from __future__ import annotations

from pathlib import Path

import pytest

from agentpack.cli import COMMANDS


def tree(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*"))


def only_line(result: tuple[int, str, str]) -> str:
    code, out, err = result
    assert (code, out) == (2, ""), err
    assert err.startswith("agentpack: ")
    assert err.count("\n") == 1
    return err


@pytest.mark.parametrize(
    "command", ["init", "install", "update", "status", "diff", "list", "uninstall", "verify"]
)
def test_a_path_that_is_no_directory(agentpack, tmp_path, command) -> None:
    """Every command says so in the same words."""
    assert "not a directory" in only_line(agentpack(command, tmp_path / "nowhere"))
    (tmp_path / "file").write_text("x")
    assert "not a directory" in only_line(agentpack(command, tmp_path / "file"))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["instal"], "did you mean 'install'?"),
        (["xyzzy"], "see: agentpack --help"),
        (["install", "--agnet", "x"], "see: agentpack install --help"),
        (["install", ".", "--format", "xml"], "invalid choice"),
        (
            ["install", ".", "--agent", "fastapi-backend-agnet"],
            "did you mean 'fastapi-backend-agent'?",
        ),
        (["install", ".", "--skill", "xyzzy"], "no skill 'xyzzy' in the pack; the pack has "),
        (["install", ".", "--from", "nowhere"], "nowhere: no such folder to install from"),
        (["install", ".", "--from", "."], "no agents and no skills to install; name a folder"),
        (["uninstall", "."], "nothing is installed here"),
        (["update", "."], "nothing is installed here"),
        (["diff", "."], "nothing is installed here"),
        (["show", "x", "."], "nothing is installed here"),
        (["accept"], "no file is named"),
        (["resolve"], "no file is named"),
        (["accept", "nowhere.md"], "is in no project where agentpack installed anything"),
        (["verify", ".", "--client", "/bin/ls"], "is not Claude Code"),
    ],
)
def test_a_slip_in_the_command_line(agentpack, tmp_path, monkeypatch, arguments, words) -> None:
    """The line says what was wrong, and what was probably meant."""
    monkeypatch.chdir(tmp_path)
    assert words in only_line(agentpack(*arguments))
    assert tree(tmp_path) == []


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"pyproject.toml": "[project\n"}, "pyproject.toml:1: "),
        ({"pyproject.toml": "[project]\nname = 'x'\n\nname = 'y'\n"}, "pyproject.toml:4: "),
        ({"agentpack.toml": "[facts]\nprot = 1\n"}, "agentpack.toml:2: "),
        ({".claude": "a file"}, ".claude: is a file, not a folder"),
        ({".claude/agents": "a file"}, "agents"),
        ({".claude/.agentpack/lock.json": "{"}, "the ledger cannot be read"),
        ({".claude/.agentpack/lock.json": '{"schema": 99}'}, "written by another version"),
        ({".claude/.agentpack/lock.json": '{"schema": 1}'}, "the ledger is damaged"),
    ],
)
def test_a_project_that_cannot_be_read(agentpack, make, files, words) -> None:
    """The file is named, with its line where it has one, and nothing is written."""
    root = make(files)
    before = tree(root)
    assert words in only_line(agentpack("install", root))
    assert tree(root) == before


def test_a_symlink_on_the_way_is_refused(agentpack, make, tmp_path) -> None:
    """An install does not follow a link out of the project."""
    root, elsewhere = make({}), tmp_path / "elsewhere"
    elsewhere.mkdir()
    (root / ".claude").mkdir()
    (root / ".claude/skills").symlink_to(elsewhere)
    assert "is a symbolic link" in only_line(agentpack("install", root))
    assert tree(elsewhere) == []


def test_a_bug_of_ours_is_told_apart(agentpack, monkeypatch, tmp_path) -> None:
    """Exit code 3, with the traceback that a report needs."""

    def broken(root: Path) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("agentpack.cli.status.ledger", broken)
    code, _, err = agentpack("status", tmp_path)
    assert code == 3
    assert "ZeroDivisionError" in err
    assert "a bug in agentpack" in err


def test_an_interrupt_has_its_own_code(agentpack, monkeypatch, tmp_path) -> None:
    """130, as shells have it, and no traceback."""

    def interrupted(root: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("agentpack.cli.status.ledger", interrupted)
    assert agentpack("status", tmp_path) == (130, "", "")


def test_help_and_version(agentpack) -> None:
    """Asked for, help is clean; without a command it is exit 2."""
    assert agentpack("--version")[0] == 0
    code, out, _ = agentpack("--help")
    assert code == 0
    assert all(command in out for command in COMMANDS)
    assert agentpack()[0] == 2
    for command in COMMANDS:
        with pytest.raises(SystemExit, match="0"):
            agentpack(command, "--help")
