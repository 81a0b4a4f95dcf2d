"""A rule's docstring as its manual: what it says, what is bad, what is good.

```text
What the fault is, in one line.

Why it matters.

Bad .claude/agents/a.md:
    the file's text
Good .claude/agents/a.md:
    the file's text
```

A line `⋮ 500 times` in an example stands for 500 more of the line above it.
An example of several files names each; `Bad` begins a new example only after a `Good`
of the same kind has ended, so that consecutive files of one word form one tree.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from inspect import cleandoc
from textwrap import dedent

_EXAMPLE = re.compile(
    r"^(?P<kind>Bad|Good) (?P<path>\S+?)(?P<run> \(may be run\))?:\n(?P<text>(?:(?:[ \t]+.*)?\n)*)",
    re.MULTILINE,
)
_REPEATED = re.compile(r"^(?P<line>.*\n)[ \t]*⋮ (?P<times>\d+) times\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Example:
    """One file of an example."""

    path: str
    text: str
    executable: bool = False


@dataclass(frozen=True, slots=True)
class Manual:
    """What a rule says of itself."""

    title: str
    why: str
    bad: tuple[Example, ...]
    good: tuple[Example, ...]


def read(docstring: str) -> Manual:
    """Take a rule's docstring apart."""
    text = cleandoc(docstring) + "\n"
    examples: dict[str, list[Example]] = {"Bad": [], "Good": []}
    for match in _EXAMPLE.finditer(text):
        body = dedent(match["text"]).strip("\n") + "\n"
        # `\t`, `\0` and the like are written out in examples, to be seen.
        body = _REPEATED.sub(lambda line: line["line"] * (int(line["times"]) + 1), body)
        body = re.sub(r"␀", "\0", body.replace("␉", "\t").replace("␍", "\r"))
        examples[match["kind"]].append(Example(match["path"], body, bool(match["run"])))
    prose = _EXAMPLE.sub("", text).strip()
    title, _, why = prose.partition("\n\n")
    return Manual(
        " ".join(title.split()), why.strip(), tuple(examples["Bad"]), tuple(examples["Good"])
    )
