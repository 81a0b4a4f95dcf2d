"""Versions and ranges of versions, as SemVer and its users write them.

`1.2.3` that version, `1.x` and `1` any of that line, `^1.2` no breaking change, `~1.2.3` only
fixes, `>=1,<2` both, `*` the newest. A pre-release is taken only where the range names one.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Iterable, Iterator

from agentpack.lazy import lazy

_VERSION = lazy(
    r"v?(?P<numbers>\d{1,9}\.\d{1,9}\.\d{1,9})"
    r"(?:-(?P<pre>[0-9A-Za-z.-]{1,60}))?(?:\+[0-9A-Za-z.-]{1,60})?"
)
_TERM = lazy(
    r"(?P<sign>\^|~|>=|<=|>|<|=|)\s*v?"
    r"(?P<numbers>\*|[xX]|\d{1,9}(?:\.(?:\d{1,9}|[xX*])){0,2})(?P<more>-[0-9A-Za-z.-]{1,60})?"
)
_BETWEEN = lazy(r"\s*,\s*|\s+")
_PARTS = 3

Version = tuple[tuple[int, ...], tuple[tuple[int, int, str], ...]]
"""The three numbers, and the pre-release's parts, which sort below none at all."""

_FINAL = ((2, 0, ""),)
_PRE = (1, 0, "")
_FIRST = ((0, 0, ""),)


def parse(text: str) -> Version | None:
    """The version that a tag such as `v1.2.3` names; None where it names none."""
    match = _VERSION.fullmatch(text)
    if match is None:
        return None
    return tuple(map(int, match["numbers"].split("."))), _pre(match["pre"])


def is_range(text: str) -> bool:
    """Whether `text` is a version or a range of versions, and no name of a branch."""
    terms = _BETWEEN.split(text.strip())
    found = [_TERM.fullmatch(term) for term in terms]
    # Only a whole version has a pre-release: `v1-stable` is some branch.
    return all(term and (not term["more"] or _is_whole(term)) for term in found)


def highest(wanted: str, tags: Iterable[str]) -> str | None:
    """The tag of the highest version in the range `wanted`; None where none is in it."""
    terms = [term for text in _BETWEEN.split(wanted.strip()) if (term := _TERM.fullmatch(text))]
    bounds = [bound for term in terms for bound in _bounds(term)]
    named = any(term["more"] for term in terms)
    found = [
        (version, tag)
        for tag in tags
        if (version := parse(tag))
        and (named or version[1] == _FINAL)
        and all(_HOLDS[sign](version, bound) for sign, bound in bounds)
    ]
    return max(found)[1] if found else None


_HOLDS = {">=": operator.ge, ">": operator.gt, "<=": operator.le, "<": operator.lt}


def _bounds(term: re.Match[str]) -> Iterator[tuple[str, Version]]:
    """What a version must be above and below to be in one term of a range."""
    sign, given, whole = term["sign"], _numbers(term["numbers"]), _is_whole(term)
    start = (_padded(given), _pre(term["more"][1:] if term["more"] else None) if whole else _FIRST)
    # The first version that is no longer in `1`, `1.2` or, of a whole one, just itself.
    line = [*given[:-1], given[-1] + 1] if given else []
    after = (_padded(line), _FIRST)
    if sign in {"", "="}:
        if not given:
            return
        yield ">=", start
        yield ("<=", start) if whole else ("<", after)
    elif sign == ">":
        yield (">", start) if whole else (">=", after)
    elif sign == "<=":
        yield ("<=", start) if whole else ("<", after)
    elif sign in {">=", "<"}:
        yield sign, start
    else:
        yield ">=", start
        # `^` keeps the first number that is not 0, `~` the second.
        kept = next((n for n, number in enumerate(given) if number), len(given) - 1)
        kept = min(kept, len(given) - 1) if sign == "^" else min(1, len(given) - 1)
        if given:
            yield "<", (_padded([*given[:kept], given[kept] + 1]), _FIRST)


def _is_whole(term: re.Match[str]) -> bool:
    return len(_numbers(term["numbers"])) == _PARTS


def _numbers(text: str) -> list[int]:
    numbers = []
    for part in text.split("."):
        if part in {"x", "X", "*"}:
            break
        numbers.append(int(part))
    return numbers


def _padded(numbers: list[int]) -> tuple[int, ...]:
    return tuple(numbers + [0] * (_PARTS - len(numbers)))


def _pre(text: str | None) -> tuple[tuple[int, int, str], ...]:
    if text is None:
        return _FINAL
    parts = text.split(".")
    # A number sorts below a word, and a final version above both.
    return (_PRE, *((0, int(p), "") if p.isdecimal() else (1, 0, p) for p in parts))
