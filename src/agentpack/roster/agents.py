"""From a file to the agent that the client makes of it, or to why it makes none."""

from __future__ import annotations

from agentpack import tokens
from agentpack.document import Document, read
from agentpack.document.versions import COLON_REFUSED, HOOKS_CHECKED, LONG_NAME_REFUSED
from agentpack.record import replace
from agentpack.roster import hooks, tools
from agentpack.roster.text import spelt, trimmed, units
from agentpack.roster.values import Agent, Loss, Source

LONGEST_NAME = 256
"""The most that an agent's name may have, in UTF-16 units."""


def predict(source: Source, client: str) -> Agent | Loss:
    """The agent in this file, or why there is none."""
    if source.data is None:
        return Loss(source.path, 1, source.fault, source.rule)
    document = read(source.data, client)
    if source.scope:
        return _of_plugin(source, document, client)
    lost = _loss(source.path, document, client)
    if lost:
        return lost
    description = (document.text("description") or "").replace("\\n", "\n")
    return _agent(source.path, document, document.text("name") or "", description)


def _loss(path: str, document: Document, client: str) -> Loss | None:
    def loss(key: str, reason: str, rule: str) -> Loss:
        found = document.fields.get(key)
        line, column = (found.line, found.column) if found else (1, 1)
        return Loss(path, line, reason, rule, column, document)

    problem = document.problem
    if problem:
        return Loss(path, problem.line, problem.reason, problem.rule, problem.column, document)
    for key in ("name", "description"):
        found = document.fields.get(key)
        if found is None or found.value is None or found.value == "":
            return loss(key, f"it has no {key}", f"no-{key}")
        if not isinstance(found.value, str):
            return loss(key, f"its {key} is not text", f"{key}-not-text")
    name = document.text("name") or ""
    if name.startswith("-"):
        return loss("name", "its name begins with '-'", "name-begins-with-dash")
    if ":" in name and COLON_REFUSED.holds(client):
        return loss("name", "its name has a ':', which is kept for plugins", "colon-in-name")
    if _too_long(name, client):
        return loss("name", f"its name has more than {LONGEST_NAME} characters", "long-name")
    shape = hooks.fault(document.fields["hooks"].value) if "hooks" in document.fields else None
    if shape and HOOKS_CHECKED.holds(client):
        return loss("hooks", f"its hooks are not of the known shape: {shape}", "hooks-shape")
    return None


def _too_long(name: str, client: str) -> bool:
    return units(name) > LONGEST_NAME and LONG_NAME_REFUSED.holds(client)


def _of_plugin(source: Source, document: Document, client: str) -> Agent:
    r"""A plugin's agent, which never lacks anything: what is missing the client makes up.

    Whatever its name and description are, they are spelt out, and `\n` stays as it is.
    """
    if document.problem:
        document = replace(document, fields={})
    name = document.fields.get("name")
    called = spelt(name.value) if name and name.value is not None else ""
    if not called or _too_long(called, client):
        called = source.path.rpartition("/")[2].removesuffix(".md")
    made_up = f"Agent from {source.scope.partition(':')[0]} plugin"
    return _agent(source.path, document, source.scope + called, said(document) or made_up)


def said(document: Document) -> str:
    """What is taken for the description of a plugin's agent: the first key that says anything."""
    for key in ("description", "when_to_use", "when-to-use"):
        found = document.fields.get(key)
        if found and found.value is not None and not isinstance(found.value, (list, dict)):
            text = trimmed(spelt(found.value))
            if text:
                return text
    return ""


def _agent(path: str, document: Document, name: str, description: str) -> Agent:
    fields = document.fields
    given, refused = tools.allowed(fields), tools.disallowed(fields)
    # An agent that is given an empty list starts without any tool, and the roster says: all.
    left = tuple(tool for tool in given if tool not in refused) if given else None
    model = trimmed(document.text("model") or "")
    skills = dict.fromkeys(tools.named(fields["skills"].value) if "skills" in fields else ())
    return Agent(
        name,
        description,
        left,
        refused,
        "inherit" if model.lower() == "inherit" else model or None,
        tuple(skills),
        path,
        document.line("name"),
        tokens.estimate(f"- {name}: {description} (Tools: {tools.told(left, refused)})"),
        document,
        toolless=tools.none_left(given, refused),
    )
