"""What the first document of this server got wrong, asked of the server that there is.

Those that other tests show are named with them in `docs/decisions/0029-the-documents-faults.md`.
"""

from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest

from agent_spy.settings import Settings

ROOTS = "/api/v1/dashboard/runs/roots"
ORIGIN = {"origin": "https://a.example"}


def ask(settings, serving, steps, **values):
    async def run():
        async with serving(settings(**values)) as client:
            return await steps(client)

    return asyncio.run(run())


@pytest.mark.parametrize("written", ["a,b", " a , b ,", '["a", "b"]'])
def test_lists_of_the_environment_are_words_or_json(monkeypatch, written):
    """`API_KEYS=a,b` and `CORS_ORIGINS=a,b` are two words each."""
    for name in ("API_KEYS", "CORS_ORIGINS", "CORS_METHODS", "CORS_HEADERS"):
        monkeypatch.setenv(name, written)
    found = Settings()
    assert found.api_keys == found.cors_origins == found.cors_methods == ["a", "b"]
    assert found.cors_headers == ["a", "b"]


def preflight(client):
    asks = {"access-control-request-method": "PATCH", "access-control-request-headers": "x-api-key"}
    return client.options("/api/v1/runs/x", headers=ORIGIN | asks)


def test_any_origin_is_let_in_without_credentials(settings, serving):
    """With `*` no site may read with a user's cookies, though credentials are on by default."""

    async def steps(client):
        for answer in (await client.get("/health", headers=ORIGIN), await preflight(client)):
            assert answer.headers["access-control-allow-origin"] == "*"
            assert "access-control-allow-credentials" not in answer.headers

    ask(settings, serving, steps)


def test_a_named_origin_is_let_in_with_credentials(settings, serving):
    """Methods and headers are settings; an origin that is not named gets nothing."""

    async def steps(client):
        answer = await preflight(client)
        assert answer.headers["access-control-allow-origin"] == ORIGIN["origin"]
        assert answer.headers["access-control-allow-credentials"] == "true"
        assert "PATCH" in answer.headers["access-control-allow-methods"]
        assert answer.headers["access-control-allow-headers"].lower() == "x-api-key"
        other = await client.get("/health", headers={"origin": "https://b.example"})
        assert "access-control-allow-origin" not in other.headers

    ask(settings, serving, steps, cors_origins=[ORIGIN["origin"]])


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ({"outputs": None}, "completed"),
        ({"outputs": {}}, "completed"),
        ({"outputs": {"a": 1}}, "completed"),
        ({"outputs": {"output": None}, "error": "it broke"}, "failed"),
        ({"outputs": {"a": 1}, "end_time": None}, "running"),
    ],
    ids=str,
)
def test_a_run_has_ended_when_it_has_an_end(settings, serving, a_run, told, status):
    """Completed is what has an end, with outputs or without; failed is what has an error."""

    async def steps(client):
        run = a_run() | told
        assert (await client.post("/runs", json=run)).status_code == 202
        (found,) = (await client.get(ROOTS)).json()["runs"]
        assert found["status"] == status
        assert (await client.get(ROOTS, params={"status": status})).json()["total"] == 1

    ask(settings, serving, steps)


def test_one_bad_run_costs_its_batch_nothing(settings, serving, a_run):
    """Each item is judged by itself, and told why it is refused."""

    async def steps(client):
        good = [a_run(), a_run()]
        bad = [{"name": "no id"}, {"id": "x"}, 5, a_run(start_time="soon"), a_run(name=7)]
        answer = await client.post("/runs/batch", json={"post": [good[0], *bad, good[1]]})
        assert answer.status_code == 202
        told = answer.json()
        assert (told["success"], told["created_count"], len(told["errors"])) == (False, 2, 5)
        assert all(error["error"] for error in told["errors"])
        assert (await client.get(ROOTS)).json()["total"] == 2

    ask(settings, serving, steps)


def test_times_without_a_zone_are_utc(settings, serving, a_run):
    """The same moment, written naive, in UTC and with another zone, is one moment."""

    async def steps(client):
        moments = ("2026-11-01T10:00:00", "2026-11-01T10:00:00Z", "2026-11-01T12:00:00+02:00")
        for moment in moments:
            await client.post("/runs", json=a_run(start_time=moment, end_time=None))
        runs = (await client.get(ROOTS)).json()["runs"]
        assert [run["start_time"] for run in runs] == ["2026-11-01T10:00:00.000000+00:00"] * 3
        for moment in moments:
            for bound in ("start_time_gte", "start_time_lte"):
                assert (await client.get(ROOTS, params={bound: moment})).json()["total"] == 3
        later = {"start_time_gte": "2026-11-01T10:00:00.000001"}
        assert (await client.get(ROOTS, params=later)).json()["total"] == 0

    ask(settings, serving, steps)


