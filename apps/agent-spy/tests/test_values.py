"""Single values of the wire, there and back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from agent_spy.wire.values import LATEST, iso, microseconds

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@given(st.integers(-62_135_596_800_000_000, LATEST))
@example(-1)
@example(0)
@example(999_999)
@example(1_000_000)
@example(LATEST)
def test_a_moment_is_written_as_the_standard_library_writes_it(moment):
    """And read back as the same, before 1970 too."""
    text = (EPOCH + timedelta(microseconds=moment)).isoformat(timespec="microseconds")
    assert iso(moment) == text
    assert microseconds(text) == moment
