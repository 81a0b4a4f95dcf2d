"""A network between the server and PostgreSQL that forgets connections, as firewalls do."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import make_url

from agent_spy.storage import pool, postgres, postgres_reader


class Relay:
    """Passes connections on to a socket, until it forgets them: then nothing more comes through."""

    def __init__(self, path):
        self.path, self.flows, self.forgotten = path, set(), set()
        self.broken = False

    async def pass_on(self, reader, writer):
        flow = asyncio.current_task()
        self.flows.add(flow)
        if self.broken:
            self.forget()
        there, back = await asyncio.open_unix_connection(self.path)
        try:
            await asyncio.gather(self._pump(flow, reader, back), self._pump(flow, there, writer))
        except (OSError, asyncio.CancelledError):
            return
        finally:
            back.close()
            writer.close()

    async def _pump(self, flow, source, target):
        while data := await source.read(65_536):
            if flow not in self.forgotten:
                target.write(data)
                await target.drain()
        if flow not in self.forgotten:
            target.close()

    def forget(self):
        self.forgotten |= self.flows


@asynccontextmanager
async def relayed(address):
    """A relay to PostgreSQL at `address`, and the address through it."""
    url = make_url(address)
    relay = Relay(f"{url.query['host']}/.s.PGSQL.5432")
    listening = await asyncio.start_server(relay.pass_on, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    through = url.set(host="127.0.0.1", port=port, query={"ssl": "disable"})
    yield relay, through.render_as_string(hide_password=False)
    listening.close()
    for flow in relay.flows:
        flow.cancel()
    await asyncio.gather(*relay.flows)


@pytest.fixture
def impatient(monkeypatch):
    """Connections are looked after at once, and given up soon."""
    for module in (pool, postgres):
        monkeypatch.setattr(module, "UNSEEN_SECONDS", 0.0)
    for module in (pool, postgres_reader):
        monkeypatch.setattr(module, "SILENT_SECONDS", 0.3)
    monkeypatch.setattr(pool, "_CONNECT_SECONDS", 0.5)


@pytest.mark.usefixtures("impatient")
def test_forgotten_connections_are_given_up(settings, serving, a_run, postgres):
    """Nothing closes them and nothing comes: whoever writes or reads next is answered."""
    before, after = [a_run() for _ in range(4)], [a_run() for _ in range(4)]

    async def run():
        async with (
            relayed(postgres()) as (relay, url),
            serving(settings(database_url=url)) as client,
        ):
            for run in before:  # one after another, so that each writer has a connection
                assert (await client.post("/runs", json=run)).status_code == 202
            assert (await client.get("/dashboard/runs/roots")).status_code == 200
            relay.forget()
            for run in after:
                async with asyncio.timeout(20):
                    assert (await client.post("/runs", json=run)).status_code == 202
            relay.forget()
            async with asyncio.timeout(20):
                roots = (await client.get("/dashboard/runs/roots?limit=20")).json()["runs"]
                assert {run["id"] for run in roots} == {run["id"] for run in before + after}
            relay.forget()
            async with asyncio.timeout(20):
                assert (await client.get(f"/runs/{after[0]['id']}")).status_code == 200

    asyncio.run(run())


@pytest.mark.usefixtures("impatient")
def test_who_asks_together_is_told_together(settings, serving, postgres):
    """With the network gone, 503 comes as soon for fifty as for one; then all goes on."""

    async def run():
        async with (
            relayed(postgres()) as (relay, url),
            serving(settings(database_url=url)) as client,
        ):
            assert (await client.get("/dashboard/runs/roots")).status_code == 200
            relay.broken = True
            relay.forget()
            async with asyncio.timeout(10):
                answers = await asyncio.gather(
                    *(client.get(f"/dashboard/runs/roots?limit={n}") for n in range(1, 51))
                )
            assert {answer.status_code for answer in answers} == {503}
            relay.broken = False
            assert (await client.get("/dashboard/runs/roots")).status_code == 200

    asyncio.run(run())
