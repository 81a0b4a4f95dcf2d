"""Markdown to blocks, marks and claims.

Fences are found by a CommonMark parser, in lists and quotations too. What a page says of a block
stands in a comment directly above its fence; what it says of a rule, at the end of the rule.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from markdown_it import MarkdownIt

from agentpack import document
from agentpack.proof.claims import Written, written
from agentpack.proof.values import Block, Claim, Mark

_COMMENT = re.compile(r"<!--\s*(?P<kind>bad|shown)\b(?P<rest>.*?)-->\s*$")
_REST = re.compile(r"(?:\s+raises=(?P<raises>[\w.]+)|\s+exits=(?P<exits>\d+))?\s*:\s*(?P<words>.*)")
_ANY_MARK = re.compile(r"<!--\s*(?:bad|shown|proven)\b")
_LANGUAGE = re.compile(r"[\s{.]*(?P<language>[\w+#-]*)")
_FILE = re.compile(r"""\b(?:title|file|filename|path)=["']?(?P<path>[^"'\s}]+)""")
_FIRST_LINE = re.compile(
    r"\s*(?:#|//|--)\s*(?:file(?:name)?:\s*)?(?P<path>(?:[\w.-]+/)*[\w-][\w.-]*\.[a-z]{1,5})\s*$"
)
_SUFFIXES = {"python": (".py",), "typescript": (".ts", ".tsx"), "javascript": (".js", ".mjs")}


@dataclass(frozen=True, slots=True)
class Read:
    """What is in one page."""

    blocks: tuple[Block, ...]
    claims: tuple[Claim, ...]
    headings: tuple[tuple[int, int, str], ...]
    """Line, level and words of each."""
    faults: tuple[tuple[int, str], ...]


def read(text: str) -> Read:
    """Read a page; its frontmatter is passed over."""
    lines = _without_frontmatter(text).splitlines()
    tokens = MarkdownIt("commonmark").parse("\n".join(lines))
    faults: list[tuple[int, str]] = []
    blocks: list[Block] = []
    taken: set[int] = set()
    inside: set[int] = set()
    for token in tokens:
        if token.type != "fence" or token.map is None:
            continue
        first, last = token.map
        inside.update(range(first, last))
        mark = _mark(lines, first, faults)
        if mark is not None:
            taken.add(first - 1)
        blocks.append(_block(token.info, token.content, first + 1, mark))
    headings = tuple(
        (token.map[0] + 1, int(token.tag[1:]), tokens[number + 1].content)
        for number, token in enumerate(tokens)
        if token.type == "heading_open" and token.map is not None
    )
    told = [
        one
        for number, line in enumerate(lines)
        if number not in inside
        for one in _claim(line, number, faults)
    ]
    for number, line in enumerate(lines):
        lost = number not in inside and number not in taken and _ANY_MARK.search(line)
        if lost and not re.search(r"<!--\s*proven\b", line):
            faults.append((number + 1, "a mark without a block directly below it"))
    claims = tuple(
        Claim(
            one.line,
            one.words or _heading(headings, one.line),
            one.versions,
            one.date,
            lines_of,
            one.by,
        )
        for one, lines_of in _shown(told, blocks, headings)
    )
    faults += [
        (claim.line, "a claim that no block of its section shows")
        for claim in claims
        if not claim.blocks and claim.by is None
    ]
    return Read(tuple(blocks), claims, headings, tuple(sorted(faults)))


def _without_frontmatter(text: str) -> str:
    """The text with empty lines for its frontmatter, so that lines keep their numbers."""
    body = document.read(text.encode()).body
    above = text.removesuffix(body) if text.endswith(body) else ""
    return "\n" * above.count("\n") + body if above else text


def _block(info: str, content: str, line: int, mark: Mark | None) -> Block:
    found = _LANGUAGE.match(info)
    language = found["language"].lower() if found else ""
    named = _FILE.search(info)
    if named is None:
        first = content.partition("\n")[0]
        named = _FIRST_LINE.match(first)
    path = named["path"] if named else None
    if path is not None and not _belongs(path, language):
        path = None
    return Block(language, path, content, line, mark)


def _belongs(path: str, language: str) -> bool:
    pure = PurePosixPath(path)
    if pure.is_absolute() or ".." in pure.parts:
        return False
    long = {"py": "python", "ts": "typescript", "js": "javascript"}.get(language, language)
    return pure.suffix in _SUFFIXES.get(long, (pure.suffix,))


def _mark(lines: Sequence[str], fence: int, faults: list[tuple[int, str]]) -> Mark | None:
    """What the line above a fence says of it."""
    found = _COMMENT.search(lines[fence - 1]) if fence else None
    if found is None:
        return None
    rest = _REST.fullmatch(found["rest"].rstrip())
    if rest is None or not rest["words"]:
        faults.append((fence, f"says {found['kind']}, and not why"))
        rest = None
    kind: str = found["kind"]
    if rest is not None and kind == "shown" and (rest["raises"] or rest["exits"]):
        faults.append((fence, "what is only shown cannot fail"))
    raises = rest and (rest["raises"] or (f"exit {rest['exits']}" if rest["exits"] else None))
    words = rest["words"] if rest else ""
    return Mark("bad" if kind == "bad" else "shown", words, raises)


def _claim(line: str, number: int, faults: list[tuple[int, str]]) -> Iterator[Written]:
    try:
        found = written(line, number + 1)
    except ValueError as error:
        faults.append((number + 1, str(error)))
        return
    if found is not None:
        yield found


def _heading(headings: Sequence[tuple[int, int, str]], line: int) -> str:
    """What stands over a line."""
    above = [words for at, _, words in headings if at < line]
    return above[-1] if above else ""


def _shown(
    told: Sequence[Written],
    blocks: Sequence[Block],
    headings: Sequence[tuple[int, int, str]],
) -> Iterator[tuple[Written, tuple[int, ...]]]:
    """Each claim with the lines of the blocks behind it, up to the next claim or heading."""
    for place, claim in enumerate(told):
        ends = [line for line, _, _ in headings if line > claim.line]
        section = min(ends, default=10**9)
        after = told[place + 1].line if place + 1 < len(told) else section
        below = [block.line for block in blocks if claim.line < block.line < section]
        # Claims in one list share what comes behind the list.
        own = [line for line in below if line < after] or below
        yield claim, tuple(own)
