"""From a file to the agent that the client makes of it, or to why it makes none."""

from __future__ import annotations

from dataclasses import replace

from agentpack import tokens
from agentpack.document import Document, read
from agentpack.document.versions import COLON_REFUSED, HOOKS_CHECKED
from agentpack.roster import hooks, tools
from agentpack.roster.text import spelt, trimmed
from agentpack.roster.values import Agent, Loss, Source

_NAMED = ("name", "description")


def predict(source: Source, client: str) -> Agent | Loss:
    """The agent in this file, or why there is none."""
    if source.data is None:
        return Loss(source.path, 1, source.fault, source.rule)
    document = read(source.data, client)
    if source.scope:
        return _of_plugin(source, document)
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
    shape = hooks.fault(document.fields["hooks"].value) if "hooks" in document.fields else None
    if shape and HOOKS_CHECKED.holds(client):
        return loss("hooks", f"its hooks are not of the known shape: {shape}", "hooks-shape")
    return None


def _of_plugin(source: Source, document: Document) -> Agent:
    r"""A plugin's agent, which never lacks anything: what is missing the client makes up.

    Whatever its name and description are, they are spelt out, and `\n` stays as it is.
    """
    if document.problem:
        document = replace(document, fields={})
    values = {key: document.fields[key].value for key in _NAMED if key in document.fields}
    stem = source.path.rpartition("/")[2].removesuffix(".md")
    name = spelt(values["name"]) if values.get("name") is not None else ""
    told = values.get("description")
    description = "" if isinstance(told, (list, dict)) or told is None else trimmed(spelt(told))
    plugin = source.scope.partition(":")[0]
    return _agent(
        source.path,
        document,
        source.scope + (name or stem),
        description or f"Agent from {plugin} plugin",
    )


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
