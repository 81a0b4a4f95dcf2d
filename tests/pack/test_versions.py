"""Ranges over tags: the highest version that a range allows."""

from __future__ import annotations

import pytest

from agentpack.pack.versions import highest, is_range, parse

TAGS = ["v0.1.0", "0.1.5", "v0.2.0", "v1.0.0-rc.1", "v1.0.0", "v1.2.0", "1.2.10", "v1.2.9"]
TAGS += ["v2.0.0-alpha", "v2.0.0-alpha.2", "v2.0.0-beta.11", "v2.0.0-beta.2", "release", "v1.3"]


@pytest.mark.parametrize(
    ("wanted", "tag"),
    [
        ("*", "1.2.10"),
        ("x", "1.2.10"),
        ("1", "1.2.10"),
        ("1.x", "1.2.10"),
        ("1.0", "v1.0.0"),
        ("1.0.x", "v1.0.0"),
        ("1.2.9", "v1.2.9"),
        ("v1.2.9", "v1.2.9"),
        ("=1.2.9", "v1.2.9"),
        ("^1.0", "1.2.10"),
        ("^1.2.9", "1.2.10"),
        ("^0.1.0", "0.1.5"),
        ("^0.1", "0.1.5"),
        ("^0", "v0.2.0"),
        ("~1.2.0", "1.2.10"),
        ("~1.2", "1.2.10"),
        ("~1", "1.2.10"),
        ("~0.1.0", "0.1.5"),
        (">=1,<1.2", "v1.0.0"),
        (">=1 <1.2", "v1.0.0"),
        (">1.2.9", "1.2.10"),
        (">1.0,<=1.2.9", "v1.2.9"),
        ("<1", "v0.2.0"),
        ("<=1.2", "1.2.10"),
        (">1.1", "1.2.10"),
        (">=2.0.0-alpha", "v2.0.0-beta.11"),
        ("2.0.0-alpha.2", "v2.0.0-alpha.2"),
        ("^3", None),
        (">=2", None),
        ("1.2.11", None),
    ],
)
def test_the_highest_version_in_a_range_is_taken(wanted: str, tag: str | None) -> None:
    """By SemVer's order, and a pre-release only where the range names one."""
    assert is_range(wanted)
    assert highest(wanted, TAGS) == tag


@pytest.mark.parametrize("name", ["main", "release", "v1-stable", "1.2.3.4", "", " ", "feature/1"])
def test_a_name_is_no_range(name: str) -> None:
    """A branch's name is not taken for a range of versions."""
    assert not is_range(name)


def test_the_order_is_that_of_semver() -> None:
    """The example of the specification, from the lowest up."""
    order = ["1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2"]
    order += ["1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "2.0.0", "2.1.0", "2.1.1"]
    read = [parse(text) for text in order]
    assert None not in read
    assert read == sorted(read, key=lambda version: version or ((), ()))
