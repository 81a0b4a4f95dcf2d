"""A value of the frontmatter that a template should have filled in, such as `{{ name }}`.

Claude Code fills nothing in there: the marks reach the model as they stand, and a name or
tool with them in it is one that nobody asks for.

Bad .claude/agents/api.md:
    ---
    name: api
    description: "Builds the endpoints of {{ product }}. Use when one is to be added."
    ---
    Build endpoints.
Good .claude/agents/api.md:
    ---
    name: api
    description: Builds the endpoints of Studio. Use when one is to be added.
    ---
    Build endpoints.
"""

from agentpack.lazy import lazy
from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene
from agentpack.roster import Agent, Skill

_MARK = lazy(
    r"\{\{[-~ ]*[\w.$]+[^{}\n]{0,60}\}\}"
    r"|\{%-?[^%\n]{1,80}%\}|<%[-=]?[^%\n]{1,80}%>|«%?[^«»\n]{1,80}»"
)
_KEYS = ("name", "description", "tools", "disallowedTools", "model", "skills", "color")


@rule(Severity.WARNING)
def check(scene: Scene) -> Hits:
    entries: tuple[Agent | Skill, ...] = (*scene.agents, *scene.skills)
    for entry in entries:
        document, fields = entry.document, entry.document.fields
        head = document.source[: len(document.source) - len(document.body)]
        # An escape may stand for any character.
        if document.problem is None and not any(sign in head for sign in ("{", "<", "«", "\\")):
            continue
        for key in _KEYS:
            value = fields[key].value if key in fields else None
            if not value:
                continue
            # Only what is no deeper than a list: aliases can make a value larger than any memory.
            parts = value if isinstance(value, list) else [value]
            text = "\n".join(part for part in parts if isinstance(part, str))
            if "{" not in text and "<%" not in text and "«" not in text:
                continue
            found = _MARK.search(text)
            if found:
                message = f"{key!r} holds {found[0]!r}, which nothing fills in"
                yield entry.at(key), message, "write the value, or render the template"
