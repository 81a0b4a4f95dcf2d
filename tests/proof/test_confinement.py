"""What a page's code may do, and what is kept from it."""

from __future__ import annotations

import subprocess
import uuid
from dataclasses import replace

import pytest

from agentpack.proof import sandbox

WHERE = "```python\nfrom pathlib import Path\nPath({path!r}).write_text('x')\n```\n"


def test_no_secret_is_inherited(proven, monkeypatch) -> None:
    """The environment is new, and the home is empty."""
    monkeypatch.setenv("MY_TOKEN", "hunter2")
    text = (
        "```python\nimport os\nfrom pathlib import Path\n"
        'assert "hunter2" not in os.environ.values()\n'
        "assert not list(Path.home().iterdir())\n```\n"
    )
    assert [one.verdict for one in proven(text).results] == ["runs"]


@pytest.fixture
def without_namespaces(monkeypatch) -> None:
    """A system that gives none, and a pack that is not trusted."""
    real = sandbox.work

    def unconfined(run, name, task, *, limits, **options):
        loose = replace(limits, confine=False)
        return real(run, name, {**task, "trusted": False}, limits=loose, **options)

    monkeypatch.setattr(sandbox, "work", unconfined)


OUTSIDE = (
    "```python\nimport socket\n"
    "try:\n    socket.create_connection(('192.0.2.1', 80), timeout=60)\n"
    "except OSError as error:\n    assert error.errno == 101, error\n"
    "else:\n    raise AssertionError('reached')\n```\n"
)


@pytest.mark.usefixtures("without_namespaces")
def test_without_namespaces_a_guard_keeps_sockets_here(proven) -> None:
    """Python's own sockets reach this machine only, and the report claims no more."""
    proof = proven(OUTSIDE)
    assert [one.verdict for one in proof.results] == ["runs"]
    assert proof.confinement == ()


@pytest.mark.usefixtures("without_namespaces")
def test_a_shell_without_a_network_of_its_own_is_not_run(proven) -> None:
    """What cannot be confined is not run, and says what it needs."""
    (one,) = proven("```bash\ntrue\n```\n").results
    assert (one.verdict, "network" in one.reason) == ("needs-part", True)


def test_the_network_ends_at_this_machine(proven) -> None:
    """Nothing outside is reached, where the report says so."""
    proof = proven(OUTSIDE)
    if "network" in proof.confinement:
        assert [one.verdict for one in proof.results] == ["runs"]


def test_loopback_works(proven) -> None:
    """A page may serve and ask itself."""
    text = (
        "```python\nimport socket\nlistener = socket.create_server(('127.0.0.1', 0))\n"
        "socket.create_connection(listener.getsockname()).close()\n```\n"
    )
    assert [one.verdict for one in proven(text).results] == ["runs"]


def test_the_disk_is_read_only(proven, tmp_path) -> None:
    """What the report says of the disk is so: nothing outside the folder is changed."""
    proof = proven(WHERE.format(path=str(tmp_path / "mine")))
    assert ("files" in proof.confinement) == (not (tmp_path / "mine").exists())


def test_nothing_that_a_page_started_is_left(proven) -> None:
    """A process in a session of its own ends with the page."""
    name = f"left-{uuid.uuid4().hex}"
    proof = proven(
        "```python\nimport subprocess, sys\n"
        f"wait = ['-c', 'import time; time.sleep(100)', '{name}']\n"
        "child = subprocess.Popen([sys.executable, *wait], start_new_session=True)\n```\n"
    )
    assert [one.verdict for one in proof.results] == ["runs"]
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True)
    assert ("processes" not in proof.confinement) or name not in listed.stdout
