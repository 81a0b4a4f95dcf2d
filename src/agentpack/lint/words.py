"""Which pages have which words: many words are looked for on many pages, each page once.

Most rules look for a word that few pages have, and to look for each on every page took most of
the time that linting takes. A character that most pages lack is found, or not, ten times faster
than a word, so the two least common ones are looked for first. Words without such a character
share one pattern with others that have the same letter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from agentpack.lint.page import Page

# Not every one of thousands of public agents and skills has these; the first, the fewest have.
_SELDOM = "«^~Z\\%!@&$9?XJ7;<Q+8|}{Y6=>K'_V[]50z\"4HqjWG3BN*FO2)(L1M`UDE/RPATxISC"
# The first of these that a word has begins the part of it that is looked for.
_LETTERS = "gkwbvyfhmpudclrsnoaite"
# From so many pages on it pays to compile a pattern, which takes half the time of `in`.
_MANY = 200

Check = Callable[[str], object]


class Words:
    """Finds the pages that have a word in their body.

    Args:
        pages: where to look.
        words: those that will probably be asked for, to look for them all at once.
    """

    def __init__(self, pages: Sequence[Page], words: Iterable[str]) -> None:
        self._pages = pages
        self._found: dict[str, list[Page]] = {}
        self._look_for(tuple(dict.fromkeys(words)))

    def pages(self, word: str) -> Sequence[Page]:
        """The pages that have `word`, in their order."""
        if word not in self._found:
            self._look_for((word,))
        return self._found[word]

    def _look_for(self, words: Sequence[str]) -> None:
        found: dict[str, list[Page]] = {word: [] for word in words}
        many = len(self._pages) > _MANY
        signed = [
            (signs[0], signs[-1], _pattern([word]) if many else None, word, found[word].append)
            for word in words
            if (signs := _signs(word))
        ]
        alike = _alike(word for word in words if not _signs(word))
        shared = [(_pattern(some), some) for some in alike]
        for page in self._pages:
            body = page.body
            for first, second, has, word, add in signed:
                if first in body and second in body and (not has or has(body)) and word in body:
                    add(page)
            for has, some in shared:
                if has(body):
                    for word in some:
                        if word in body:
                            found[word].append(page)
        self._found |= found


def _signs(word: str) -> list[str]:
    """The two least common characters of `word`, or fewer, of those that are seldom."""
    return [sign for sign in _SELDOM if sign in word][:2]


def _alike(words: Iterable[str]) -> list[list[str]]:
    """The words that have their least common letter in common."""
    groups: dict[str, list[str]] = {}
    for word in words:
        groups.setdefault(word[_rarest(word)], []).append(word)
    return list(groups.values())


def _pattern(words: Sequence[str]) -> Check:
    """What finds one of these words by its part from its least common character on."""
    parts = [word[_rarest(word) :] for word in words]
    rests = "|".join(re.escape(part[1:]) for part in parts)
    return re.compile(f"{re.escape(parts[0][0])}(?:{rests})").search


def _rarest(word: str) -> int:
    """Where the least common character stands; what follows it must not be too short."""
    start = word[: max(1, len(word) - 2)]
    return next((start.index(sign) for sign in _SELDOM + _LETTERS if sign in start), 0)
