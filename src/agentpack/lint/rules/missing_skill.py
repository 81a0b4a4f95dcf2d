"""A text that sends the model to a skill that does not exist.

The call fails ("Unknown skill") and the model makes do without it. As a text may also mean
a skill of another plugin, only two are judged: a name that differs by little from one that
is here, and, in a project's `.claude`, a name that the text tells to use.

Bad .claude/skills/basket/SKILL.md:
    ---
    description: How baskets are kept. Use when one is changed.
    ---
    Then follow the `unit-tests` skill.
Bad .claude/skills/unit-test/SKILL.md:
    ---
    description: How tests are written. Use when one is.
    ---
    # Tests
Good .claude/skills/basket/SKILL.md:
    ---
    description: How baskets are kept. Use when one is changed.
    ---
    Then follow the `unit-test` skill.
Good .claude/skills/unit-test/SKILL.md:
    ---
    description: How tests are written. Use when one is.
    ---
    # Tests
"""

from collections.abc import Iterator

from agentpack.lazy import lazy
from agentpack.lint.mentions import placeholder, skills_known
from agentpack.lint.page import Page
from agentpack.lint.rule import Hits, Severity, did_you_mean, rule
from agentpack.lint.scene import Scene

_NAME = r"[a-z][a-z0-9]*(?:-[a-z0-9]+)+"
_BEFORE = lazy(
    r"(?P<told>\b(?:[Uu]se|[Ff]ollow|[Ll]oad|[Aa]pply|[Rr]ead|[Ii]nvoke|[Rr]un)(?: the)? )?"
    rf"(?<!`)`(?P<name>{_NAME})$"
)
_AFTER = lazy(rf"skill `(?P<name>{_NAME})`(?!`)")
_LONGEST = 80
_NEAR = 0.85


@rule(Severity.WARNING, tree=True, needs=("word ` skill", "word skill `"))
def check(scene: Scene) -> Hits:
    if not scene.skills:
        return
    known: frozenset[str] | None = None
    for page in scene.having("` skill", "skill `"):
        told: set[str] = set()
        for offset, name, meant in _mentions(page):
            known = known or skills_known(scene)
            if name in told or name in known or placeholder(name) or page.in_block(offset):
                continue
            told.add(name)
            near = did_you_mean(name, known, _NEAR)
            if near or (meant and page.path.startswith(".claude/")):
                yield page.place(offset), f"there is no skill {name!r} here", near


def _mentions(page: Page) -> Iterator[tuple[int, str, bool]]:
    """The skills that a text names, where, and whether it tells the model to use them."""
    body = page.body
    end = body.find("` skill")
    while end >= 0:
        start = max(end - _LONGEST, 0)
        before = _BEFORE.search(body[start:end])
        if before:
            yield start + before.start("name"), before["name"], before["told"] is not None
        end = body.find("` skill", end + 1)
    if "skill `" in body:
        for match in _AFTER.finditer(body):
            yield match.start("name"), match["name"], False
