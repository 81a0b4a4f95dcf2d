"""A text that fits a regular expression, for the patterns that schemas have.

It knows literals, classes, groups, choices and counts. What it makes is tried against the pattern
by whoever asks, so look-arounds and the like may be passed over here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_CLASSES = {"d": "0123456789", "w": "abcdefghijklmnopqrstuvwxyz0123456789_", "s": " "}
_ALL = "".join(map(chr, range(32, 127)))
# The first that is allowed is taken: letters look most like what people send.
_LIKED = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_ "
_COUNT = re.compile(r"\{(\d+)(,?)(\d*)\}")
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v", "0": "\0"}


def candidates(pattern: str, least: int = 0) -> Iterator[str]:
    """Texts that may fit the pattern, the shortest first, and longer ones up to `least`."""
    for extra in (0, 1, 2, least, 2 * least):
        try:
            yield _Maker(pattern, extra).choice()
        except (IndexError, ValueError, RecursionError):
            return


class _Maker:
    """Reads the pattern from left to right, and writes what fits as it goes."""

    def __init__(self, pattern: str, extra: int) -> None:
        self.pattern, self.extra = pattern, extra
        self.pos = 0

    def choice(self) -> str:
        made = [self.sequence()]
        while self.pattern[self.pos : self.pos + 1] == "|":
            self.pos += 1
            made.append(self.sequence())
        return next((text for text in made if text), made[0])

    def sequence(self) -> str:
        made = ""
        while self.pos < len(self.pattern) and self.pattern[self.pos] not in "|)":
            atom = self.atom()
            made += self.times(atom)
        return made

    def times(self, atom: str) -> str:
        mark = self.pattern[self.pos : self.pos + 1]
        low, high = 1, 1
        if mark and mark in "*+?":
            low, high = {"*": (0, None), "+": (1, None), "?": (0, 1)}[mark]  # type: ignore[assignment]
            self.pos += 1
        elif match := _COUNT.match(self.pattern, self.pos):
            low = int(match[1])
            high = int(match[3]) if match[3] else (None if match[2] else low)  # type: ignore[assignment]
            self.pos = match.end()
        if self.pattern[self.pos : self.pos + 1] in ("?", "+") and mark:
            self.pos += 1
        count = low + self.extra
        return atom * (count if high is None else min(count, high))

    def atom(self) -> str:
        char = self.pattern[self.pos]
        self.pos += 1
        if char in "^$":
            return ""
        if char == ".":
            return "a"
        if char == "[":
            return self.one_of()
        if char == "(":
            return self.group()
        if char == "\\":
            return self.escape()[:1]
        return char

    def group(self) -> str:
        around = False
        if self.pattern.startswith("?", self.pos):
            match = re.compile(r"\?(?:P?<\w+>|[:=!]|<[=!])").match(self.pattern, self.pos)
            if not match:
                raise ValueError(self.pattern)
            around = match[0][-1] in "=!"
            self.pos = match.end()
        made = self.choice()
        if self.pattern[self.pos] != ")":
            raise ValueError(self.pattern)
        self.pos += 1
        return "" if around else made

    def escape(self) -> str:
        char = self.pattern[self.pos]
        self.pos += 1
        if char in _CLASSES:
            return _CLASSES[char]
        if char.lower() in _CLASSES:
            return "".join(each for each in _ALL if each not in _CLASSES[char.lower()])
        if char in "bBAZz":
            return ""
        if char in "xu":
            length = 2 if char == "x" else 4
            code = self.pattern[self.pos : self.pos + length]
            self.pos += length
            return chr(int(code, 16))
        return _ESCAPED.get(char, char)

    def one_of(self) -> str:
        negated = self.pattern[self.pos] == "^"
        self.pos += negated
        allowed: list[str] = []
        first = True
        while first or self.pattern[self.pos] != "]":
            first = False
            char = self.pattern[self.pos]
            self.pos += 1
            chars = self.escape() if char == "\\" else char
            after = self.pattern[self.pos : self.pos + 2]
            if len(chars) == 1 and after[:1] == "-" and after[1:] not in ("]", ""):
                self.pos += 1
                end = self.pattern[self.pos]
                self.pos += 1
                last = self.escape() if end == "\\" else end
                chars = "".join(map(chr, range(ord(chars), min(ord(last), ord(chars) + 255) + 1)))
            allowed.append(chars)
        self.pos += 1
        known = "".join(allowed)
        fits = (char for char in _LIKED + _ALL if (char in known) != negated)
        return next(fits, known[:1])
