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

from agentpack.lint.anchors import anchors
from agentpack.lint.rule import Hits, Severity, did_you_mean, rule
from agentpack.lint.scene import Scene
from agentpack.lint.whereabouts import Whereabouts


@rule(Severity.WARNING, tree=True)
def check(scene: Scene) -> Hits:
    pages = {page.path: page for page in scene.pages}
    tree: Whereabouts | None = None
    known: dict[str, frozenset[str]] = {}
    for page in scene.pages:
        if "](" not in page.body or "#" not in page.body:
            continue
        for link in page.links:
            path, hash_, anchor = link.text.partition("#")
            if not hash_ or not anchor or ":" in path or "<" in anchor or "{" in anchor:
                continue
            target: str | None = page.path
            if path:
                if not path.endswith(".md"):
                    continue
                tree = tree or Whereabouts(scene)
                target = tree.find(page, path)
            if target not in pages:
                continue
            if target not in known:
                known[target] = anchors(pages[target])
            if anchor.lower() not in known[target]:
                where = f" in {target!r}" if path else ""
                message = f"there is no heading for '#{anchor}'{where}"
                yield page.place(link.offset), message, did_you_mean(anchor.lower(), known[target])
