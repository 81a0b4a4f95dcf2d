"""What argparse is spared is read as argparse reads it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from agentpack.cli import lint, parser, plain
from agentpack.errors import AgentpackError

WORDS = ("a", "b/c.md", "--spec", "--fix", "--diff", "--statistics", "--write-baseline")
AGENT = "---\nname: a\ndescription: Reviews code. Use when it is due.\n---\nReview it.\n"


@pytest.mark.parametrize("second", WORDS)
@pytest.mark.parametrize("first", WORDS)
@pytest.mark.parametrize("format_", [(), ("--format", "json"), ("--format", "github")])
def test_plain_arguments_are_what_argparse_makes_of_them(format_, first, second) -> None:
    """Paths, flags and a format are the same by the short way and by the long one."""
    given = [*format_, first, second]
    read = plain.parse(lint, given)
    assert read is not None
    assert vars(read) == vars(parser.parse("lint", "", lint, given))


@pytest.mark.parametrize(
    "given",
    [["-"], ["--", "a"], ["--select", "nul"], ["--format=json"], ["-x"], ["a", "--fix", "b"]],
)
def test_all_else_is_left_to_argparse(given) -> None:
    """What may be wrong, or means more than itself, is not guessed at."""
    assert plain.parse(lint, given) is None


@pytest.mark.parametrize("given", [["--format"], ["--format", "xml"], ["--no-such"]])
def test_errors_stay_one_line(given) -> None:
    """A wrong option is told as before, with where to look."""
    with pytest.raises(AgentpackError, match="see: agentpack lint --help"):
        parser.parse("lint", "", lint, given)


def test_a_short_lint_imports_little(make) -> None:
    """What takes long to import is not imported where nothing needs it."""
    root = make({".claude/agents/a.md": AGENT})
    code = (
        "import sys; from agentpack.cli import main; main(['lint', sys.argv[1]]); "
        "print(*{'argparse', 'dataclasses', 'inspect', 'json', 'typing', 'yaml'} & {*sys.modules})"
    )
    command = [sys.executable, "-S", "-c", code, str(root)]
    path = {"PYTHONPATH": ":".join(sys.path)}
    ran = subprocess.run(command, capture_output=True, text=True, check=True, env=path)
    assert ran.stdout == "Nothing found.\n\n"
