"""A rule's docstring as its manual: what it says, what is bad, what is good.

```text
What the fault is, in one line.

Why it matters.

Bad .claude/agents/a.md:
    the file's text
Good .claude/agents/a.md:
    the file's text
```

A line `⋮ 500 times` in an example stands for 500 more of the line above it. What is no plain
file says so after its path: `(may be run)`, `(link to TARGET)`, `(pipe)`,
`(of 65 MB)`. Characters that cannot be seen are written as `␉ ␀ ␍`, a byte-order
mark as `␂`, and a byte that is not UTF-8 as `␦`.

An example of several files names each; `Bad` begins a new example only after a `Good`
of the same kind has ended, so that consecutive files of one word form one tree.
"""

from __future__ import annotations

import re
from inspect import cleandoc
from textwrap import dedent

from agentpack.lazy import lazy
from agentpack.record import Record

_EXAMPLE = lazy(
    r"^(?P<kind>Bad|Good) (?P<path>\S+?)(?: \((?P<how>[^)\n]+)\))?:\n"
    r"(?P<text>(?:(?:[ \t]+.*)?\n)*)",
    re.MULTILINE,
)
_REPEATED = lazy(r"^(?P<line>.*\n)[ \t]*⋮ (?P<times>\d+) times\n", re.MULTILINE)
_SEEN = str.maketrans({"␀": "\0", "␉": "\t", "␍": "\r", "␂": "\ufeff", "␦": "\udcff"})


class Example(Record):
    """One file of an example."""

    path: str
    text: str
    how: str = ""
    """What it is other than a plain file, as the manual says it."""

    @property
    def executable(self) -> bool:
        """Whether it may be run."""
        return self.how == "may be run"


class Manual(Record):
    """What a rule says of itself."""

    title: str
    why: str
    bad: tuple[Example, ...]
    good: tuple[Example, ...]


def visible(text: str) -> str:
    """An example's text with what cannot be seen written out, as in the docstring."""
    return text.translate({ord(hidden): chr(seen) for seen, hidden in _SEEN.items()})


def read(docstring: str) -> Manual:
    """Take a rule's docstring apart."""
    text = cleandoc(docstring) + "\n"
    examples: dict[str, list[Example]] = {"Bad": [], "Good": []}
    for match in _EXAMPLE.finditer(text):
        body = dedent(match["text"]).strip("\n") + "\n"
        body = _REPEATED.sub(lambda line: line["line"] * (int(line["times"]) + 1), body)
        text_of_file = body.translate(_SEEN)
        examples[match["kind"]].append(Example(match["path"], text_of_file, match["how"] or ""))
    prose = _EXAMPLE.sub("", text).strip()
    title, _, why = prose.partition("\n\n")
    return Manual(
        " ".join(title.split()), why.strip(), tuple(examples["Bad"]), tuple(examples["Good"])
    )
