"""A run's inputs and outputs, out of a span's attributes and events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from agent_spy.wire.otlp import conventions as names
from agent_spy.wire.otlp.span import Attributes, Event, Span

_DEEPEST_NAME = 12
"""Parts of an attribute's name that are taken for levels."""
_WRAPPERS = ("message", "tool_call", "message_content", "document", "embedding", "tool")
"""Names that OpenInference puts around each item of a list."""
_raw = msgspec.json.Decoder(msgspec.Raw).decode
_any = msgspec.json.Decoder().decode


class Side(msgspec.Struct, frozen=True):
    """Where one side of a run, what goes in or what comes out, may stand; the first is taken."""

    key: str
    texts: tuple[str, ...]
    messages: tuple[str, ...]
    lists: tuple[tuple[str, str], ...]
    values: tuple[str, ...]
    events: Mapping[str, str | None]


INPUTS = Side(
    "input",
    names.INPUT_TEXTS,
    names.INPUT_MESSAGES,
    names.INPUT_LISTS,
    names.INPUT_VALUES,
    names.INPUT_EVENTS,
)
OUTPUTS = Side(
    "output",
    names.OUTPUT_TEXTS,
    names.OUTPUT_MESSAGES,
    names.OUTPUT_LISTS,
    names.OUTPUT_VALUES,
    names.OUTPUT_EVENTS,
)


def find(side: Side, span: Span, spent: set[str]) -> str | None:
    """The payload as JSON, or `None`; the names of what it was made of are added to `spent`."""
    attributes = span.attributes
    found = _value(side, side.texts, attributes, spent)
    if found is None:
        found = _messages(side, attributes, spent)
    if found is None:
        found = _listed(side, attributes, spent)
    if found is None:
        found = _value(side, side.values, attributes, spent)
    if found is None:
        found = _told_by_events(side, span.events)
    return found


def encode(value: Any) -> str:
    """`value` as JSON."""
    return msgspec.json.encode(value).decode()


def loads(value: Any) -> Any:
    """What a text says as JSON, if it is an object or a list; anything else as it is."""
    if isinstance(value, str) and value[:1] in {"{", "["}:
        try:
            return _any(value)
        except (ValueError, RecursionError):
            return value
    return value


def unflatten(attributes: Attributes, prefix: str, spent: set[str]) -> list[Any]:
    """The list that is spread over attributes `PREFIX.0.role`, `PREFIX.1.role` and so on."""
    tree: dict[str, Any] = {}
    spread = [(name, value) for name, value in attributes.items() if name.startswith(prefix)]
    for name, value in spread:
        *way, last = name[len(prefix) :].split(".", _DEEPEST_NAME)
        if not (way or [last])[0].isdecimal():
            continue
        spent.add(name)
        node = tree
        for step in way:
            below = node.get(step)
            if not isinstance(below, dict):
                below = node[step] = {} if below is None else {"": below}
            node = below
        node[last] = value
    found = _nested(tree)
    return found if isinstance(found, list) else []


def _nested(node: Any) -> Any:
    """Objects whose keys are all numbers become lists, and wrappers around items go."""
    if not isinstance(node, dict):
        return node
    if len(node) == 1 and (wrapper := next(iter(node))) in _WRAPPERS:
        return _nested(node[wrapper])
    if node and all(key.isdecimal() for key in node):
        return [_nested(node[key]) for key in sorted(node, key=int)]
    return {key: _nested(value) for key, value in node.items()}


def _value(side: Side, among: Iterable[str], attributes: Attributes, spent: set[str]) -> str | None:
    """A payload that stands in one attribute."""
    for name in among:
        value = attributes.get(name)
        if value is None or value == "":
            continue
        spent.add(name)
        mime = names.MIME_TYPES.get(name)
        if mime:
            spent.add(mime)
        if not isinstance(value, str):
            return encode(value if isinstance(value, dict) else {side.key: value})
        if attributes.get(mime or "") == "text/plain":
            return encode({side.key: value})
        return _object(side, value)
    return None


def _object(side: Side, value: str) -> str:
    """A text as it is, if it is a JSON object; else under a key, as LangSmith's SDK has it."""
    try:
        raw = bytes(_raw(value))
    except (ValueError, RecursionError):
        return encode({side.key: value})
    # Whatever it is, its bytes are kept: numbers of any size, escapes.
    return raw.decode() if raw[:1] == b"{" else f'{{"{side.key}":{raw.decode()}}}'


def _messages(side: Side, attributes: Attributes, spent: set[str]) -> str | None:
    for name in side.messages:
        found = loads(attributes.get(name))
        if isinstance(found, list) and found:
            spent.add(name)
            messages = [_message(one) for one in found]
            if side is INPUTS and names.INSTRUCTIONS in attributes:
                spent.add(names.INSTRUCTIONS)
                parts = loads(attributes[names.INSTRUCTIONS])
                messages.insert(0, _message({"role": "system", "parts": parts}))
            return encode({"messages": messages})
    return None


def _message(message: Any) -> Any:
    """A message of parts in the form in which LangSmith shows messages."""
    if not isinstance(message, dict) or "parts" not in message:
        return message
    shown = {key: value for key, value in message.items() if key != "parts"}
    parts = message["parts"]
    content: list[Any] = []
    for part in parts if isinstance(parts, list) else [{"type": "text", "content": parts}]:
        kind = part.get("type") if isinstance(part, dict) else None
        if kind == "tool_call":
            function = {"name": part.get("name"), "arguments": part.get("arguments")}
            call = {"id": part.get("id"), "type": "function", "function": function}
            shown.setdefault("tool_calls", []).append(call)
        elif kind == "tool_call_response":
            shown["tool_call_id"] = part.get("id")
            content.append(part.get("response", part.get("result")))
        elif kind == "text":
            content.append({"type": "text", "text": part.get("content", part.get("text"))})
        else:
            content.append(part)
    shown["content"] = _plain(content)
    return shown


def _plain(content: list[Any]) -> Any:
    """Content of one text is that text."""
    if len(content) == 1:
        (only,) = content
        is_text = isinstance(only, dict) and only.get("type") == "text"
        return only["text"] if is_text else only
    return content


def _listed(side: Side, attributes: Attributes, spent: set[str]) -> str | None:
    for prefix, key in side.lists:
        if items := unflatten(attributes, prefix, spent):
            if key == "documents":
                items = [_document(item) for item in items]
            return encode({key: items})
    return None


def _document(item: Any) -> Any:
    """A document in the form in which LangSmith shows a retriever's."""
    if not isinstance(item, dict):
        return item
    rest = {key: value for key, value in item.items() if key not in {"content", "metadata"}}
    metadata = loads(item.get("metadata"))
    known = metadata if isinstance(metadata, dict) else {}
    return {"page_content": item.get("content"), "metadata": known | rest}


def _told_by_events(side: Side, events: Iterable[Event]) -> str | None:
    messages: list[Any] = []
    for event in events:
        if event.name in names.DETAILS_EVENTS:
            if found := _messages(side, event.attributes, set()):
                return found
        elif event.name in side.events:
            whole = _value(side, side.texts, event.attributes, set())
            if whole is not None:
                return whole
            said = {key: loads(value) for key, value in event.attributes.items()}
            role = side.events[event.name]
            messages.append({"role": role} | said if role else said)
    return encode({"messages": messages}) if messages else None
