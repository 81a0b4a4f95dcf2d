"""The gate: no false alarm from noise, true changes seen; the file it compares with."""

from __future__ import annotations

import json
import random
from dataclasses import replace

import pytest

from agentpack.errors import AgentpackError
from agentpack.timing.baseline import Baseline, Level, change, dump, key, load, pooled, thinned
from agentpack.timing.compare import ROUNDS, compare
from agentpack.timing.floor import KIND
from agentpack.timing.request import Request

BETWEEN = 0.03
"""How much two starts of the same program were seen to differ on a busy machine."""


def level(draw: random.Random, quick_s: float, speed: float = 1.0) -> Level:
    """One round as it comes out where the machine is `speed` times as slow as usual."""
    seen = quick_s * speed * draw.lognormvariate(0, BETWEEN)
    work = tuple(0.0006 * speed * draw.lognormvariate(0, BETWEEN / 3) for _ in range(2))
    return Level(seen * 1.4, seen, seen, work, draw.uniform(0.005, 0.02), 100, corrected=True)


def gate(seed: int, factor: float, speed: float = 1.0) -> tuple[bool, int]:
    """Whether a change is called a regression, and in how many rounds."""
    draw = random.Random(seed)
    before = Baseline(KIND, {"GET /": pooled(level(draw, 0.004) for _ in range(ROUNDS))})
    rounds = 1

    def again(names: frozenset[str]) -> dict[str, Level]:
        nonlocal rounds
        rounds += 1
        return {name: level(draw, 0.004 * factor, speed) for name in names}

    found = compare(before, {"GET /": level(draw, 0.004 * factor, speed)}, again, [])
    return found["GET /"].regressed, rounds


def test_noise_is_no_regression() -> None:
    """In 1,000 simulated A/A runs, at most three are called slower, and most need one round."""
    results = [gate(seed, 1.0) for seed in range(1000)]
    assert sum(called for called, _ in results) <= 3
    assert sum(rounds == 1 for _, rounds in results) >= 800


def test_a_true_change_is_found() -> None:
    """15 % slower is found in at least 95 of 100 runs, twice as slow always."""
    assert sum(gate(seed, 1.15)[0] for seed in range(1000)) >= 950
    assert all(gate(seed, 2.0)[0] for seed in range(300))


def rounds(draw: random.Random, own_s: float, ran_s: float, wild: float) -> list[Level]:
    """Rounds of an endpoint whose own time is steady, beside fixed work whose time is not."""
    return [
        replace(level(draw, own_s), own_s=own_s * draw.lognormvariate(0, 0.005), ran_s=ran_s,
                reference_s=tuple(6e-4 * draw.lognormvariate(0, wild) for _ in range(2)))
        for _ in range(ROUNDS)
    ]  # fmt: skip


def test_what_waits_is_not_hidden_by_the_noise_of_the_fixed_work() -> None:
    """However wildly the work varies, an endpoint that waits is judged by its own noise."""
    draw = random.Random(0)
    for _ in range(100):
        before, now, more = (pooled(rounds(draw, s, 5e-4, 0.5)) for s in (0.02, 0.02, 0.023))
        assert not change(before, now).regressed
        assert change(before, more).regressed
        assert change(before, more).noise < 0.03


def test_no_noise_explains_twice_the_time() -> None:
    """An endpoint that follows the work has its noise, but what is plainly slower is told."""
    before, now, double = (
        Level(s, s, s, (6e-4, 6e-4), 0.4, 50, corrected=True) for s in (0.01, 0.015, 0.02)
    )
    assert not change(before, now).regressed
    assert change(before, double).regressed


def test_a_slower_machine_is_no_regression() -> None:
    """The fixed work tells that the machine, not the endpoint, takes longer today."""
    assert sum(gate(seed, 1.0, speed=1.6)[0] for seed in range(300)) <= 1
    assert sum(gate(seed, 1.2, speed=1.6)[0] for seed in range(300)) >= 285


def test_an_endpoint_that_waits_is_not_blamed_for_a_faster_machine() -> None:
    """Relative to less work it seems slower; its plain time says that it is not."""
    before, now = (
        Level(0.01, 0.01, 0.0, (0.001, 0.001), 0.01, 50, corrected=True),
        Level(0.01, 0.01, 0.0, (0.0005, 0.0005), 0.01, 50, corrected=True),
    )
    found = change(before, now)
    assert found.slower == 1.0
    assert not found.regressed
    assert not change(now, before).regressed


