"""From a file to the skill that the client makes of it."""

from __future__ import annotations

import re

from agentpack import tokens
from agentpack.document import SPACE, Document, read
from agentpack.document.versions import (
    COMMAND_FIRST,
    LOOSE_BOOLEANS,
    SKILL_FOLDER_CHECKED,
    SKILL_TEXT_CLEANED,
)
from agentpack.lazy import lazy
from agentpack.roster.text import cut, sent, spelt, trimmed
from agentpack.roster.values import Loss, Skill, Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

LONGEST = 1536
"""The most that is shown of a skill's description, in UTF-16 units."""
_LONGEST_FIRST_LINE = 100
_HEADING = lazy(rf"#+[{SPACE}]+(.+)", re.DOTALL)
# Beside what Python cannot print: what Unicode wants to be passed over in display.
_ODD = lazy(
    "[<>\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_NOT_IN_NAMES = lazy(r"[^A-Za-z0-9_-]")
_COMMA = lazy(r",(?![^{}]*\})")
_BRACES = lazy(r"\{([^{}]*)\}")
_MOST_CHOICES = 50
_YES = ("true", "yes", "on", "1")
_ESCAPE = lazy(
    # A terminal's control sequences: with parameters, with a text, and the short ones.
    r"(?:\x1b\[|\x9b)[^@-~\x1b\x90\x98\x9b\x9d-\x9f]*[@-~]?"
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f]).*?(?:\x07|\x1b\\|\x9c|\Z)"
    r"|\x1b(?:[ -/][^\x1b]?|[0-~])?",
    re.DOTALL,
)
_UNPRINTABLE = lazy(
    "[\0-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f"
    "\ud800-\udfff\u2028-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\U000e0001\U000e0020-\U000e007f]+"
)


def predict(source: Source, client: str) -> Skill | Loss:
    """The skill in this file; what is wrong with its frontmatter does not keep it from loading."""
    if source.data is None:
        return Loss(source.path, 1, source.fault, source.rule)
    document = read(source.data, client)
    if source.command and COMMAND_FIRST.holds(client):
        reason = f"{source.command} has the same name, and stands in its place"
        return Loss(source.path, 1, reason, "behind-command", 1, document)
    values = {} if document.problem else {key: f.value for key, f in document.fields.items()}
    folder = source.path.rpartition("/")[0].rpartition("/")[2]
    plugin = ":" in source.scope
    odd = _ODD.search(folder) or not folder.isprintable()
    if odd and not plugin and SKILL_FOLDER_CHECKED.holds(client):
        reason = "its folder's name has '<', '>' or a character that cannot be seen"
        return Loss(source.path, 1, reason, "odd-skill-folder", 1, document)
    name = source.scope + (_plain(folder) if plugin else folder)
    # Of a plugin's skill the model is told only what its author says of it.
    silent = plugin and not described(values)
    description = whole(document, values, client)
    shown = cut(description, LONGEST, "…")
    hidden = silent or asked_only(values, client, plugin=plugin)
    return Skill(
        name,
        sent(shown),
        listed=not hidden,
        path=source.path,
        line=document.line("name") if not document.problem else 1,
        tokens=0 if hidden else tokens.estimate(f"- {name}: {shown}"),
        document=document,
    )


def whole(document: Document, values: dict[str, Any], client: str) -> str:
    """The description before it is cut."""
    text = _description(values.get("description"))
    if not text:
        text = _first_line(document.body)
    when = _when(values)
    if when is not None:
        text = f"{text} - {spelt(when)}"
    if SKILL_TEXT_CLEANED.holds(client):
        if not text.isprintable():
            text = _UNPRINTABLE.sub(" ", _ESCAPE.sub("", text))
        text = text.replace("<", "&lt;").replace(">", "&gt;")
    return text


def described(values: dict[str, Any]) -> bool:
    """Whether the author says in the keys what the skill is, or when to use it."""
    return bool(_description(values.get("description"))) or _when(values) is not None


def asked_only(values: dict[str, Any], client: str, *, plugin: bool) -> bool:
    """Whether the author keeps the skill from the model: for good, or until a file matches.

    A plugin's skill does not wait for files: its `paths` are passed over.
    """
    if _yes(values.get("disable-model-invocation"), client):
        return True
    return not plugin and _paths(values.get("paths"))


def _when(values: dict[str, Any]) -> Any:
    when = values.get("when_to_use")
    return when if when is not None and spelt(when) else None


def _plain(folder: str) -> str:
    """A folder's name as a plugin's skill is called: signs become hyphens, large ones two."""
    return _NOT_IN_NAMES.sub(
        lambda found: "-" if len(found[0].encode("utf-16-le", "surrogatepass")) == 2 else "--",  # noqa: PLR2004
        folder,
    )


def _description(value: Any) -> str:
    if value is None or isinstance(value, (list, dict)):
        return ""
    return trimmed(spelt(value))


def _first_line(body: str) -> str:
    for line in body.split("\n"):
        words = trimmed(line)
        if words:
            heading = _HEADING.fullmatch(words)
            return cut(heading[1] if heading else words, _LONGEST_FIRST_LINE, "...")
    return "Skill"


def _yes(value: Any, client: str) -> bool:
    if value is None or value is True or value == "true":
        return value is not None
    if isinstance(value, (list, dict)) or not LOOSE_BOOLEANS.holds(client):
        return False
    return trimmed(spelt(value)).lower() in _YES


def _paths(value: Any) -> bool:
    """Whether a skill waits for a file to match; a pattern that matches all does not wait."""
    parts = value if isinstance(value, list) else [value] if isinstance(value, str) else []
    words = [
        word for part in parts for word in _patterns(spelt(part)) if isinstance(part, (str, list))
    ]
    return any(word.removesuffix("/**") not in ("", "**") for word in words)


def _patterns(text: str) -> list[str]:
    """A text's patterns: commas part them, but not in braces, whose choices are patterns too."""
    found = [trimmed(part) for part in _COMMA.split(text)]
    for _ in range(_MOST_CHOICES):
        braced = next((part for part in found if _BRACES.search(part)), None)
        if braced is None:
            break
        match = _BRACES.search(braced)
        if match:
            found.remove(braced)
            found += [
                braced[: match.start()] + choice + braced[match.end() :]
                for choice in match[1].split(",")
            ]
    return found