def test_signs_of_patterns_are_looked_for_as_they_are(settings, serving, a_run):
    r"""`%`, `_` and `\` in a search match nothing else: it is by words, and they are none."""

    async def steps(client):
        names = ["50% off", "50 percent", "a_b", "axb", r"back\slash"]
        await client.post("/runs/batch", json={"post": [a_run(name=name) for name in names]})
        for words, found in (
            ("%", []),
            ("_", []),
            ("\\", []),
            ("5%f", []),
            ("A_B", ["a_b", r"back\slash"]),
            (r"BACK\slash", [r"back\slash"]),
            ("50%", ["50 percent", "50% off"]),
        ):
            runs = (await client.get(ROOTS, params={"search": words})).json()["runs"]
            assert sorted(run["name"] for run in runs) == found, words

    ask(settings, serving, steps)


def test_feedback_can_be_told_read_and_taken_back(settings, serving, a_run):
    """The document has a table of it and no address."""

    async def steps(client):
        run = a_run()
        await client.post("/runs", json=run)
        told = {"id": str(uuid4()), "run_id": run["id"], "key": "helpful", "score": 1}
        assert (await client.post("/feedback", json=told)).status_code == 200
        (found,) = (await client.get("/feedback", params={"run": run["id"]})).json()
        assert (found["key"], found["score"]) == ("helpful", 1)
        # Without an id, or with none to speak of, the server gives one.
        assert (await client.post("/feedback", json={"id": None, "key": "k"})).json()["id"]
        address = f"/feedback/{told['id']}"
        assert (await client.patch(address, json={"score": 0})).json()["score"] == 0
        assert (await client.delete(address)).status_code == 200
        assert (await client.get(address)).status_code == 404

    ask(settings, serving, steps)


def test_faults_carry_their_id_and_their_origin(settings, serving, monkeypatch):
    """A browser can read a 404 and a 500, and both have the id of their line in the log."""

    async def broken(**_):
        raise RuntimeError("broken")

    async def steps(client):
        monkeypatch.setattr(client.app.state.dashboard, "summary", broken)
        for path, status in (("/nothing", 404), ("/api/v1/dashboard/stats/summary", 500)):
            answer = await client.get(path, headers=ORIGIN | {"x-request-id": "mine"})
            assert answer.status_code == status
            assert answer.headers["x-request-id"] == "mine"
            assert answer.headers["access-control-allow-origin"] == "*"
            assert "broken" not in answer.text

    ask(settings, serving, steps)


def test_durations_have_fractions(settings, serving, a_run):
    """A run of half a millisecond did not take none."""

    async def steps(client):
        await client.post("/runs", json=a_run(end_time="2026-11-01T10:00:00.0005Z"))
        assert (await client.get(ROOTS)).json()["runs"][0]["duration_ms"] == 0.5

    ask(settings, serving, steps)


def test_methods_of_an_address_are_told_in_full(settings, serving):
    """A 405 names every method that the address takes, whichever route stands first."""

    async def steps(client):
        answer = await client.request("OPTIONS", f"/runs/{uuid4()}")
        assert answer.status_code == 405
        assert set(answer.headers["allow"].split(", ")) == {"DELETE", "GET", "PATCH"}

    ask(settings, serving, steps)


def test_a_parameter_told_twice_is_refused(settings, serving):
    """Unless it is a list, nobody knows which one was meant."""

    async def steps(client):
        assert (await client.get("/sessions?name=a&name=b")).status_code == 422
        several = f"/sessions?id={uuid4()}&id={uuid4()}"
        assert (await client.get(several)).json() == []

    ask(settings, serving, steps)


def test_what_info_counts_is_runs_and_what_it_measures_is_bytes(settings, serving, a_run):
    """The document's 20,971,520 was a number of runs; a batch of more than it tells is taken."""

    async def steps(client):
        told = (await client.get("/info")).json()["batch_ingest_config"]
        assert told["size_limit"] == 100
        assert told["size_limit_bytes"] == 3 * 1024 * 1024
        posts = [a_run() for _ in range(told["size_limit"] + 1)]
        answer = await client.post("/runs/batch", json={"post": posts})
        assert answer.json()["created_count"] == len(posts)

    ask(settings, serving, steps, max_trace_size_mb=3)
