"""What the author of a file wrote, by a reader of its own, and whether that is what arrives."""

from __future__ import annotations

import html
import re
from typing import Any

import yaml
from told import Client

from agentpack.lint.toolnames import KNOWN
from agentpack.lint.vocabulary import RETIRED_TOOLS

_KEY = re.compile(r"^(?P<key>[A-Za-z][\w-]*)[ \t]*:(?P<value>.*)$")
_TOOL = re.compile(r"(?:\([^)]*\)|[^\s,(])+")
_OTHER_WORDS = {"allowedTools", "allowed_tools", "allowed-tools", "Tools", "tool"}
_MEANT = re.compile(r"\s*---|(?:.*\n){0,40}?(?:name|description):")


def meant(data: bytes) -> bool:
    """Whether the file has keys, and is no mere text beside agents."""
    return _MEANT.match(data.decode(errors="replace").removeprefix("\ufeff")) is not None


def written(data: bytes) -> dict[str, Any]:
    """The keys and values between the fences, which stand on lines of their own.

    Everything is text: by strict YAML, or where that fails, line by line.
    """
    lines = data.decode(errors="replace").removeprefix("\ufeff").lstrip().splitlines()
    ends = [number for number, line in enumerate(lines) if line.rstrip() == "---"]
    if not ends or ends[0] != 0:
        return {}
    block = lines[1 : ends[1] if len(ends) > 1 else len(lines)]
    try:
        values = yaml.load("\n".join(block), Loader=yaml.CBaseLoader)
    except yaml.YAMLError:
        return _by_line(block)
    return values if isinstance(values, dict) else {}


def _by_line(lines: list[str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    key = ""
    for line in lines:
        found = _KEY.match(line)
        if found:
            key, value = found["key"], found["value"].strip()
            quoted = value[:1] in {'"', "'"} and len(value) > 1 and value[0] == value[-1]
            listed = value.startswith("[") and value.endswith("]") and key != "description"
            values[key] = value[1:-1] if quoted else value
            if listed:
                values[key] = [part.strip(" \"'") for part in value[1:-1].split(",")]
        elif key:
            values[key] = f"{values[key]}\n{line.strip()}"
    return values


def faults_of_agent(data: bytes, name: str, client: Client, log: list[str]) -> list[str]:
    """What does not arrive as it was written, of an agent that the client may call `name`."""
    wanted, entry = written(data), client.agents.get(name)
    if entry is None:
        return ["it does not load"]
    faults = [line for line in log if "invalid" in line or "Unknown" in line]
    if "description" in wanted and _plain(wanted["description"]) != _plain(entry.description):
        faults.append("its description is not what is written")
    tools = _tools(wanted.get("tools"))
    if "tools" in wanted and not tools and entry.tools == "All tools":
        faults.append("it is given no tools, and said to have all")
    other = sorted(_OTHER_WORDS.intersection(wanted))
    if other and "tools" not in wanted and entry.tools == "All tools":
        faults.append(f"it has {other[0]} and is given all tools")
    if tools and "*" not in tools:
        told = set(_tools(entry.tools))
        refused = _tools(wanted.get("disallowedTools"))
        if told != {tool for tool in tools if tool not in refused}:
            faults.append(f"its tools are told as {entry.tools}")
        started = client.started.get(name)
        if all(tool.startswith("mcp__") for tool in tools):
            pass  # Without its server it does not start, and the server is left out here.
        elif started is None:
            faults.append("it does not start")
        else:
            gone = [tool for tool in tools if not _arrives(tool, started)]
            faults += [f"it starts without {tool}" for tool in gone]
    return faults


def _arrives(tool: str, started: tuple[str, ...]) -> bool:
    """Whether an agent got a tool, or could get it in another setting."""
    word = tool.partition("(")[0]
    elsewhere = word in KNOWN and word not in RETIRED_TOOLS
    return word in started or elsewhere or word.startswith("mcp__")


def faults_of_skill(data: bytes, name: str, client: Client) -> list[str]:
    """What does not arrive as it was written, of a skill that the client calls `name`."""
    if name not in client.skills:
        return ["it does not load"]
    wanted, told = written(data), client.skills[name]
    hidden = "paths" in wanted or wanted.get("disable-model-invocation") == "true"
    if (told is None) != hidden:
        return ["it is listed" if hidden else "it is not listed"]
    if told is None or not wanted.get("description"):
        return []
    described = str(wanted["description"])
    if wanted.get("when_to_use"):
        described = f"{described} - {wanted['when_to_use']}"
    return [] if _plain(described) == _plain(told) else ["its description is not what is written"]


def _tools(value: Any) -> list[str]:
    parts = value if isinstance(value, list) else [value or ""]
    return [tool for part in parts for tool in _TOOL.findall(str(part))]


def _plain(text: Any) -> str:
    """Words alone: how lines are folded and signs are escaped is the client's affair."""
    return " ".join(html.unescape(str(text)).replace("\\n", " ").split())
