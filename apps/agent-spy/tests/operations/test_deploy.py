"""Examples for operators name commands, settings, files and times that there are."""

from __future__ import annotations

import argparse
import re
import shlex
from pathlib import Path

import pytest
import yaml

from agent_spy import cli
from agent_spy.commands import serve
from agent_spy.settings import Settings

APP = Path(__file__).resolve().parents[2]
DEPLOY = APP / "deploy"
GUIDE = (APP / "docs" / "operating.md").read_text("utf-8")
SETTINGS = {name.upper() for name in Settings.model_fields}
OTHERS = {"POSTGRES_PASSWORD", "POSTGRES_USER", "POSTGRES_DB", "FORWARDED_ALLOW_IPS"}


def unit():
    """The unit's directives; some are told more than once."""
    found = {}
    for line in (DEPLOY / "agent-spy.service").read_text("utf-8").splitlines():
        if "=" in line and not line.startswith("#"):
            name, _, value = line.partition("=")
            found.setdefault(name, []).append(value)
    return found


def compose():
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))["services"]


@pytest.fixture
def understood(monkeypatch):
    """What the real parser makes of a command's words, without running it."""

    def parse(words):
        seen = []
        real = argparse.ArgumentParser.parse_args

        def stop(parser, *_):
            seen.append(real(parser, words))
            raise InterruptedError

        monkeypatch.setattr(argparse.ArgumentParser, "parse_args", stop)
        with pytest.raises(InterruptedError):
            cli.main()
        monkeypatch.undo()
        return seen[0]

    return parse


def checked(name, value, monkeypatch):
    """A setting of this name takes this value."""
    assert name in SETTINGS, name
    monkeypatch.setenv(name, value)
    assert Settings()


def test_the_unit_starts_what_there_is(understood, monkeypatch):
    """Its command is one of ours, and so are its settings."""
    directives = unit()
    (command,) = directives["ExecStart"]
    program, *words = shlex.split(command)
    assert program.endswith("/bin/agent-spy")
    assert understood(words).run is serve._run
    for pair in directives["Environment"]:
        checked(*pair.split("=", 1), monkeypatch)
    folder = f"/var/lib/{directives['StateDirectory'][0]}"
    assert directives["WorkingDirectory"] == [folder]
    assert any(f"{folder}/" in pair for pair in directives["Environment"])
    assert f"useradd --system --home-dir {folder} " in GUIDE
    assert f" {directives['User'][0]}\n" in GUIDE


def test_services_are_given_the_time_to_drain():
    """Neither systemd nor compose kills a server that is still answering."""
    assert int(unit()["TimeoutStopSec"][0]) > serve.DRAIN_SECONDS
    grace = compose()["agent-spy"]["stop_grace_period"]
    assert int(grace.removesuffix("s")) > serve.DRAIN_SECONDS
    assert f"for up to {serve.DRAIN_SECONDS} seconds" in GUIDE
    assert f"the server waits {serve._IDLE_SECONDS}" in GUIDE


def test_compose_runs_what_there_is(understood, monkeypatch):
    """Command, settings, port and health of the container are the server's."""
    spy = compose()["agent-spy"]
    assert understood(spy["command"][1:]).workers == 2
    for name, value in spy["environment"].items():
        checked(name, re.sub(r"\$\{\w+:\?[^}]*\}", "word", value), monkeypatch)
    assert Settings().require_auth
    assert spy["ports"] == [f"127.0.0.1:8000:{Settings().port}"]
    assert any("/health'" in word for word in spy["healthcheck"]["test"])
    assert set(compose()["postgres"]["environment"]) <= OTHERS
    assert (DEPLOY / spy["build"]["context"] / spy["build"]["dockerfile"]).is_file()


def test_the_image_copies_what_there_is(understood, monkeypatch):
    """Files, settings and the command of the Dockerfile."""
    text = (DEPLOY / "Dockerfile").read_text("utf-8")
    lines = re.findall(r"^COPY (.+) \S+$", text, re.MULTILINE)
    copied = [word for line in lines for word in line.split()]
    assert copied
    assert all((APP / name).exists() for name in copied)
    for name, value in re.findall(r"(\w+)=(\S+)", re.search(r"^ENV (.+)$", text, re.MULTILINE)[1]):
        checked(name, value, monkeypatch)
    command = yaml.safe_load(re.search(r"^CMD (.+)$", text, re.MULTILINE)[1])
    assert understood(command[1:]).run is serve._run


def test_the_guide_names_every_setting_and_no_other():
    """Its table is complete, and what looks like a variable is one."""
    table = GUIDE.split("## Settings")[1].split("\n## ")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    assert {name for row in rows for name in re.findall(r"`([A-Z_]+)`", row)} == SETTINGS
    for name in re.findall(r"\b([A-Z]+(?:_[A-Z]+)+)\b", GUIDE):
        assert name in SETTINGS | OTHERS, name


def test_the_guide_runs_commands_that_there_are(understood):
    """Every `agent-spy …` of its examples is understood, and every file of ours is there."""
    commands = re.findall(
        r"(?:^|[ `/])agent-spy (backup|doctor|export|import|keys)([^`\n]*)", GUIDE
    )
    assert len(commands) >= 5
    for name, rest in commands:
        assert understood([name, *shlex.split(rest)])
    for file in re.findall(r"\]\(\.\./([^)#]+)", GUIDE):
        assert (APP / file).is_file(), file


def test_the_bound_of_the_proxy_is_the_servers():
    """A proxy that takes less than `/info` tells would refuse what SDKs send."""
    assert f"client_max_body_size {Settings().max_trace_size_mb}m;" in GUIDE
