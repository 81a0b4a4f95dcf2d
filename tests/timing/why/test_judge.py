"""The judge alone: from what was seen to causes, without a server."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agentpack.pack import builtin_root
from agentpack.timing.sample import Sample
from agentpack.timing.why import claim
from agentpack.timing.why.judge import agreed, judge
from agentpack.timing.why.trace import (
    Call,
    Chunk,
    Observed,
    Part,
    Place,
    Query,
    Run,
    Stuck,
    Trace,
    Wait,
)

HERE = Place("app.py", 12, "endpoint")


def sample(total: float, ttfb: float | None = None, size: int = 2) -> Sample:
    return Sample(200, 0, 0, 0, 0, total if ttfb is None else ttfb, total, size=size, cold=False)


def trace(**seen) -> Trace:
    known = {"start": 0.0, "began": 1.0, "answered": 1.0, "end": 1.0, "status": 200, "size": 2}
    return Trace("id", "/", **{**known, "endpoint": HERE, **seen})


def observed(seconds: float = 1.0, *, stuck=(), behind=(), size: int = 2, **seen) -> Observed:
    return Observed(0.0, sample(seconds, size=size), trace(**seen), stuck, behind)


def run(start: float, end: float, mode: str = "thread", cpu: float = 0.0, **seen) -> Run:
    known = {
        "part": "endpoint",
        "owner": HERE,
        "place": HERE,
        "callee": "",
        "leaf": "",
        "waits": "",
        "imports": False,
        **seen,
    }
    return Run(mode, **known, start=start, end=end, wall_s=end - start, cpu_s=cpu * (end - start))


def query(start: float, end: float, text: str = "SELECT a", **seen) -> Query:
    known = {"shape": text, "batch": False, "place": HERE, "cpu_s": None, "plan": None, **seen}
    return Query(start, end, text, **known)


def kinds(*warm: Observed, budget_s: float = 0.5, **more) -> list[str]:
    return [cause.kind for cause in judge(warm, budget_s=budget_s, **more)]


def test_an_idle_request_has_no_cause():
    """Without anything seen, within the budget, nothing is named."""
    assert kinds(observed(0.02)) == []
    assert kinds() == []


def test_waiting_is_named_only_over_the_budget():
    """A plain wait is no fault by itself; over the budget it is told with its line."""
    waits = observed(1.0, runs=(run(0.0, 1.0, "await", callee="asyncio/tasks.py:sleep"),))
    assert kinds(waits, budget_s=2.0) == []
    (cause,) = judge([waits], budget_s=0.5)
    assert (cause.kind, cause.file, cause.line) == ("unknown", "app.py", 12)
    assert "asyncio.tasks.sleep" in cause.detail


def test_a_single_slow_call_is_named_only_over_the_budget():
    """One slow host is a cause where it costs the budget; many calls in turn always are."""
    one = observed(1.0, calls=(Call(0.1, 0.9, "GET", "api", "/", HERE),))
    assert kinds(one, budget_s=2.0) == []
    assert kinds(one, budget_s=0.5)[0] == "outgoing-http"
    calls = tuple(Call(n / 10, n / 10 + 0.09, "GET", "api", f"/{n}", HERE) for n in range(10))
    (cause,) = judge([observed(1.0, calls=calls)], budget_s=2.0)
    assert cause.kind == "outgoing-http"
    assert "10 HTTP calls" in cause.detail
    assert "one after the other" in cause.detail


def test_a_stuck_loop_comes_before_what_blocks_it():
    """A blocking HTTP call is named as blocking first, and as a call second."""
    call = Call(0.0, 1.0, "GET", "api", "/", HERE)
    stuck = Stuck(0.0, 0.98, (run(0.0, 0.98, "loop"),))
    assert kinds(observed(1.0, calls=(call,), stuck=(stuck,))) == [
        "event-loop-blocked",
        "outgoing-http",
    ]


def test_a_full_scan_comes_before_the_loop_that_it_blocks():
    """Where a missing index is seen, it is the cause; that it blocks comes second or not at all."""
    slow = query(0.0, 1.0, "SELECT a FROM t WHERE b = 1", plan="SCAN t")
    stuck = Stuck(0.0, 1.0, (run(0.0, 1.0, "loop"),))
    causes = judge([observed(1.0, queries=(slow,), stuck=(stuck,))], budget_s=0.5)
    assert causes[0].kind == "slow-query"
    assert "`t`" in causes[0].mend


@pytest.mark.parametrize("count", [10, 40])
def test_repeated_statements_are_one_cause(count: int):
    """Statements of one shape are N+1, in all that lies between the first and the last."""
    queries = tuple(query(0.01 * n, 0.01 * n + 0.004) for n in range(count))
    (cause,) = judge([observed(0.01 * count, queries=queries)], budget_s=2.0)
    assert cause.kind == "n-plus-one"
    assert cause.share > 0.9
    assert f"{count} statements" in cause.detail


def test_statements_in_batches_are_not_repeated():
    """Loading by lists of keys is the mend of N+1, not N+1."""
    queries = tuple(query(0.01 * n, 0.01 * n + 0.009, batch=True) for n in range(10))
    assert "n-plus-one" not in kinds(observed(0.1, queries=queries))


def test_few_repeats_are_no_cause():
    """Four statements of a shape in little time are how many endpoints work."""
    queries = tuple(query(0.001 * n, 0.001 * n + 0.001) for n in range(4))
    assert kinds(observed(0.01, queries=queries)) == []


def test_a_writer_that_does_not_compute_waits_for_a_lock():
    """A slow UPDATE whose driver idles waits for a lock; one that works is slow by itself."""
    update = query(0.0, 1.0, "UPDATE t SET a = 1", cpu_s=0.01)
    assert kinds(observed(1.0, queries=(update,))) == ["lock-wait"]
    assert kinds(observed(1.0, queries=(replace(update, cpu_s=0.9),))) == ["slow-query"]


def test_a_write_that_is_fast_at_other_times_waited():
    """Where the driver does not tell, the same statement's fastest time does."""
    slow = observed(1.0, queries=(query(0.0, 1.0, "UPDATE t SET a = 1"),))
    fast = observed(0.1, queries=(query(0.0, 0.01, "UPDATE t SET a = 1"),))
    assert kinds(fast, slow, slow) == ["lock-wait"]
    assert kinds(slow, slow, slow) == ["slow-query"]


