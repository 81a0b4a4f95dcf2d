"""`agentpack prove`: what it says before it runs code, its exit codes, its JSON."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from agentpack.cli import main

PAGE = "---\nname: x\ndescription: y\n---\n"


@pytest.fixture
def pack(tmp_path: Path):
    def make(text: str) -> str:
        page = tmp_path / "pack/.claude/skills/x/SKILL.md"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(PAGE + text, "utf-8")
        return str(tmp_path / "pack")

    return make


def test_exit_codes(pack, capsys) -> None:
    """0: nothing is broken; 1: something is, or with --strict cannot be shown; 2: cannot run."""
    assert main(["prove", pack("```python\nx = 1\n```\n")]) == 0
    assert main(["prove", pack("```python\nprint(settings)\n```\n")]) == 0
    assert main(["prove", pack("```python\nprint(settings)\n```\n"), "--strict"]) == 1
    assert main(["prove", pack("```python\n1 / 0\n```\n")]) == 1
    assert "SKILL.md:6  broken  ZeroDivisionError: division by zero" in capsys.readouterr().out
    for wrong in (["/no/such/folder"], [pack(""), "--select", "y"], [pack(""), "--python", "/no"]):
        assert main(["prove", *wrong]) == 2
    assert "mend" not in capsys.readouterr().out


def test_it_says_that_it_runs_code(pack, capsys) -> None:
    """Before anything runs, on standard error, so that JSON stays JSON."""
    assert main(["prove", pack("```json\n{}\n```\n"), "--format", "json"]) == 0
    told = capsys.readouterr()
    assert "runs the code in the pages of" in told.err
    assert json.loads(told.out)["summary"] == {"json": {"runs": 1}}


def test_a_pack_from_elsewhere_needs_a_yes(pack, tmp_path, capsys) -> None:
    """A repository's code is not run unless it is asked for by name."""
    ran = tmp_path / "ran"
    folder = pack(f"```python\nopen({str(ran)!r}, 'w')\n```\n")
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "x"]):
        identity = ["-c", "user.name=x", "-c", "user.email=x@y"]
        subprocess.run(["git", *identity, "-C", folder, *words], check=True)
    address = f"file://{folder}"
    assert main(["prove", address, "--trust"]) == 2
    assert "give --yes" in capsys.readouterr().err
    assert not ran.exists()
    assert main(["prove", address, "--trust", "--yes"]) == 0
    assert ran.exists()


def test_json(pack, capsys) -> None:
    """The documented shape."""
    text = "```python\nprint(settings)\n```\n\n```text\nx\n```\n"
    main(["prove", pack(text), "--format", "json"])
    told = json.loads(capsys.readouterr().out)
    first, second = told["blocks"]
    assert {key: first[key] for key in ("line", "language", "verdict", "fault")} == {
        "line": 5, "language": "python", "verdict": "fragment", "fault": 6,
    }  # fmt: skip
    assert first["path"].endswith(".claude/skills/x/SKILL.md")
    assert "'settings'" in first["reason"]
    assert second["verdict"] == "illustration"
    assert told["summary"] == {"python": {"fragment": 1}, "text": {"illustration": 1}}
    assert told["python"] == sys.executable


def test_another_interpreter_runs_the_samples(pack, tmp_path, capsys) -> None:
    """What it lacks is named by its distribution, and is not broken."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "bare"], check=True)
    folder = pack("```python\nimport yaml\n```\n")
    assert main(["prove", folder, "--python", str(tmp_path / "bare/bin/python")]) == 0
    assert "needs-part  pyyaml (import yaml)" in capsys.readouterr().out
