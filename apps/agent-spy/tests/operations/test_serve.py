"""A server that cannot run says why in one line, and exits with 2."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

import pytest

from agent_spy.cli import main


@pytest.fixture
def serve(tmp_path, monkeypatch, capfd):
    """Runs `agent-spy serve` in this process where it cannot run; what it says."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    monkeypatch.chdir(tmp_path)

    def run(*words, **environment):
        url = {"DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path / 'spy.db'}", "PORT": "0"}
        for name, value in (url | environment).items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["agent-spy", "serve", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == 2
        return only_line(capfd.readouterr())

    yield run
    for number, handler in handlers.items():
        signal.signal(number, handler)


def only_line(said):
    assert said.out == ""
    (line,) = said.err.splitlines()
    assert line.startswith("agent-spy: ")
    return line


def test_a_taken_port_is_named(serve, tmp_path):
    """The address is told, and no database was made."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        told = serve("--port", port)
    assert told == f"agent-spy: cannot listen on 127.0.0.1, port {port}: Address already in use"
    assert not (tmp_path / "spy.db").exists()


def test_an_address_that_cannot_be_is_told(serve):
    """A name that nobody knows, a port that is none."""
    assert "cannot listen on no.such.host.invalid" in serve("--host", "no.such.host.invalid")
    assert "--port takes a number up to 65535" in serve("--port", "99999")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "many"),
        ("LOG_LEVEL", "LOUD"),
        ("LOG_FORMAT", "xml"),
        ("REQUIRE_AUTH", "perhaps"),
        ("API_KEYS", '["unclosed'),
        ("CORS_ORIGINS", "[1"),
        ("MAX_TRACE_SIZE_MB", "0"),
        ("REQUEST_TIMEOUT", "-1"),
        ("RETENTION_DAYS", "0"),
        ("DATABASE_URL", "mysql://user:hidden@host/x"),
        ("DATABASE_URL", "postgresql://user:hidden@host/x"),
        ("DATABASE_URL", "sqlite+aiosqlite://"),
        ("DATABASE_URL", "sqlite+aiosqlite:///:memory:"),
        ("DATABASE_URL", "hidden nonsense"),
    ],
)
def test_a_wrong_setting_is_named_and_its_value_is_not_shown(serve, name, value):
    """The variable's name and what it takes; it may hold a secret."""
    told = serve(**{name: value})
    assert told.startswith(f"agent-spy: setting {name}: ")
    assert "hidden" not in told


def test_several_wrong_settings_are_told_at_once(serve):
    """One mend is enough."""
    told = serve(PORT="x", LOG_FORMAT="y")
    assert "setting PORT: " in told
    assert "setting LOG_FORMAT: " in told


def test_a_database_that_cannot_be_opened_is_named(serve, tmp_path):
    """No folder, no database in the file, a server that does not answer; never a password."""
    nowhere = tmp_path / "none" / "spy.db"
    assert f"{nowhere}: unable to open" in serve(DATABASE_URL=f"sqlite+aiosqlite:///{nowhere}")
    (tmp_path / "text.db").write_text("this is no database" * 100)
    told = serve(DATABASE_URL=f"sqlite+aiosqlite:///{tmp_path / 'text.db'}")
    assert "text.db: file is not a database" in told
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    told = serve(DATABASE_URL=f"postgresql+asyncpg://user:hidden@127.0.0.1:{port}/x")
    assert f"127.0.0.1:{port}" in told
    assert "hidden" not in told


def test_a_folder_that_may_not_be_written_is_told(tmp_path):
    """Its file is named, in one line, and the exit code is 2."""
    folder = tmp_path / "closed"
    folder.mkdir()
    as_anybody = []
    if os.geteuid() == 0:
        # Root may write anywhere, unless that right of its is taken away.
        if not shutil.which("setpriv"):
            pytest.skip("root may write anywhere, and there is no setpriv to take that away")
        as_anybody = ["setpriv", "--bounding-set=-dac_override,-dac_read_search,-fowner"]
    folder.chmod(0o500)
    program = "from agent_spy.cli import main; main()"
    done = subprocess.run(
        [*as_anybody, sys.executable, "-c", program, "serve", "--port", "0"],
        env=os.environ | {"DATABASE_URL": f"sqlite+aiosqlite:///{folder}/spy.db"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    (line,) = done.stderr.splitlines()
    assert line == f"agent-spy: the database {folder}/spy.db: unable to open database file"


def test_a_database_of_a_newer_server_is_left_alone(serve, server, tmp_path):
    """Its revision is told and what is known here; not a byte of it changes."""
    spy = server().start()
    spy.stop()
    with closing(sqlite3.connect(tmp_path / "spy.db")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    before = (tmp_path / "spy.db").read_bytes()
    told = serve()
    assert "its tables are at 9999, this server knows them up to 0" in told
    assert (tmp_path / "spy.db").read_bytes() == before


def test_several_processes_want_postgresql(serve):
    """SQLite has one writer; no process is not a number of them."""
    assert "SQLite has one writer" in serve("--workers", "2")
    assert "from 1 on" in serve("--workers", "0")


def test_a_database_that_takes_connections_and_says_nothing(serve):
    """It is given up within seconds, in one line."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql+asyncpg://u:p@127.0.0.1:{silent.getsockname()[1]}/spy"
        start = time.monotonic()
        told = serve(DATABASE_URL=url)
        assert "/spy: it does not answer" in told
        assert time.monotonic() - start < 45
