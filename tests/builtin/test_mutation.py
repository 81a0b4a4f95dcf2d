"""The proof notices: one name of a page's code renamed, and it fails at that file and line.

Two pages are changed in every run; `AGENTPACK_MUTATIONS=60` changes that many places, as many
pages at a time as there are.
"""

from __future__ import annotations

import ast
import os
import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from agentpack.pack import builtin_root, load
from agentpack.project import unknown
from agentpack.proof import Limits, Options, prove
from agentpack.proof.pages import pages
from agentpack.proof.values import Page

HOW_MANY = int(os.environ.get("AGENTPACK_MUTATIONS", "2"))
SEED = int(os.environ.get("AGENTPACK_SEED", "7"))


@dataclass(frozen=True)
class Mutation:
    """A name in a page to be renamed: the line as the author wrote it, and where in it."""

    target: str
    source: Path
    line: int
    column: int
    name: str
    kind: str

    def apply(self, text: str) -> str:
        lines = text.splitlines(keepends=True)
        line = lines[self.line - 1]
        assert line[self.column :].startswith(self.name), (self, line)
        end = self.column + len(self.name)
        lines[self.line - 1] = f"{line[:end]}_gone{line[end:]}"
        return "".join(lines)


def places(page: Page) -> Iterator[Mutation]:
    """Every imported name and every called name of a page's Python."""
    written = page.source.read_text("utf-8").splitlines()
    for block in page.blocks:
        if block.language != "python" or (block.mark and block.mark.kind == "shown"):
            continue
        lines = block.source.splitlines()
        for line, column, name, kind in names(block.source):
            place = page.written(block.line + line)
            shift = written[place - 1].find(lines[line - 1])
            if shift >= 0:
                yield Mutation(page.target, page.source, place, column + shift, name, kind)


def names(source: str) -> Iterator[tuple[int, int, str, str]]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom):
            for one in node.names:
                yield one.lineno, one.col_offset, one.name, "import"
        elif isinstance(node, ast.Call):
            called = node.func
            if isinstance(called, ast.Name):
                yield called.lineno, called.col_offset, called.id, "call"
            elif isinstance(called, ast.Attribute):
                column = called.end_col_offset - len(called.attr)
                yield called.end_lineno, column, called.attr, "call"


def rounds() -> list[list[Mutation]]:
    """What is changed together: at most one place of a page at a time."""
    choose = random.Random(SEED)
    found = pages(load(builtin_root()), unknown())
    of_page = [list(places(page)) for page in found]
    of_page = [choose.sample(one, len(one)) for one in of_page if one]
    made: list[list[Mutation]] = []
    left = HOW_MANY
    while left > 0 and any(of_page):
        choose.shuffle(of_page)
        taken = [one.pop() for one in of_page if one][:left]
        made.append(taken)
        left -= len(taken)
    return made


@pytest.mark.parametrize("mutations", rounds(), ids=lambda one: f"{len(one)}-pages")
def test_a_renamed_name_fails_at_its_line(
    mutations: list[Mutation], tmp_path: Path, held: Limits, postgres_before: None
) -> None:
    """Each changed page is broken, and the line that was changed is named."""
    root = tmp_path / "builtin"
    shutil.copytree(builtin_root(), root)
    for one in mutations:
        file = root / one.source.relative_to(builtin_root())
        file.write_text(one.apply(file.read_text("utf-8")), "utf-8")
    targets = tuple(one.target for one in mutations)
    options = Options(strict=True, select=targets, limits=held)
    proof = prove(load(root), unknown(), options)
    missed = []
    for one in mutations:
        own = [r for r in proof.results if r.path.endswith(one.source.name)]
        failed = [r for r in own if r.verdict in {"broken", "fragment", "needs-part"}]
        if not any(one.line in (r.fault, *r.hidden) for r in failed):
            said = "; ".join(f"{r.fault or r.line} {r.verdict} {r.reason}" for r in failed)
            missed.append(f"{one.target}:{one.line} {one.kind} {one.name}: {said or 'all runs'}")
    print(f"{len(mutations) - len(missed)} of {len(mutations)} found at their lines")
    assert not missed, "\n".join(missed)
