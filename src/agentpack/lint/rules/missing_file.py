"""A link, or a path in backticks, to a file that is not there.

The model looks for it when the text sends it there, and goes on without. A path is sought
beside the page, in the skill's folder and at the tree's root; `${CLAUDE_SKILL_DIR}` is the
skill's folder. In backticks only paths into folders that belong to a skill are judged.

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

import re
from collections.abc import Iterator

from agentpack.lint.page import Page, Piece
from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene
from agentpack.lint.whereabouts import Whereabouts

_FILE = r"[\w./@+-]+\.(?:md|py|sh|js|mjs|cjs|ts|tsx|json|ya?ml|toml|txt|html|css|csv|sql|svg|png|j2|xsd)"
_LINK = re.compile(rf"(?P<path>{_FILE})(?:[#?].*)?")
_TICK = re.compile(rf"(?:\./)?(?P<top>references?|scripts|assets|templates|examples)/{_FILE}")
_ROOTED = re.compile(rf"\$\{{CLAUDE_SKILL_DIR\}}/(?P<path>{_FILE})(?![\w*{{<])")
_TIP = "mend the path, or add the file"


@rule(Severity.WARNING, tree=True)
def check(scene: Scene) -> Hits:
    tree: Whereabouts | None = None
    for page in scene.pages:
        body = page.body
        # Cheap guards first: most pages name no file of their own.
        if "](" not in body and "/" not in body:
            continue
        tree = tree or Whereabouts(scene)
        told: set[str] = set()
        for piece in _missing(page, tree):
            if piece.text not in told:
                told.add(piece.text)
                yield page.place(piece.offset), f"there is no {piece.text!r}", _TIP


def _missing(page: Page, tree: Whereabouts) -> Iterator[Piece]:
    skill = tree.skill_of(page)
    if "${CLAUDE_SKILL_DIR}" in page.body and skill is not None:
        for match in _ROOTED.finditer(page.body):
            if tree.at(skill, match["path"]) is None:
                yield Piece(match["path"], match.start("path"))
    for link in page.links:
        found = _LINK.fullmatch(link.text)
        path = found["path"] if found else ""
        if path and path[0] != "/" and not tree.leaves(page, path) and not tree.find(page, path):
            yield Piece(path, link.offset)
    if skill is None or "`" not in page.body:
        return
    for tick in page.ticks:
        named = _TICK.fullmatch(tick.text)
        if named and not tree.find(page, tick.text) and _belongs(tree, skill, named["top"]):
            yield tick


def _belongs(tree: Whereabouts, skill: str, top: str) -> bool:
    """Whether a folder of this name is the skill's: the user's project may have `scripts` too."""
    return top.startswith("reference") or f"{skill}/{top}".lstrip("/") in tree.folders
