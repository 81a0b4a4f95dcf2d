"""Characters that nobody sees and a model reads, or that show a text in another order.

Emoji, flags, joiners within a script that needs them, and a byte-order mark at the start of a
text are of use, and are left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentpack.lazy import lazy

_ASCII = bytes(range(128))
_TAGS = r"\U000e0000-\U000e007f"
_DIRECTION = r"\u202a-\u202e\u2066-\u2069"
_UNSEEN = r"\u180e\u200b\u2060-\u2064\u3164\ufeff"
_JOINERS = r"\u200c\u200d"
_SELECTORS = r"\ufe00-\ufe0e\U000e0100-\U000e01ef"
# The selector for emoji is in most texts: it is no sign of anything, but part of a run.
_SIGN = lazy(f"[{_TAGS}{_DIRECTION}{_UNSEEN}{_JOINERS}{_SELECTORS}]")
_RUN = lazy(f"[{_TAGS}{_DIRECTION}{_UNSEEN}{_JOINERS}{_SELECTORS}\ufe0f]+")
_TAG = lazy(f"[{_TAGS}]")
_TURN = lazy(f"[{_DIRECTION}]")
_BLANK = lazy(f"[{_UNSEEN}]")
_JOINER = lazy(f"[{_JOINERS}]")
_SELECTOR = lazy(f"[{_SELECTORS}\ufe0f]")
_FLAG, _FLAG_END, _FLAG_LONGEST = "\U0001f3f4", "\U000e007f", 8


def faults(text: str) -> Iterator[tuple[int, str]]:
    """Each place in `text` that hides something, from 0, and what it is."""
    if text.isascii() or not _SIGN.search(_beyond_ascii(text)):
        return
    for run in _RUN.finditer(text):
        fault = _fault(text, run)
        if fault:
            yield run.start(), fault


def _beyond_ascii(text: str) -> str:
    """What is left without ASCII: a small part of most texts, and quickly found."""
    return text.encode(errors="replace").translate(None, _ASCII).decode()


def _fault(text: str, run: re.Match[str]) -> str:
    """What is wrong with these characters; nothing where they are of use."""
    before, after = text[max(run.start() - 1, 0) : run.start()], text[run.end() : run.end() + 3]
    tags = _TAG.findall(run[0])
    if tags:
        if before == _FLAG and run[0].endswith(_FLAG_END) and len(tags) < _FLAG_LONGEST:
            return ""
        words = "".join(chr(ord(tag) & 0x7F) for tag in tags)
        return f"hidden text {words[:60]!r} in tag characters"
    turn = _TURN.search(run[0])
    if turn:
        return f"U+{ord(turn[0]):04X} changes the order in which the text is shown"
    blank = _BLANK.search(run[0])
    # At the very start it marks the byte order; before a fence it keeps it from being one.
    if blank and not (run.start() == 0 and run[0] == "\ufeff") and after != "```":
        return f"an unseen character U+{ord(blank[0]):04X}"
    joiner = _JOINER.search(run[0])
    if joiner and before.isascii() and before.isalnum() and after[:1].isascii():
        return f"an unseen character U+{ord(joiner[0]):04X} between letters that need none"
    if len(_SELECTOR.findall(run[0])) > 1:
        return "several variation selectors in a row, which may hide a text"
    return ""
