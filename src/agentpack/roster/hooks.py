"""Whether an agent's hooks have the shape that the client insists on.

It insists only for the events that may refuse something: where those are not
as it knows them, it drops the agent rather than run it unguarded. What it does
not understand of other events it passes over.
"""

from __future__ import annotations

from collections.abc import Callable

from agentpack.lazy import lazy
from agentpack.roster.text import truthy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Check = Callable[[Any], bool]

GUARDING = ("PreToolUse", "PermissionRequest")
"""The events whose hooks must be right for the agent to load."""

_URL = lazy(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s]+")


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _flag(value: Any) -> bool:
    return isinstance(value, bool)


def _positive(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value > 0


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(part, str) for part in value)


def _text_table(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(part, str) for part in value.values())


def _table(value: Any) -> bool:
    return isinstance(value, dict)


def _url(value: Any) -> bool:
    return isinstance(value, str) and _URL.fullmatch(value) is not None


def _shell(value: Any) -> bool:
    return value in ("bash", "powershell")


_ANY: dict[str, Check] = {
    "timeout": _positive,
    "once": _flag,
    "if": _text,
    "statusMessage": _text,
}
_KINDS: dict[str, tuple[dict[str, Check], dict[str, Check]]] = {
    # What a hook of this type must have, and what it may have.
    "command": (
        {"command": _text},
        {
            "shell": _shell,
            "args": _texts,
            "async": _flag,
            "asyncRewake": _flag,
            "rewakeMessage": _text,
            "rewakeSummary": _text,
        },
    ),
    "prompt": ({"prompt": _text}, {"model": _text, "continueOnBlock": _flag}),
    "agent": ({"prompt": _text}, {"model": _text}),
    "http": ({"url": _url}, {"headers": _text_table, "allowedEnvVars": _texts}),
    "mcp_tool": ({"server": _text, "tool": _text}, {"input": _table}),
}


def fault(value: Any) -> str | None:
    """What is wrong with a value of `hooks`; None where the client takes it."""
    if not truthy(value):
        # Nothing at all, `false`, `0` and an empty text are no hooks, and no fault.
        return None
    if not isinstance(value, dict):
        return "events with their hooks are expected"
    for event in GUARDING:
        if value.get(event) is not None:
            found = _event_fault(value[event])
            if found:
                return f"{event}: {found}"
    return None


def _event_fault(value: Any) -> str | None:
    if not isinstance(value, list):
        return "a list of matchers is expected"
    for group in value:
        if not isinstance(group, dict):
            return "a matcher with its hooks is expected"
        if not _text(group.get("matcher", "")):
            return "the matcher is not text"
        if not isinstance(group.get("hooks"), list):
            return "the hooks of a matcher are not a list"
        for hook in group["hooks"]:
            found = _hook_fault(hook)
            if found:
                return found
    return None


def _hook_fault(hook: Any) -> str | None:
    kind = hook.get("type") if isinstance(hook, dict) else None
    if not isinstance(kind, str) or kind not in _KINDS:
        return f"a hook's type is one of {', '.join(_KINDS)}"
    needed, allowed = _KINDS[kind]
    for key in needed:
        if key not in hook:
            return f"a hook of type {kind} needs {key!r}"
    for key, check in {**_ANY, **needed, **allowed}.items():
        if key in hook and not check(hook[key]):
            return f"the value of {key!r} is not what a hook of type {kind} takes"
    return None
