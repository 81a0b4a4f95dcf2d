"""The messages of a chat, wherever the libraries put them.

A reading for people: the JSON that was sent stands beside it. OpenAI's and Anthropic's messages,
LangChain's serialised ones, generations and LangGraph's state are known.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from agent_spy.page.text import visible

_LARGEST = 500_000
"""Characters of a payload that is looked into."""
_MOST = 200
_LONGEST = 20_000
_LISTS = ("messages", "generations", "choices", "output", "input")
_ROLES = {"human": "user", "ai": "assistant", "AIMessage": "assistant", "HumanMessage": "user",
          "AIMessageChunk": "assistant", "SystemMessage": "system", "ToolMessage": "tool",
          "FunctionMessage": "tool", "HumanMessageChunk": "user"}  # fmt: skip
_KNOWN = {"user", "assistant", "system", "tool", "developer", "function", "model", *_ROLES}


@dataclass(frozen=True, slots=True)
class Message:
    """Who says what; a call of a tool is its name and its arguments."""

    role: str
    text: str
    calls: list[tuple[str, str]] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """The role where it is a usual one, for the style."""
        return self.role if self.role in {"user", "assistant", "system", "tool"} else "other"


def messages(stored: str | None) -> list[Message]:
    """The messages in a payload; none where it holds no chat."""
    if not stored or len(stored) > _LARGEST:
        return []
    try:
        tree = json.loads(stored)
        found = []
        for message in _found(tree, 0):
            found.append(message)
            if len(found) == _MOST:
                break
    except (ValueError, RecursionError):
        return []
    return found


def _found(tree: Any, depth: int) -> Iterator[Message]:
    if isinstance(tree, list):
        if depth < 3:  # noqa: PLR2004 - a batch of generations of messages
            for item in tree:
                yield from _found(item, depth + 1)
    elif isinstance(tree, dict):
        message = _message(tree)
        if message:
            yield message
            return
        if isinstance(tree.get("message"), dict):
            yield from _found(tree["message"], depth)
            return
        for name in _LISTS:
            if isinstance(tree.get(name), list | dict):
                yield from _found(tree[name], depth)


def _message(tree: dict[str, Any]) -> Message | None:
    kwargs = tree.get("kwargs")
    if tree.get("type") == "constructor" and isinstance(kwargs, dict):
        name = tree.get("id")
        role = str(name[-1]) if isinstance(name, list) and name else ""
        tree = kwargs
    else:
        role = str(tree.get("role") or tree.get("type") or "")
    if role not in _KNOWN or not ("content" in tree or "tool_calls" in tree):
        return None
    extra = tree.get("additional_kwargs")
    calls = tree.get("tool_calls") or (extra.get("tool_calls") if isinstance(extra, dict) else None)
    content = tree.get("content")
    called = [*_calls(calls), *_calls(content)]
    return Message(visible(_ROLES.get(role, role)), visible(_text(content))[:_LONGEST], called)


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "\n".join(filter(None, map(_block, content)))
    return "" if content is None else json.dumps(content, ensure_ascii=False)


def _block(block: Any) -> str:
    if isinstance(block, str):
        return block
    if not isinstance(block, dict) or block.get("type") == "tool_use":
        return ""
    for name in ("text", "thinking", "content"):
        if isinstance(block.get(name), str):
            return str(block[name])
    if block.get("type") == "tool_result":
        return _text(block.get("content"))
    return f"[{block.get('type', 'something')}]"


def _calls(calls: Any) -> Iterator[tuple[str, str]]:
    for call in calls if isinstance(calls, list) else ():
        if not isinstance(call, dict) or call.get("type") in {"text", "thinking", "image_url"}:
            continue
        function = call.get("function")
        inner = function if isinstance(function, dict) else call
        name = inner.get("name")
        if not isinstance(name, str):
            continue
        told = inner.get("arguments", inner.get("args", inner.get("input")))
        text = told if isinstance(told, str) else json.dumps(told, ensure_ascii=False, indent=2)
        yield visible(name), visible(text)[:_LONGEST]
