"""Stored texts as a person reads them. What escapes them for HTML is the template."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

import msgspec

LONGEST = 200_000
"""Characters of a payload that are shown; the rest is a link away."""
_LONGEST_LINE = 160
# Controls, and characters that turn the order of others around or are not seen at all.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
_TELLING = ("content", "input", "question", "query", "text", "prompt", "message", "messages")
_STRING = r'"((?:[^"\\]|\\.)*)'
_PAIR = re.compile(rf'"({"|".join(_TELLING)})"\s*:\s*{_STRING}', re.DOTALL)
_VALUE = re.compile(rf":\s*{_STRING}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Shown:
    """A payload to show, and whether that is the whole of it."""

    text: str
    whole: bool = True


def visible(text: object) -> str:
    """A text with its unseen characters written out, as JSON escapes them."""
    plain = str(text).replace("\r\n", "\n")
    return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", plain)


def pretty(stored: str) -> Shown:
    """JSON over many lines; its numbers and texts stay as they were sent."""
    text = stored
    if len(stored) <= LONGEST:
        try:
            text = msgspec.json.format(stored, indent=2)
        except (msgspec.MsgspecError, RecursionError):
            text = stored  # too deep to be laid out, or no JSON
    return Shown(visible(text[:LONGEST]), len(text) <= LONGEST)


def spoken(stored: str | None) -> str:
    """The text of an error, which is stored as JSON; anything else as it is stored."""
    if not stored:
        return ""
    try:
        found = json.loads(stored)
    except (ValueError, RecursionError):
        return stored
    return found if isinstance(found, str) else stored


def first_line(stored: str | None) -> str:
    """What the beginning of a payload says, on one line: its most telling text."""
    if not stored:
        return ""
    found = _PAIR.search(stored)
    inner = found[2] if found else None
    if inner is None:
        other = _VALUE.search(stored)
        inner = other[1] if other else None
    if inner is None:
        return shortened(_without_marks(stored))
    return shortened(_unescaped(inner)) or shortened(_without_marks(stored))


def error_line(stored: str | None) -> str:
    """The first line of an error of which only the beginning may be there."""
    if not stored:
        return ""
    inner = stored[1:].removesuffix('"') if stored.startswith('"') else stored
    lines = _unescaped(inner).strip().splitlines()
    return shortened(lines[0]) if lines else ""


def shortened(text: str, longest: int = _LONGEST_LINE) -> str:
    """A text on one line that is not too long."""
    line = " ".join(text[: longest * 4].split())
    return visible(line if len(line) <= longest else line[: longest - 1] + "…")


def _unescaped(inner: str) -> str:
    """The inside of a JSON string, perhaps broken off."""
    for end in (len(inner), *range(len(inner) - 1, max(len(inner) - 12, -1), -1)):
        try:
            return str(json.loads(f'"{inner[:end]}"', strict=False))
        except ValueError:
            continue  # it broke off within an escape
    return inner


def _without_marks(stored: str) -> str:
    text = stored.strip()
    return "" if text in {"{}", "[]", "null", '""'} else text
