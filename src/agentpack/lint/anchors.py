"""The anchors of a page, as GitHub makes them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentpack.lazy import lazy
from agentpack.lint.page import Page

_LINK = lazy(r"!?\[([^\]]*)\]\([^)]*\)")
_UNDERLINED = lazy(r"^ {0,3}(?P<words>\S[^\n]*)\n {0,3}(?:=+|-+)[ \t]*$", re.MULTILINE)
_GIVEN = lazy(r"<[A-Za-z][^<>\n]{0,300}?\b(?:id|name)[ \t]*=[ \t]*[\"']?(?P<id>[^\"'\s>]+)")
_TAG = lazy(r"</?[A-Za-z][^<>\n]*>")
_HTML_HEADING = lazy(r"<h[1-6][^>]*>(?P<words>.*?)</h[1-6]>", re.IGNORECASE)
_DROPPED = lazy(r"[^\w\- ]")


def anchors(page: Page) -> frozenset[str]:
    """What may stand after a `#` in a link to this page, in small letters."""
    found: dict[str, int] = {}
    names: set[str] = {"top"}
    for words in _headings(page):
        anchor = slug(words)
        number = found.get(anchor, 0)
        found[anchor] = number + 1
        names.add(f"{anchor}-{number}" if number else anchor)
    if "<" in page.body:
        names.update(match["id"].lower() for match in _GIVEN.finditer(page.body))
    return frozenset(names)


def slug(words: str) -> str:
    """GitHub's anchor for a heading."""
    plain = _TAG.sub("", _LINK.sub(r"\1", words))
    # Asterisks and backticks fall out with the other punctuation; underscores stay.
    return _DROPPED.sub("", plain.strip().lower()).replace(" ", "-")


def _headings(page: Page) -> Iterator[str]:
    places = [(piece.offset, piece.text) for piece in page.headings]
    if "\n=" in page.body or "\n-" in page.body:
        places += [(m.start(), m["words"]) for m in _UNDERLINED.finditer(page.prose)]
    if "<h" in page.body:
        places += [(m.start(), m["words"]) for m in _HTML_HEADING.finditer(page.prose)]
    return (words for _, words in sorted(places))
