"""Shell text is read down to the program that it runs."""

from __future__ import annotations

import pytest

from agentpack.project.shell import commands, expand, parse, split


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("cd api && uv run pytest; echo 'a; b' # done", ["cd api", "uv run pytest", "echo 'a; b'"]),
        ("(cd a && x) & wait", ["cd a", "x", "wait"]),
        ("x 2>&1 | tee log", ["x 2>&1", "tee log"]),
        ("run $(which a; b) c", ["run $(which a; b) c"]),
    ],
)
def test_a_line_is_split_into_commands(text: str, pieces: list[str]) -> None:
    """Quotes and substitutions hold together what belongs together."""
    assert split(text) == pieces


@pytest.mark.parametrize(
    ("text", "program", "runner"),
    [
        ("A=1 uv run --env-file .env uvicorn a:b", "uvicorn", "uv"),
        ("poetry run python -m pytest -q", "pytest", "poetry"),
        ("./.venv/bin/uvicorn a:b", "uvicorn", ""),
        ("docker compose exec -T web ruff check .", "ruff", ""),
        ("exec gunicorn a:b", "gunicorn", ""),
        ("python -m app.main", "python", ""),
    ],
)
def test_a_command_is_read_down_to_its_program(text: str, program: str, runner: str) -> None:
    """Variables, runners and wrappers are passed over, the runner is remembered."""
    command = parse(text)
    assert (command.program, command.runner) == (program, runner)


@pytest.mark.parametrize(
    ("text", "port"),
    [
        ("uvicorn a:b --port 81", "81"),
        ("uvicorn a:b --port=82", "82"),
        ("gunicorn a:b -b 0.0.0.0:83", "83"),
        ("hypercorn a:b --bind localhost:84", "84"),
        ("gunicorn a:b -b unix:/tmp/s.sock", "/tmp/s.sock"),
        ("uvicorn a:b", None),
    ],
)
def test_a_port_is_read_however_it_is_written(text: str, port: str | None) -> None:
    """Each server has its own way to say it."""
    assert parse(text).port() == port


def test_commands_inside_other_shells_are_found() -> None:
    """`bash -c` and `concurrently` start what is inside their quotes."""
    found = commands("bash -c 'sleep 1; uvicorn a:b --reload' && echo x")
    assert [one.program for one in found if one.serves] == ["uvicorn"]
    assert any(one.program == "vite" for one in commands('concurrently "vite" "vite dev"'))


def test_known_variables_and_defaults_are_put_in() -> None:
    """An unknown variable stays as it is written."""
    assert expand("${A:-1} $(B) {{C}} $D ${E}", {"B": "2", "C": "3", "D": "4"}) == "1 2 3 4 ${E}"