def test_computing_and_waiting_are_told_apart():
    """A thread that uses the processor computes; one that does not waits."""
    assert kinds(observed(1.0, runs=(run(0.0, 1.0, cpu=0.9),))) == ["cpu"]
    assert kinds(observed(1.0, runs=(run(0.0, 1.0, cpu=0.01),))) == ["unknown"]
    assert kinds(observed(1.0, runs=(run(0.0, 1.0, waits="lock"),))) == ["lock-wait"]


def test_computing_must_be_there_each_time():
    """What one request computed and another did not is the machine's doing."""
    slow = observed(0.4, runs=(run(0.0, 0.4, cpu=1.0),))
    assert kinds(slow, slow, observed(0.01)) == []
    assert kinds(slow, slow, replace(slow)) == ["cpu"]


def test_two_causes_share_the_time():
    """Two causes are both named, each with its own share, the larger first."""
    causes = judge(
        [
            observed(
                1.0,
                queries=(query(0.0, 0.3),),
                runs=(run(0.3, 1.0, cpu=1.0),),
            )
        ],
        budget_s=0.5,
    )
    assert [(cause.kind, cause.share) for cause in causes] == [("cpu", 0.7), ("slow-query", 0.3)]


def test_a_query_in_a_dependency_is_a_query():
    """A dependency is named for what it does itself, not for a statement that is named already."""
    part = Part("dependency", 0.0, 1.0, HERE)
    assert kinds(observed(1.0, parts=(part,), queries=(query(0.0, 0.98),))) == ["slow-query"]
    assert kinds(observed(1.0, parts=(part,))) == ["slow-dependency"]


def test_waits_for_the_pool_are_named():
    """A wait for a connection or a thread is a wait for a pool."""
    for kind in ("pool", "threadpool", "connect"):
        wait = Wait(kind, 0.0, 0.9, HERE)
        assert kinds(observed(1.0, waits=(wait,)))[0] == "pool-wait"


def test_a_lock_is_found_by_sending_many_at_once():
    """What shows only among concurrent requests comes before a wait that is not understood."""
    alone = observed(1.0, runs=(run(0.0, 1.0, "await"),))
    crowd = [observed(n + 1.0, waits=(Wait("lock", 0.0, n + 0.0, HERE),)) for n in range(4)]
    assert kinds(alone) == ["unknown"]
    assert kinds(alone, crowd=crowd) == ["lock-wait", "unknown"]


def test_a_stuck_loop_is_no_lock():
    """Who waits for a lock while the loop is stuck waits for the loop."""
    alone = observed(0.1)
    stuck = Stuck(0.0, 3.0, (run(0.0, 3.0, "loop"),))
    wait = Wait("lock", 0.0, 3.0, HERE)
    crowd = [observed(3.0, waits=(wait,), stuck=(stuck,)) for _ in range(4)]
    assert kinds(alone, crowd=crowd) == []


def test_serialization_needs_an_answer_to_write():
    """A span of a small answer is the machine's noise, unless work was seen in it."""
    part = Part("serialization", 0.1, 0.9)
    assert kinds(observed(1.0, parts=(part,), size=9_000_000, answered=1.0)) != ["serialization"]
    large = observed(1.0, parts=(part,))
    assert large.trace is not None
    seen = replace(large, trace=replace(large.trace, size=900_000))
    assert kinds(seen)[0] == "serialization"


