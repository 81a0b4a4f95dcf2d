"""A request as the curl command that sends it."""

from __future__ import annotations

import base64
import shlex
from collections.abc import Iterator

from agentpack.timing.request import Part, Request
from agentpack.timing.requests.collected import FORM, REMOVABLE
from agentpack.timing.requests.given import FromEnvironment, FromFile

_LONGEST = 100_000
"""Bytes of a body that stand in the command itself; Linux allows an argument 131,072."""
_EXPECTS = 1024 * 1024
"""From this length on curl asks first whether it may send a body, and we do not."""
_ESCAPES = {"\n": "\\n", "\t": "\\t", "\r": "\\r", "\\": "\\\\", "'": "\\'"}


def to_curl(request: Request) -> str:
    """The command for bash or zsh that sends exactly this request.

    What came from the environment is shown as `"${NAME}"`, a body from a file by its name, and
    a body that no argument can hold as lines of base64 on standard input.
    """
    words = ["curl", *_switches(request), *_headers(request)]
    body = request.body
    if body is None:
        words += [word for part in request.parts for word in _part(part)]
        return " ".join([*words, _url(request)])
    if isinstance(body, FromFile):
        words += [body.option, quote(f"@{body.path}")]
    elif len(body) <= _LONGEST and 0 not in body:
        words += ["--data-raw", quote(body.decode("utf-8", "surrogateescape"))]
    else:
        command = " ".join([*words, "--data-binary", "@-", _url(request)])
        lines = base64.encodebytes(body).decode().rstrip("\n")
        return f"base64 -d <<'END' | {command}\n{lines}\nEND"
    return " ".join([*words, _url(request)])


def quote(text: str) -> str:
    """`text` as one word of bash."""
    if isinstance(text, FromEnvironment):
        return f'"{text.quoted}"'
    if all(char.isprintable() or char in "\n\t" for char in text):
        return shlex.quote(text)
    return f"$'{''.join(map(_ansi, text))}'"


def _ansi(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    if char.isprintable():
        return char
    return "".join(f"\\{byte:03o}" for byte in char.encode("utf-8", "surrogateescape"))


def _switches(request: Request) -> Iterator[str]:
    implied = "GET" if request.body is None and not request.parts else "POST"
    if request.method == "HEAD" and implied == "GET":
        yield "-I"
    elif request.method != implied:
        yield from ("-X", quote(request.method))
    if request.follow:
        yield "-L"
    if request.insecure:
        yield "-k"
    if request.user is not None:
        yield from ("-u", quote(request.user))


def _headers(request: Request) -> Iterator[str]:
    headers = list(request.headers)
    names = {name.lower() for name, _ in headers}
    if "accept-encoding" in names:
        yield "--compressed"
    if request.body is not None:
        # curl adds this one by itself, behind all others.
        types = [name for name, _ in headers if name.lower() == "content-type"]
        if types == ["Content-Type"] and headers[-1] == ("Content-Type", FORM):
            headers.pop()
        elif not types:
            headers.append(("Content-Type", ""))
    if "expect" not in names and (request.parts or len(request.body or b"") > _EXPECTS):
        headers.append(("Expect", ""))
    for name, value in headers:
        yield "-H"
        if isinstance(value, FromEnvironment):
            yield f'"{name}: {value.quoted}"'
        elif value:
            yield quote(f"{name}: {value}")
        else:
            absent = name.lower() in (*REMOVABLE, "content-type", "expect")
            yield quote(f"{name}:" if absent else f"{name};")


def _part(part: Part) -> tuple[str, str]:
    if part.file is None and part.content_type is None and part.filename is None:
        return "--form-string", quote(f"{part.name}={part.value}")
    mark = "@" if part.file is not None else ""
    value = str(part.file) if part.file is not None else part.value
    text = f"{part.name}={mark}{_in_form(value)}"
    if part.content_type is not None:
        text += f";type={part.content_type}"
    if part.filename is not None:
        text += f";filename={_in_form(part.filename)}"
    return "-F", quote(text)


def _in_form(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _url(request: Request) -> str:
    # In brackets and braces curl sees a list of URLs, unless it is told not to.
    globbed = any(mark in request.url for mark in "{}[]")
    return f"-g {quote(request.url)}" if globbed else quote(request.url)
