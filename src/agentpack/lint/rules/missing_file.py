"""A link, or a path in backticks, to a file that is not there.

The model looks for it when the text sends it there, and goes on without. A path is sought
beside the page, in the skill's folder and at the tree's root; `${CLAUDE_SKILL_DIR}` is the
skill's folder. In backticks only paths into folders that belong to a skill are judged. Where a
whole folder is missing of which a page names several files, that is told once.

Bad .claude/skills/basket/SKILL.md:
    ---
    description: How baskets are kept. Use when one is changed.
    ---
    Read `references/prices.md` first.
Good .claude/skills/basket/SKILL.md:
    ---
    description: How baskets are kept. Use when one is changed.
    ---
    Read `references/prices.md` first.
Good .claude/skills/basket/references/prices.md:
    # Prices
"""

import posixpath
import re
from collections.abc import Iterable, Iterator

from agentpack.lazy import lazy
from agentpack.lint.page import Page, Piece
from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene
from agentpack.lint.whereabouts import Whereabouts, handed_on, quoted

_FILE = (
    r"[\w./@+-]+\."
    r"(?:md|py|sh|js|mjs|cjs|ts|tsx|json|ya?ml|toml|txt|html|css|csv|sql|svg|png|j2|xsd)"
)
_LINK = lazy(rf"\]\(<?(?P<path>{_FILE})(?=[#?)> ])")
_TICK = lazy(
    r"`(?P<path>(?:\./)?(?:(?P<own>references?/[\w./@+-]+\.\w+)|"
    r"(?P<top>scripts)/[\w./@+-]+\.(?:py|sh|js|mjs|ts)))`"
)
_ROOTED = lazy(rf"\$\{{CLAUDE_SKILL_DIR\}}/(?P<path>{_FILE})(?![\w*{{<])")
# The name of another place's file, shown in the block of code below it.
_CAPTION = lazy(r"[ \t:*]*\n\s*(?:`{3}|~{3})")
_EXAMPLE = lazy(
    r"(?:^|[/_-])(?:path|foo|bar|your|my|example|file|filename|xxx|some)(?:[/_.-]|$)", re.IGNORECASE
)
_TIP = "mend the path, or add the file"


_WORDS = ("](", "${CLAUDE_SKILL_DIR}/", "reference/", "references/", "scripts/")


@rule(Severity.WARNING, tree=True, needs=tuple(f"word {word}" for word in _WORDS))
def check(scene: Scene) -> Hits:
    tree = Whereabouts(scene)
    for page in scene.having(*_WORDS):
        if handed_on(page):
            continue
        missing: dict[str, Piece] = {}
        for piece in _missing(page, tree):
            if not _EXAMPLE.search(piece.text):
                missing.setdefault(piece.text, piece)
        for folder, pieces in _together(missing.values(), page, tree).items():
            place = page.place(pieces[0].offset)
            if len(pieces) > 1:
                message = f"there is no folder {folder!r}, of which {len(pieces)} files are named"
                yield place, message, "mend the paths, or add the folder"
            else:
                yield place, f"there is no {pieces[0].text!r}", _TIP


def _together(missing: Iterable[Piece], page: Page, tree: Whereabouts) -> dict[str, list[Piece]]:
    """What is missing, by the folder where that is missing as well, else by itself."""
    found: dict[str, list[Piece]] = {}
    for piece in missing:
        folder = posixpath.normpath(piece.text).rpartition("/")[0]
        whole = folder and not tree.leads(page, folder)
        found.setdefault(folder if whole else piece.text, []).append(piece)
    return found


def _missing(page: Page, tree: Whereabouts) -> Iterator[Piece]:
    body = page.body
    if page.linked:
        for match in _LINK.finditer(body):
            path, offset = match["path"], match.start("path")
            if path[0] != "/" and not tree.leads(page, path) and not quoted(page, offset):
                yield Piece(path, offset)
    if page.kind == "agent":
        return
    if "${CLAUDE_SKILL_DIR}/" in body:
        skill = tree.skill_of(page)
        for match in _ROOTED.finditer(body):
            if skill is not None and tree.at(skill, match["path"]) is None:
                yield Piece(match["path"], match.start("path"))
    # A text about skills shows how paths in a skill look.
    if ("reference" in body or "scripts/" in body) and "SKILL.md" not in body:
        yield from _ticked(page, tree)


def _ticked(page: Page, tree: Whereabouts) -> Iterator[Piece]:
    skill = tree.skill_of(page)
    if skill is None:
        return
    for match in _TICK.finditer(page.body):
        path, top = match["path"], match["top"]
        # The user's project may have `scripts` too: they must be the skill's.
        if top and f"{skill}/{top}".lstrip("/") not in tree.folders:
            continue
        if tree.leads(page, path) or tree.elsewhere(path) or page.in_block(match.start()):
            continue
        if _CAPTION.match(page.body, match.end()):
            continue
        yield Piece(path, match.start("path"))
