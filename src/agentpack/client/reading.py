"""The client's requests: the roster that the model reads, and how each agent is launched."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from agentpack.client import stub

_AGENTS = "Available agent types for the Agent tool:\n"
_SKILLS = "The following skills are available for use with the Skill tool:\n"
_BASE = "Base directory for this skill: "


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the roster: what the model knows of an agent or a skill before it uses it."""

    name: str
    description: str
    tools: str
    """Its tools as the model is told them, such as `All tools`; a skill has none."""
    text: str
    """The entry as it stands there: what every conversation pays for."""


@dataclass(frozen=True, slots=True)
class Launch:
    """What an agent is started with."""

    model: str
    tools: tuple[str, ...]
    system: str
    skills: Mapping[str, str]
    """The preloaded skills, by folder, with their text."""


def agent_entries(request: stub.Request, names: Iterable[str]) -> dict[str, Entry]:
    """The roster's entries of these agents."""
    return _entries(
        request, _AGENTS, names, re.compile(r".*(?P<head> \(Tools: (?P<tools>.*)\))\Z", re.DOTALL)
    )


def skill_entries(request: stub.Request, names: Iterable[str]) -> dict[str, Entry]:
    """The roster's entries of these skills; one that the model is not shown has none."""
    return _entries(request, _SKILLS, names, None)


def roster_names(request: stub.Request) -> tuple[str, ...]:
    """What may be the names of agents in the roster: what stands between `- ` and `: `."""
    return tuple(re.findall(r"^- (.+?): ", _section(request, _AGENTS), re.MULTILINE))


def skill_names(request: stub.Request, plugin: str) -> tuple[str, ...]:
    """The names of this plugin's skills in the roster."""
    name = rf"^- ({re.escape(plugin)}:[A-Za-z0-9_-]+)(?: \(|: )"
    return tuple(re.findall(name, _section(request, _SKILLS), re.MULTILINE))


def user_texts(request: stub.Request) -> tuple[str, ...]:
    """Every text that stands in the conversation."""
    return tuple(_texts(request["messages"]))


def refusals(events: Iterable[dict[str, Any]]) -> dict[str, str]:
    """The tool calls that the client refused or could not finish, with what it said."""
    refused = {}
    for event in events:
        if event.get("subtype") == "task_notification" and event.get("status") == "failed":
            refused[str(event.get("tool_use_id"))] = " ".join(str(event.get("summary")).split())
        content = event["message"]["content"] if event.get("type") == "user" else ()
        for block in content:
            if isinstance(block, dict) and block.get("is_error"):
                refused[str(block["tool_use_id"])] = " ".join(" ".join(_texts([block])).split())
    return refused


def launch(request: stub.Request) -> Launch:
    """Read the first request of a launched agent."""
    skills = {}
    for text in _texts(request["messages"]):
        if text.startswith(_BASE):
            folder, _, body = text.removeprefix(_BASE).partition("\n")
            skills[folder.rstrip("/").rpartition("/")[2]] = body
    system = request.get("system") or []
    parts = [system] if isinstance(system, str) else [part["text"] for part in system]
    return Launch(
        request["model"],
        tuple(tool["name"] for tool in request.get("tools", ())),
        "\n\n".join(parts),
        skills,
    )


def _entries(
    request: stub.Request, heading: str, names: Iterable[str], tail: re.Pattern[str] | None
) -> dict[str, Entry]:
    section = _section(request, heading)
    # An entry ends where the next one begins, and a description may have lines of its own:
    # so the places of all names that are known are needed to find the end of one.
    known = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    starts = list(re.finditer(rf"^- (?P<name>{known})(?: \([^\n)]*\))?: ", section, re.MULTILINE))
    entries: dict[str, Entry] = {}
    for start, end in zip(starts, [*(s.start() for s in starts[1:]), len(section)], strict=True):
        text = section[start.start() : end].removesuffix("\n")
        description = text[start.end() - start.start() :]
        told = tail.match(description) if tail else None
        if told:
            description = description[: told.start("head")]
        tools = told["tools"] if told else ""
        entries.setdefault(start["name"], Entry(start["name"], description, tools, text))
    return entries


def _section(request: stub.Request, heading: str) -> str:
    """What stands under `heading`, up to the end of its message's list."""
    texts = [*_texts(request["messages"]), *_texts(request.get("system") or [])]
    texts += [tool.get("description", "") for tool in request.get("tools", ())]
    for text in texts:
        _, found, rest = text.partition(heading)
        if found:
            return (
                rest.lstrip("\n")
                .split("\n\nThe following", 1)[0]
                .split("\n\nWhen you launch", 1)[0]
            )
    return ""


def _texts(value: Any) -> Iterator[str]:
    """Every text in messages: strings, blocks of text, and lists of these."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        if "content" in value:
            yield from _texts(value["content"])
        elif value.get("type") == "text":
            yield value["text"]
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)
