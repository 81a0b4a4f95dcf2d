"""What curl's options for data and forms send."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote_plus

from agentpack.errors import AgentpackError
from agentpack.lazy import lazy
from agentpack.timing.request import Part
from agentpack.timing.requests.given import FromFile

_PARAMETER = lazy(r';\s*([^=;]*)=((?:"(?:\\.|[^"\\])*")|[^;]*)')
_ESCAPED = lazy(r'\\(["\\])')
_QUOTED = lazy(r'"((?:\\.|[^"\\])*)"')
_FORMAT = lazy(r"[^;=,]+/[^;=,]+(?:;\s*(?!filename=|headers=|encoder=|type=)[^;]+)*")


@dataclass(slots=True)
class Data:
    """The body as `-d` and its kin build it up, in the order of the command line."""

    stdin: bytes | None = None
    body: bytes | None = None
    pieces: int = 0

    def add(self, option: str, value: str) -> None:
        """Take one option's value."""
        piece = self._piece(option, value)
        self.pieces += 1
        if self.body is None:
            self.body = piece
            return
        # curl joins by & whatever the kind, but puts nothing between pieces of JSON.
        self.body = self.body + (b"&" if self.body and option != "json" else b"") + piece

    def _piece(self, option: str, value: str) -> bytes:
        if option == "data-urlencode":
            return self._encoded(value)
        if option == "data-raw" or not value.startswith("@"):
            return raw(value)
        content = self._file(option, value[1:])
        if option in ("data", "data-ascii"):
            content = content.translate(None, b"\r\n\0")
        flag = {"json": "data-binary", "data-ascii": "data"}.get(option, option)
        if value == "@-":
            return content
        return FromFile(content, f"--{flag}", value[1:])

    def _encoded(self, value: str) -> bytes:
        mark = min((i for i in (value.find("="), value.find("@")) if i >= 0), default=-1)
        name, content = "", raw(value)
        if mark >= 0:
            name = value[:mark]
            rest = value[mark + 1 :]
            content = raw(rest) if value[mark] == "=" else self._file("data-urlencode", rest)
        encoded = quote_plus(content, safe="~").encode()
        return raw(name) + b"=" + encoded if name else encoded

    def _file(self, option: str, name: str) -> bytes:
        if name != "-":
            return read(option, name)
        if self.stdin is None:
            raise AgentpackError(
                f"--{option} @- reads from standard input", mend="give the body as a file: @FILE"
            )
        return self.stdin


def raw(text: str) -> bytes:
    """The bytes of an argument."""
    return text.encode("utf-8", "surrogateescape")


def read(option: str, name: str) -> bytes:
    """The content of a file that an option names.

    Raises:
        AgentpackError: it cannot be read.
    """
    try:
        return Path(name).expanduser().read_bytes()
    except OSError as error:
        raise AgentpackError(
            f"--{option} cannot read the file: {error.strerror}", path=name
        ) from None


def part(value: str) -> Part:
    """One `-F` value: `name=text`, `name=@file`, `name=<file`, with `;type=` and `;filename=`.

    Raises:
        AgentpackError: it is none of these, or the file cannot be read.
    """
    name, equals, rest = value.partition("=")
    if not equals:
        raise AgentpackError(f"-F {value!r} is not of the form name=value")
    kind = rest[:1] if rest[:1] in ("@", "<") else ""
    if rest[:1] == "(":
        raise AgentpackError("-F with nested parts '(' is not sent", mend="use flat fields")
    rest = rest.removeprefix(kind)
    text, parameters = _value(rest)
    found: dict[str, str] = {}
    for key, given in parameters:
        # What curl does not know there it leaves out.
        if key in ("headers", "encoder"):
            raise AgentpackError(f"-F with ;{key}= is not sent", mend="only ;type= and ;filename=")
        found[key] = given
    content_type, filename = found.get("type"), found.get("filename")
    if kind == "@":
        if "," in text and not rest.startswith('"'):
            raise AgentpackError("-F with several files in one field is not sent")
        return Part(
            name, file=_there(text), content_type=content_type, filename=filename
        )  # fmt: skip
    if kind == "<":
        text = read("form", text).decode("utf-8", "surrogateescape")
    return Part(name, value=text, content_type=content_type, filename=filename)


def _there(name: str) -> Path:
    file = Path(name).expanduser()
    if not file.is_file():
        raise AgentpackError("--form names a file that is not there", path=name)
    return file


def _value(rest: str) -> tuple[str, list[tuple[str, str]]]:
    match = _QUOTED.match(rest)
    if match and (match.end() == len(rest) or rest[match.end()] == ";"):
        text, tail = _unquoted(match[0]), rest[match.end() :]
    else:
        text, semicolon, tail = rest.partition(";")
        tail = semicolon + tail
    parameters = []
    position = 0
    while match := _PARAMETER.match(tail, position):
        value, position = match[2], match.end()
        # A type may have parameters of its own: ;type=text/plain;charset=utf-8
        if match[1] == "type" and (whole := _FORMAT.match(tail, match.start(2))):
            value, position = whole[0], whole.end()
        parameters.append((match[1], _unquoted(value)))
    return text, parameters


def _unquoted(text: str) -> str:
    match = _QUOTED.fullmatch(text)
    if not match:
        return text.strip()
    return _ESCAPED.sub(r"\1", match[1])
