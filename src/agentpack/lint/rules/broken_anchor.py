"""A link to a heading that is not there.

`#anchor` is what GitHub makes of a heading: small letters, hyphens for blanks, and no
punctuation. The model that follows it finds nothing under that name, and neither does a reader.

Bad .claude/skills/basket/SKILL.md:
    ---
    description: How baskets are kept. Use when one is changed.
    ---
    Mind the [rounding](#rounding-up).
    ## Rounding
Good .claude/skills/basket/SKILL.md:
    ---
    description: How baskets are kept. Use when one is changed.
    ---
    Mind the [rounding](#rounding).
    ## Rounding
"""

from urllib.parse import unquote

from agentpack.lazy import lazy
from agentpack.lint.anchors import anchors
from agentpack.lint.rule import Hits, Severity, did_you_mean, rule
from agentpack.lint.scene import Scene
from agentpack.lint.whereabouts import Whereabouts, handed_on, quoted

_LINK = lazy(r"\]\(<?(?P<path>(?:[\w./@+%-]+\.md)?)#(?P<anchor>[^)\s<>{]+)[)> ]")


@rule(Severity.WARNING, tree=True, needs="word ](")
def check(scene: Scene) -> Hits:
    pages = {page.path: page for page in scene.pages}
    tree: Whereabouts | None = None
    known: dict[str, frozenset[str]] = {}
    for page in scene.having("]("):
        if "#" not in page.body or handed_on(page):
            continue
        for link in _LINK.finditer(page.body):
            target: str | None = page.path
            if link["path"]:
                tree = tree or Whereabouts(scene)
                target = tree.find(page, link["path"])
            if target not in pages:
                continue
            if target not in known:
                known[target] = anchors(pages[target])
            anchor = unquote(link["anchor"]).lower()
            if anchor not in known[target] and not quoted(page, link.start("anchor")):
                where = f" in {target!r}" if link["path"] else ""
                message = f"there is no heading for '#{anchor}'{where}"
                place = page.place(link.start("path"))
                yield place, message, did_you_mean(anchor, known[target])