def test_streams_and_transfers_are_told_apart():
    """Gaps between pieces are a slow stream; a large body without gaps is a transfer."""
    pieces = tuple(Chunk(0.2 * n, 0.2 * n + 0.01, 10) for n in range(1, 6))
    assert kinds(observed(1.01, began=0.01, chunks=pieces)) == ["slow-stream"]
    whole = Observed(0.0, sample(1.0, ttfb=0.1, size=90_000_000), trace(size=90_000_000))
    assert kinds(whole) == ["large-transfer"]


def test_an_earlier_task_delays_the_next_request():
    """What waits behind a background task of an earlier request has that task as its cause."""
    task = Part("background_task", -0.5, 0.9, Place("app.py", 40, "mail"))
    late = observed(1.0, behind=(task,), start=0.9)
    (cause,) = judge([late], budget_s=2.0)
    assert (cause.kind, cause.line) == ("background-task", 40)


def test_a_task_that_outlasts_its_answer_is_named():
    """A task much longer than the answer keeps what the request held."""
    task = Part("background_task", 0.01, 1.0, HERE)
    assert kinds(observed(0.01, parts=(task,))) == ["background-task"]
    assert kinds(observed(0.01, parts=(replace(task, end=0.03),))) == []


def test_only_the_first_request_is_slow():
    """A cold start is named beside healthy warm requests, by what both runs show."""
    warm, first = observed(0.005), observed(0.8, runs=(run(0.0, 0.8, "thread"),))
    causes = judge([warm], first=first, plain_cold=sample(0.9), budget_s=2.0)
    assert [(cause.kind, cause.line) for cause in causes] == [("cold-start", 12)]
    assert kinds(warm, first=observed(0.05), plain_cold=sample(0.06)) == []
    assert kinds(warm, first=observed(0.01), plain_cold=sample(0.2)) == []


def test_waiting_for_a_processor_is_nobodys_fault():
    """A look that came late over a loop that waited for a processor blames no code."""
    busy, least = run(0.0, 0.8, "loop", cpu=1.0), run(0.0, 0.02, "loop", cpu=1.0)
    stuck = Stuck(0.0, 0.8, (busy,), lost=((0.0, 0.78),))
    assert kinds(observed(0.9, stuck=(stuck,)), budget_s=2.0) == []
    assert kinds(observed(0.9, stuck=(replace(stuck, lost=()),)), budget_s=2.0) == [
        "event-loop-blocked"
    ]
    assert kinds(observed(0.9, runs=(least,), lost=((0.02, 0.9),)), budget_s=2.0) == []
    # What it computed is as much of its own time as on an idle machine.
    half = ((0.2, 0.4), (0.5, 0.7))
    (cause,) = judge([observed(0.8, stuck=(replace(stuck, lost=half),))], budget_s=2.0)
    assert (cause.kind, cause.share) == ("event-loop-blocked", 1.0)


def test_a_wait_for_a_processor_does_not_part_statements():
    """Statements of one shape belong together, however long the machine kept them apart."""
    queries = tuple(query(0.3 * n, 0.3 * n + 0.01) for n in range(12))
    lost = tuple((0.3 * n + 0.02, 0.3 * n + 0.3) for n in range(12))
    (cause,) = judge([observed(3.6, queries=queries, lost=lost)], budget_s=10.0)
    assert (cause.kind, cause.share >= 0.9) == ("n-plus-one", True)


def test_what_most_of_the_requests_say_counts():
    """One that was disturbed is asked again, and does not stand for the others."""
    usual = observed(0.02)
    blocked = observed(0.5, stuck=(Stuck(0.0, 0.5, (run(0.0, 0.5, "loop"),)),))
    assert not agreed([usual, blocked, usual], 2.0, 3)
    assert agreed([usual, blocked, usual, usual], 2.0, 3)
    assert kinds(blocked, usual, usual, budget_s=2.0) == []
    assert kinds(blocked, usual, blocked, budget_s=2.0) == ["event-loop-blocked"]


def test_without_a_trace_it_is_said_so():
    """A request that the application never told of has no cause of ours, and we say why."""
    assert judge([Observed(0.0, sample(0.3), None)], budget_s=1.0) == ()
    (cause,) = judge([Observed(0.0, sample(3.0), None)], budget_s=1.0)
    assert cause.kind == "unknown"
    assert "told nothing" in cause.detail


@pytest.mark.parametrize("page", ["ASYNC", "DATABASE", "API_DESIGN", "BOTTLENECK", "PHASES"])
def test_references_exist(page: str):
    """Each page that a cause points to is in the pack."""
    assert (builtin_root() / "skills" / getattr(claim, page)).is_file()
