"""The OpenAPI document tells all, and the real schemathesis finds nothing that differs from it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from agent_spy.app import create_app

KEY = "key-of-the-document"
HOOKS = Path(__file__).parent / "formats.py"


@pytest.fixture
def document(settings):
    return create_app(settings(require_auth=True)).openapi()


def operations(document):
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def test_every_answer_and_body_is_described(document):
    """Each operation has a description, a schema of what it answers, and one of what it takes."""
    found = dict(operations(document))
    assert len(found) > 40
    for name, operation in found.items():
        assert operation["description"], name
        for status, answer in operation["responses"].items():
            if status != "204":
                assert all(one["schema"] for one in answer["content"].values()), (name, status)
        takes = name.split()[0] in {"POST", "PATCH", "PUT"}
        assert takes == ("requestBody" in operation), name


def test_faults_are_described(document):
    """Whatever reads a value says how it refuses one; with keys on, that a key is missing."""
    for name, operation in operations(document):
        if "/health" in name:
            assert "security" not in operation
            continue
        assert operation["security"], name
        wanted = {"401", "503"} | ({"422"} if "parameters" in operation else set())
        wanted |= {"404"} if "{" in name else set()
        wanted |= {"408", "413", "422"} if "requestBody" in operation else set()
        assert wanted <= set(operation["responses"]), name


def test_without_keys_no_key_is_asked_for(settings):
    """The document of an open server has no security scheme."""
    document = create_app(settings()).openapi()
    assert "securitySchemes" not in document["components"]
    assert not [name for name, operation in operations(document) if "security" in operation]


def test_schemathesis_finds_nothing(server, tmp_path):
    """All its checks, on a real server with keys on, with a fixed seed and in bounded time."""
    with server(REQUIRE_AUTH="true", API_KEYS=KEY) as spy:
        headers = {"x-api-key": KEY}
        (tmp_path / "openapi.json").write_bytes(
            spy.request("GET", "/openapi.json", headers=headers)[2]
        )
        done = subprocess.run(
            [
                Path(sys.executable).parent / "schemathesis", "run", tmp_path / "openapi.json",
                "--url", spy.url, "--header", f"x-api-key: {KEY}", "--checks", "all",
                "--phases", "coverage,fuzzing", "--max-examples", "2", "--seed", "6",
                "--max-time", "60", "--continue-on-failure", "--warnings", "off", "--no-color",
            ],
            env=os.environ | {"SCHEMATHESIS_HOOKS": str(HOOKS)},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=400,
            check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2_000:]
        assert "Tested: " in done.stdout
        info = json.loads(spy.request("GET", "/info", headers=headers)[2])
        assert info["version"]
