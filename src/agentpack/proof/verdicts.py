"""From what a block did to what it is: a verdict with its reason."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from agentpack.proof import distributions
from agentpack.proof.values import Block, Verdict

_STANDS_FOR_MORE = re.compile(
    r"^\s*(?:#\s*)?(?:\.\.\.|…)(?!\w)|<[a-zA-Z][\w -]*>|\[\.\.\.\]|\{\.\.\.\}", re.MULTILINE
)
_NO_CONNECTION = {101, 111, 113, -2, -3, -5}
"""Network unreachable, refused, no route, and names that are not found."""
_NO_SERVER = re.compile(
    r"connect(?:ion)?\b.*\b(?:refused|failed|error|timed?.?out|closed)|could not connect"
    r"|connect call failed|name or service not known|name resolution|getaddrinfo"
    r"|network is unreachable|max retries exceeded|no servers? available",
    re.IGNORECASE,
)
_NOT_THERE = re.compile(
    r"\b(?:api[_ ]?key|credentials?|environment variable|access token)\b", re.IGNORECASE
)
_NO_NETWORK = re.compile(
    r"EAI_AGAIN|ENOTFOUND|ENOTCACHED|[Cc]ould not resolve|No matching distribution|in offline mode"
    r"|not found in the cache|Failed to (?:download|fetch)|failed resolution|Network connectivity"
)
_NO_FILE = re.compile(
    r"No such file or directory|cannot access|ENOENT|can't open file|does not exist"
    r"|No `pyproject.toml` found|not a git repository|no tests ran"
)
_TELLING = re.compile(
    r"\b(?:error|fatal|cannot|not found|failed|denied|refused|no such)\b(?!.*complete log)",
    re.IGNORECASE,
)
_NO_COMMAND = 127
_NOTEBOOK = re.compile(r"(?m)^\s*[!%]\s*\w+")


@dataclass(frozen=True, slots=True)
class Opinion:
    """A verdict on one block."""

    verdict: Verdict
    reason: str = ""
    line: int | None = None


def of_python(block: Block, told: Mapping[str, Any], known: Collection[str]) -> Opinion:
    """Judge what a Python block raised; `known` are the names that its page binds anywhere."""
    kinds, message, line = told["kinds"], _first_line(told["message"]), told["line"]
    shown = f"{kinds[0]}: {message}" if message else str(kinds[0])
    if "SyntaxError" in kinds:
        return _syntax(block, shown, line)
    if "ImportError" in kinds:
        return _import(told, message, shown)
    if "NameError" in kinds and "UnboundLocalError" not in kinds:
        return _undefined(told["name"], known, line)
    lacked = _lacked(told, shown, message)
    if lacked:
        return Opinion("needs-part", lacked, line)
    if "NotImplementedError" in kinds and _STANDS_FOR_MORE.search(block.source):
        return Opinion("fragment", "`...` stands for code", line)
    return Opinion("broken", shown, line)


def _import(told: Mapping[str, Any], message: str, shown: str) -> Opinion:
    line = told["line"]
    if "ModuleNotFoundError" in told["kinds"]:
        return _missing_module(told["module"] or "", line)
    if "relative import" in message:
        return Opinion("fragment", f"a relative import outside a package: {message}", line)
    return Opinion("broken", shown, line)


def _lacked(told: Mapping[str, Any], shown: str, message: str) -> str | None:
    """What is not here that an exception tells of."""
    if _is_unreachable(told):
        return f"a server that is not here: {shown}"
    if "FileNotFoundError" in told["kinds"]:
        return f"the file or command {told.get('file') or message}"
    if "FixtureLookupError" in told["kinds"]:
        return f"a pytest fixture: {message}"
    if "not natively supported" in message:
        return "a pytest plugin for async tests"
    if re.search(r"[Dd]irectory '[^']+' does not exist", message):
        return f"a folder: {message}"
    if told["kinds"][0] == "KeyError" and re.fullmatch(r"[A-Z][A-Z0-9_]{2,}", str(told["name"])):
        return f"the environment variable {told['name']}"
    return f"credentials: {shown}" if _NOT_THERE.search(message) else None


def _syntax(block: Block, shown: str, line: int | None) -> Opinion:
    if "outside function" in shown or "outside async" in shown or "not in loop" in shown:
        return Opinion("fragment", f"a piece of a function: {shown}", line)
    if "unexpected indent" in shown or "unindent" in shown or "expected an indented" in shown:
        return Opinion("fragment", f"an indented piece: {shown}", line)
    if _NOTEBOOK.search(block.source):
        return Opinion("needs-part", "IPython: it has notebook commands", line)
    if _STANDS_FOR_MORE.search(block.source):
        return Opinion("fragment", f"`...` stands for code: {shown}", line)
    return Opinion("broken", shown, line)


def _missing_module(module: str, line: int | None) -> Opinion:
    distribution = distributions.of(module)
    if distribution is None:
        return Opinion("fragment", f"imports {module!r}, which its page does not give", line)
    return Opinion("needs-part", f"{distribution} (import {module})", line)


def _undefined(name: str, known: Collection[str], line: int | None) -> Opinion:
    if name in known:
        return Opinion("broken", f"{name!r} is used before it is there", line)
    # One letter away is a slip; anything else is left to the reader to have.
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.8)
    if close:
        return Opinion("broken", f"{name!r} is not defined; is {close[0]!r} meant?", line)
    return Opinion("fragment", f"{name!r} is not defined in its page", line)


def _is_unreachable(told: Mapping[str, Any]) -> bool:
    while told:
        if told.get("errno") in _NO_CONNECTION:
            return True
        words = " ".join((*told["kinds"][:1], told["message"]))
        if _NO_SERVER.search(words) or told["kinds"][0] in {"ConnectError", "ConnectionError"}:
            return True
        told = told.get("under") or told.get("inner") or {}
    return False


def of_shell(block: Block, told: Mapping[str, Any]) -> Opinion:
    """Judge how a shell ended that did not end with 0."""
    text, code = told["message"], told["code"]
    last = _last_line(text)
    found = re.search(r"(?:bash: line (\d+): )?([\w./-]+): command not found", text)
    line = re.search(r"bash: line (\d+):", text)
    number = block.line + int(line[1]) - 1 if line else None
    if code == _NO_COMMAND and found:
        return Opinion("needs-part", f"the command {found[2]}", number)
    if re.search(r"syntax error|unexpected EOF", text):
        if _STANDS_FOR_MORE.search(block.source):
            return Opinion("fragment", f"a placeholder to fill in: {last}", number)
        return Opinion("broken", last, number)
    if _NO_SERVER.search(text) or _NO_NETWORK.search(text):
        return Opinion("needs-part", f"a server or the network: {last}", number)
    if _NO_FILE.search(text):
        return Opinion("needs-part", f"a file: {last}", number)
    if _STANDS_FOR_MORE.search(block.source):
        return Opinion("fragment", f"a placeholder to fill in: {last}", number)
    if re.search(r"No module named", text):
        return Opinion("needs-part", last, number)
    if _NOT_THERE.search(text):
        return Opinion("needs-part", f"credentials: {last}", number)
    return Opinion("broken", f"exit {code}: {last}" if last else f"exit {code}", number)


def of_sql(block: Block, told: Mapping[str, Any]) -> Opinion:
    """Judge what PostgreSQL said."""
    code, message, line = told["code"], told["message"], told["line"]
    if code in {"42P01", "42883", "42704", "3F000", "42703"}:
        return Opinion("fragment", f"{message}, and its page does not make it", line)
    if code == "42601" and (_STANDS_FOR_MORE.search(block.source) or "..." in block.source):
        return Opinion("fragment", f"a placeholder to fill in: {message}", line)
    if code in {"0A000", "58P01"}:
        return Opinion("needs-part", message, line)
    return Opinion("broken", f"PostgreSQL {code}: {message}", line)


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0][:300]


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if _TELLING.search(line)]
    return (telling or lines or [""])[-1][:300]
