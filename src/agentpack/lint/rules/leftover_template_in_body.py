"""A name in the body that a template should have filled in, such as `{{ product }}`.

Claude Code fills nothing in there: the model reads the marks as they stand. Code, what stands
in backticks or quotes, and bodies that teach a template language are left alone.

Bad .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    ---
    You build the endpoints of {{ product }} in {{ backend_dir }}.
Good .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    ---
    You build the endpoints of Studio. Its pages are templates: `{{ title }}`.
"""

from agentpack.lazy import lazy
from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene

_NAME = lazy(r"(?<![$\w{])\{\{[ \t]?[A-Za-z_][\w.-]{0,60}[ \t]?\}\}(?!\})|«[a-z_]{2,40}»")
_QUOTES = "\"'`\u201c\u2018"


@rule(Severity.WARNING, needs=("word {{", "word «"))
def check(scene: Scene) -> Hits:
    for page in scene.having("{{", "«"):
        body = page.body
        if page.kind == "reference":
            continue
        found = list(_NAME.finditer(body))
        prose = [match for match in found if page.prose[match.start()] == body[match.start()]]
        # A name in code says that the page is about templates.
        if not prose or len(prose) < len(found):
            continue
        for match in prose:
            line = body[body.rfind("\n", 0, match.start()) + 1 : match.start()]
            if not any(quote in line for quote in _QUOTES):
                message = f"{match[0]!r} in the text, which nothing fills in"
                yield page.place(match.start()), message, "write the value, or render the template"
                break
