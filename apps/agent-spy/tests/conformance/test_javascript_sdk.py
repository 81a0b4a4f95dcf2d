"""The real JavaScript SDK sends and reads; the Python SDK reads the same."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from .conftest import KEY

DRIVER = Path(__file__).with_name("drive.mjs")


@pytest.fixture(scope="session")
def javascript(tmp_path_factory):
    if not shutil.which("node") or not shutil.which("npm"):
        pytest.skip("node and npm are not here: the JavaScript SDK is not tested")
    folder = tmp_path_factory.mktemp("javascript")
    (folder / "package.json").write_text('{"private": true}')
    made = subprocess.run(
        ["npm", "install", "--silent", "--no-audit", "--no-fund", "langsmith"],
        cwd=folder, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    if made.returncode:
        pytest.skip(f"npm cannot install the JavaScript SDK: {made.stderr[-200:]}")
    shutil.copy(DRIVER, folder)
    return folder


@pytest.fixture
def drive(javascript, server, project):
    def run(case):
        done = subprocess.run(
            ["node", "drive.mjs", case, server, KEY, project],
            cwd=javascript, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-2000:]
        return json.loads(done.stdout.splitlines()[-1])

    return run


def test_nested_calls_read_back_as_the_same_tree(drive, stored):
    """A tree of JavaScript's calls is read back by both SDKs with its shape and its values."""
    found = drive("nested")
    leaves = [["leaf", []], ["leaf", []]]
    assert found["count"] == 7
    name, children = found["tree"]
    assert name.startswith("root ü 漢字")
    assert children == [["middle", leaves], ["middle", leaves]]
    assert set(found["statuses"]) == {"success"}
    runs = stored(7)
    assert sorted(run.outputs["twice"] for run in runs if run.name == "leaf") == [2, 4, 22, 24]
    (root,) = (run for run in runs if run.parent_run_id is None)
    assert root.metadata["thread_id"] == "js-thread"
    # It tells the start in microseconds, the end in milliseconds.
    assert all((run.end_time - run.start_time).total_seconds() > -0.001 for run in runs)


def test_failures_are_told(drive):
    """An error that was thrown is read back with its text."""
    found = drive("failing")
    assert found["status"] == "error"
    assert "no luck: ü" in found["error"]


def test_streams_keep_their_chunks_in_order(drive):
    """A generator's chunks are read back in order."""
    assert drive("streaming")["outputs"] == {"outputs": list(range(20))}


def test_bursts_lose_nothing(drive, stored):
    """450 runs at once all arrive, each once."""
    assert drive("many") == {"count": 450, "ids": 450}
    stored(450)


def test_single_requests_make_a_tree(drive):
    """Runs sent one by one, whose PATCH names the run in its address alone, are complete."""
    found = drive("single")
    assert found == {"count": 2, "tree": ["root", [["child", []]]], "outputs": {"d": 4}}


def test_attachments_come_back_whole(drive, stored, client):
    """A file sent as a chunked part, its length in its content type, comes back byte by byte."""
    found = drive("attachments")
    run = client.read_run(found["id"])
    picture = run.attachments["picture"]
    assert picture["mime_type"] == "image/png"
    assert picture["reader"].read() == bytes(n % 256 for n in range(100_000))


def test_feedback_is_kept_changed_and_deleted(drive):
    """Feedback of the JavaScript SDK is listed, changed and deleted."""
    found = drive("feedback")
    assert found == {"listed": [["correct", 0.5, "ü"]], "score": 1, "left": 0}


def test_the_second_version_and_shares_read_the_same(drive):
    """`client.runs.query` and `listSharedRuns` give what was sent."""
    found = drive("second")
    assert found["listed"] == [["inner", "LLM", "SUCCESS"], ["outer", "CHAIN", "SUCCESS"]]
    assert found["shared"] == ["inner", "outer"]
