"""Every block of code in the pack's own pages runs, or says in the page why it does not.

`agentpack prove --strict` is the proof; here each page is a test. What a page stands on besides
its own text, and what it shows without calling it, is in `builtin/proof`, which is not installed.
"""

from __future__ import annotations

import os
import shutil

import pytest

from agentpack.pack import builtin_root, load
from agentpack.project import unknown
from agentpack.proof import Options, Proof, prove
from agentpack.proof.pages import pages
from agentpack.proof.typescript import VARIABLE

PACK = load(builtin_root())
PAGES = pages(PACK, unknown())
PATHS = {page.target: page.path for page in PAGES}
NPM = f"{VARIABLE} names no node_modules"
PARTS = {
    "skills/fastapi-backend/references/openapi.md": (NPM, VARIABLE in os.environ),
    "skills/backend-skill/references/auth.md": (NPM, VARIABLE in os.environ),
    "skills/backend-skill/references/api-design.md": (
        "no redis-server on the PATH",
        shutil.which("redis-server"),
    ),
    "skills/backend-skill/references/database.md": (
        "no pgbouncer on the PATH",
        shutil.which("pgbouncer"),
    ),
}
"""Pages that need what PyPI does not bring, and whether it is here."""


@pytest.fixture(scope="session")
def proof(request, held, postgres_before) -> Proof:
    """Of the pages that were asked for, in one run."""
    asked = {
        item.callspec.params["target"]
        for item in request.session.items
        if item.originalname == "test_every_block_of_the_page_runs"
    }
    options = Options(strict=True, select=tuple(asked), limits=held)
    return prove(PACK, unknown(), options)


@pytest.mark.parametrize(
    "target", [page.target for page in PAGES if page.blocks], ids=lambda target: target
)
def test_every_block_of_the_page_runs(target: str, proof: Proof) -> None:
    """Each block does what the page says, each line of Python runs, each claim is true."""
    lack, found = PARTS.get(target, ("", True))
    if not found:
        pytest.skip(lack)
    path = PATHS[target]
    results = [one for one in proof.results if one.path == path]
    wrong = [
        f"{one.path}:{one.fault or one.line}: {one.verdict}: {one.reason}"
        + (f" (caught on the way: {one.hidden})" if one.hidden else "")
        for one in results
        if not one.told or one.verdict == "broken"
    ]
    false = [
        f"{one.path}:{one.line}: {one.state}: {one.reason}"
        for one in proof.claims
        if one.path == path and one.state != "true"
    ]
    if wrong or false:
        pytest.fail("\n".join([*wrong, *false]), pytrace=False)
    assert results


def test_there_are_pages_and_blocks() -> None:
    """The pack has pages, and blocks of Python in them: an empty search is a failure."""
    python = [one for page in PAGES for one in page.blocks if one.language == "python"]
    assert len(PAGES) >= 20
    assert len(python) >= 100


def test_what_pages_stand_on_belongs_to_a_page() -> None:
    """Each file below `builtin/proof` is a page's, or imported by one that is."""
    folder = builtin_root() / "proof"
    of_pages = {folder / page.target.replace(".md", ".py") for page in PAGES}
    files = set(folder.rglob("*.py"))
    assert files - of_pages == {folder / "sample.py"}
