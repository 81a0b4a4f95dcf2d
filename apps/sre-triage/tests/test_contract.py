"""The OpenAPI document says what the app does: Schemathesis tries to show that it does not."""

from __future__ import annotations

import subprocess
import sys

CONFIGURATION = """
[[operations]]
include-path = "/incidents/{incident_id}/logs/{log_id}"
parameters = { "path.incident_id" = "%s", "path.log_id" = "%s" }

[[operations]]
include-path = "/incidents/{incident_id}/logs"
include-method = "POST"
# A file may hold any bytes: there is no content that it should refuse.
checks.negative_data_rejection.enabled = false

[[operations]]
include-method = "PATCH"
# A version that nobody has is a good header, and refused.
checks.positive_data_acceptance.expected-statuses = ["2xx", "404", "409", "412"]
"""


def test_schemathesis_finds_nothing(server, tmp_path) -> None:
    """Each check that it makes by itself, on every operation and on chains; the seed is fixed.

    It is run as a program: its plugin reaches into pytest's insides, and those change.
    """
    incident_id = server.report("Disk full")
    address = f"/incidents/{incident_id}/logs"
    log = server.client.post(address, files={"file": ("a.log", b"No space left")}).json()
    configuration = tmp_path / "schemathesis.toml"
    configuration.write_text(CONFIGURATION % (incident_id, log["id"]))
    command = ["-m", "schemathesis.cli", "--config-file", str(configuration), "run"]
    command += ["--max-examples", "5", "--seed", "7", "--no-color"]
    done = subprocess.run(
        [sys.executable, *command, f"{server.url}/openapi.json"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    operations = sum(map(len, server.client.get("/openapi.json").json()["paths"].values()))
    assert f"Tested: {operations}" in done.stdout
