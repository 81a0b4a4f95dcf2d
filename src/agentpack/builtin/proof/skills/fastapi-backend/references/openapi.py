"""The page makes a client of `openapi.json` with a generator that npm has fetched before."""

import json
import os
import subprocess
from pathlib import Path

from sample import app

Path("openapi.json").write_text(json.dumps(app.openapi()), "utf-8")
Path("package.json").write_text("{}", "utf-8")
subprocess.run(["git", "init", "--quiet"], check=True)
if "AGENTPACK_PROOF_NODE_MODULES" in os.environ:
    Path("node_modules").symlink_to(os.environ["AGENTPACK_PROOF_NODE_MODULES"])


async def check(page):
    """The page's routes answer, and the deprecated one says so on the wire."""
    import httpx

    assert page.read_ticket(7) == 7
    transport = httpx.ASGITransport(page.api)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        made = await client.post("/tickets", json=page.EXAMPLES["fire"]["value"])
        assert (made.status_code, made.json()) == (201, 1)
        answer = await client.get("/v1/queue")
    assert (answer.status_code, answer.json()) == (200, [])
    assert "Sunset" in answer.headers
