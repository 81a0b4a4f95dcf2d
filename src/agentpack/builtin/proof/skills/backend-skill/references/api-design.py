"""The page's query is planned on its table, and its workers share a Redis."""

import os
import shutil
import socket
import subprocess
import time

if shutil.which("redis-server"):
    with socket.create_server(("127.0.0.1", 0)) as _free:
        _port = _free.getsockname()[1]
    _options = ["--bind", "127.0.0.1", "--port", str(_port), "--save", "", "--appendonly", "no"]
    _redis = subprocess.Popen(["redis-server", *_options], stdout=subprocess.DEVNULL)
    while _redis.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", _port)).close()
        except ConnectionRefusedError:
            time.sleep(0.02)
        else:
            break
    os.environ["REDIS_URL"] = f"redis://127.0.0.1:{_port}"

schema = """
CREATE TABLE tickets (
    id bigint PRIMARY KEY, created_at timestamptz NOT NULL, title text NOT NULL
);
CREATE INDEX tickets_by_time ON tickets (created_at, id);
"""


def check(page):
    """What the page shows no call of: retries that end, and those that never begin."""
    import asyncio

    import httpx

    async def call(answer, tries):
        transport = httpx.MockTransport(answer)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            await page.get_with_retries(client, "/", tries=tries, base=0.0)

    def refuse(request):
        raise httpx.ConnectError("refused", request=request)

    for answer, tries, expected in ((refuse, 2, httpx.ConnectError), (refuse, 0, ValueError)):
        try:
            asyncio.run(call(answer, tries))
        except expected:
            continue
        raise AssertionError(expected)
