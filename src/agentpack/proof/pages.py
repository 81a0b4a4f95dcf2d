"""The Markdown pages of a pack, as a reader with no project in particular has them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from agentpack.errors import AgentpackError
from agentpack.pack import Component, Pack, PackFile
from agentpack.project import Facts
from agentpack.proof.reading import read
from agentpack.proof.values import Page
from agentpack.render import render

_NOTE = re.compile("\ue000(\\d+)\ue001")
"""What a template's lines carry through rendering, in characters that no page has."""


def pages(pack: Pack, facts: Facts, select: Sequence[str] = ()) -> tuple[Page, ...]:
    """Read every page of a pack, or those whose path or a folder of it is in `select`.

    Raises:
        AgentpackError: a template cannot be rendered, or nothing is selected.
    """
    components = (*pack.agents.values(), *pack.skills.values())
    found = tuple(
        _page(component, file, facts, pack.root)
        for component in components
        for file in component.files
        if file.target.endswith(".md")
    )
    if not select:
        return found
    chosen = tuple(page for page in found if _is_selected(page, select))
    for one in select:
        if not any(_is_selected(page, [one]) for page in chosen):
            raise AgentpackError(f"no page {one!r} in the pack", path=pack.root)
    return chosen


def files(pack: Pack, facts: Facts) -> Iterator[tuple[str, bytes, bool]]:
    """Every file that the pack would install: its path, its bytes, and whether it may be run."""
    for component in (*pack.agents.values(), *pack.skills.values()):
        marked = {file.target: file.executable for file in component.files}
        for one in render([component], facts):
            yield one.path, one.data, one.executable or marked[one.path]


def _is_selected(page: Page, select: Iterable[str]) -> bool:
    own = page.source.resolve()
    for one in select:
        if own.is_relative_to(Path(one).resolve()):
            return True
        if any(f"{name}/".startswith(f"{one.rstrip('/')}/") for name in (page.path, page.target)):
            return True
    return False


def _page(component: Component, file: PackFile, facts: Facts, root: Path) -> Page:
    text, lines = _rendered(component, file, facts)
    found = read(text)
    return Page(
        _shown(file.source, root).as_posix(),
        file.target,
        file.source,
        found.blocks,
        found.claims,
        found.headings,
        found.faults,
        lines,
    )


def _rendered(
    component: Component, file: PackFile, facts: Facts
) -> tuple[str, tuple[int, ...] | None]:
    if not file.is_template:
        return file.data.decode("utf-8", "replace"), None
    noted = "".join(
        # A line of a statement gives none itself.
        line if "%»" in line else f"{line.rstrip(chr(10))}\ue000{number}\ue001\n"
        for number, line in enumerate(file.data.decode().splitlines(keepends=True), 1)
    )
    copy = replace(component, files=(replace(file, data=noted.encode()),))
    text = render([copy], facts)[0].data.decode()
    lines, last = [], 1
    for line in text.splitlines():
        notes = _NOTE.findall(line)
        last = int(notes[0]) if notes else last
        lines.append(last)
    return _NOTE.sub("", text), tuple(lines)


def _shown(source: Path, root: Path) -> Path:
    """A page's path as one would type it here, else as the pack has it."""
    for base in (Path.cwd(), root):
        if source.absolute().is_relative_to(base.absolute()):
            return source.absolute().relative_to(base.absolute())
    return source
