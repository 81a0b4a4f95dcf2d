"""What other work took is taken off, and never more than that."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from agentpack.timing.contention import Own, Scheduler, Usage, corrected


@pytest.mark.parametrize(
    ("total", "ran", "waited", "own"),
    [
        (0.010, 0.004, 0.000, 0.010),
        (0.010, 0.004, 0.003, 0.007),
        (0.010, 0.004, 0.009, 0.004),
        (0.010, 0.012, 0.009, 0.010),
    ],
    ids=["calm", "busy", "threads that waited at once", "still computing afterwards"],
)
def test_a_request_takes_at_least_what_was_computed(total, ran, waited, own) -> None:
    """The wait is taken off, but not what the server ran, and nothing is added."""
    found = corrected(total, Usage(1, 1), Usage(1 + ran, 1 + waited))
    assert found.total_s == pytest.approx(own)
    assert found.ran_s == pytest.approx(min(ran, total))


def test_what_a_process_computes_is_counted() -> None:
    """A process that computes is seen to run; one that sleeps is not."""
    busy = "print(flush=True)\nwhile True: pass"
    idle = "import time\nprint(flush=True)\ntime.sleep(600)"
    with (
        subprocess.Popen([sys.executable, "-c", busy], stdout=subprocess.PIPE) as one,
        subprocess.Popen([sys.executable, "-c", idle], stdout=subprocess.PIPE) as other,
    ):
        try:
            schedulers = Scheduler([one.pid]), Scheduler([other.pid])
            assert all(scheduler.known for scheduler in schedulers)
            assert one.stdout.readline() == other.stdout.readline() == b"\n"
            time.sleep(0.2)  # The idle one has yet to come from its line to its sleep.
            before = [scheduler.read() for scheduler in schedulers]
            end = time.monotonic() + 60
            while schedulers[0].read().ran_s < before[0].ran_s + 0.1 and time.monotonic() < end:
                time.sleep(0.05)
            after = [scheduler.read() for scheduler in schedulers]
        finally:
            one.kill()
            other.kill()
    ran = [end.ran_s - start.ran_s for start, end in zip(before, after, strict=True)]
    assert ran[0] >= 0.1
    assert ran[1] < 0.02
    assert after[0].waited_s >= before[0].waited_s


def test_without_a_server_of_ours_nothing_is_known() -> None:
    """No process, or one that is gone: then times stay as they are."""
    assert not Scheduler([]).known
    assert not Scheduler([2**22 + 1]).known
    assert Scheduler([os.getpid()]).known
    assert Own(0.1).ran_s == 0