def test_only_what_computes_is_taken_to_follow_the_machine() -> None:
    """Half computing and half waiting, on a machine that is twice as slow: half as much again."""
    before = Level(0.01, 0.01, 0.005, (0.001, 0.001), 0.01, 50, corrected=True)
    now = Level(0.015, 0.015, 0.01, (0.002, 0.002), 0.01, 50, corrected=True)
    assert change(before, now).slower == pytest.approx(1.0)
    unknown = replace(before, corrected=False)
    assert change(unknown, now).slower == pytest.approx(0.75)


def test_microseconds_are_no_regression() -> None:
    """A fifth of a tenth of a millisecond is the harness's own."""
    before, now = (
        Level(1e-4, 1e-4, 0.0, (6e-4, 6e-4), 0.001, 50, corrected=True),
        Level(1.2e-4, 1.2e-4, 0.0, (6e-4, 6e-4), 0.001, 50, corrected=True),
    )
    assert not change(before, now).regressed
    assert change(before, Level(2e-4, 2e-4, 0.0, (6e-4, 6e-4), 0.001, 50, corrected=True)).regressed


def test_another_reference_is_not_compared_with() -> None:
    """Where the fixed work is another, only plain times count, and a note says so."""
    notes: list[str] = []
    before = Baseline("other", {"a": Level(0.01, 0.01, 0.0, (9.0, 9.0), 0.01, 50, corrected=True)})
    now = {
        "a": Level(0.01, 0.01, 0.0, (0.0006, 0.0006), 0.01, 50, corrected=True),
        "b": Level(0.01, 0.01, 0.0, (0.0006, 0.0006), 0.01, 50, corrected=True),
    }
    found = compare(before, now, lambda _: {}, notes)
    assert found["a"].change.slower == 1.0
    assert "only plain times" in notes[0]
    assert notes[1] == "not in the baseline: b"


def test_the_file_comes_back_as_it_was_written() -> None:
    """Written and read it is the same; the same levels give the same text."""
    levels = {
        "GET /": Level(
            0.01, 0.009, 0.0, (0.0006, 0.0006), 0.01, 50, corrected=True, totals_s=(0.009, 0.01)
        )
    }
    text = dump(Baseline("r", levels))
    assert load(text, "b.json") == Baseline("r", levels)
    assert dump(load(text, "b.json")) == text


def test_samples_are_thinned_evenly() -> None:
    """Forty of a thousand lie as the thousand do."""
    kept = thinned(list(map(float, range(1000))))
    assert len(kept) == 40
    assert [kept[0], kept[-1]] == [12.0, 987.0]
    assert thinned([2.0, 1.0]) == (1.0, 2.0)
    assert thinned([]) == ()


def test_a_key_has_no_port() -> None:
    """A server that we start has another one each time."""
    assert key(Request("GET", "http://127.0.0.1:4711/a?b=1")) == "GET /a?b=1"
    assert key(Request("GET", "http://127.0.0.1:4711")) == "GET /"
    assert key(Request("GET", "http://h/items/3", operation="GET /items/{id}")) == (
        "GET /items/{id}"
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "b.json:1: not valid JSON"),
        ("[]", "not a baseline that this version reads"),
        ('{"schema": 99}', "not a baseline that this version reads"),
        ('{"schema": 1}', "damaged"),
        ('{"schema": 1, "reference": "r", "endpoints": {"a": {"median_s": 1}}}', "damaged"),
        (
            dump(Baseline("r", {"a": Level(1, 1, 0.0, (1, 1), 1, 1, corrected=True)})).replace(
                '"own_s": 1', '"own_s": 0'
            ),
            "damaged",
        ),
    ],
)
def test_a_bad_file_is_told(text, words) -> None:
    """What is wrong, and how to write it anew."""
    with pytest.raises(AgentpackError) as caught:
        load(text, "b.json")
    assert words in str(caught.value)
    assert "agentpack time baseline" in str(caught.value)


def test_the_file_names_what_it_holds() -> None:
    """Its fields are as documented."""
    data = json.loads(
        dump(
            Baseline(
                KIND, {"GET /": Level(0.01, 0.009, 0.0, (6e-4, 6e-4), 0.01, 50, corrected=True)}
            )
        )
    )
    assert data["schema"] == 1
    assert set(data["endpoints"]["GET /"]) == {
        "median_s", "own_s", "ran_s", "reference_s", "noise", "samples", "corrected", "totals_s"
    }  # fmt: skip
