"""Values that remember how they were given, so that a command shows them the same way."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Self

from agentpack.errors import AgentpackError
from agentpack.lazy import lazy

_SPECIAL = lazy(r'[\\"$`]')
_WHOLE_WORD = lazy(r"(?<!\S)\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\})(?!\S)")


class FromEnvironment(str):
    """Text with a part that was read from the environment; what is shown names the variable."""

    __slots__ = ("quoted",)
    quoted: str

    def __new__(cls, value: str, quoted: str) -> Self:
        """`quoted` is the text as it stands between double quotes: `Bearer ${TOKEN}`."""
        text = super().__new__(cls, value)
        text.quoted = quoted
        return text

    def __getnewargs__(self) -> tuple[str, str]:  # type: ignore[override]
        return str(self), self.quoted

    def __repr__(self) -> str:
        # A value that gets into a traceback or a log must not carry the secret there.
        return f'"{self.quoted}"'

    def split_at(self, mark: str) -> tuple[str, str]:
        """Split at the first `mark`; both sides keep what they know, blanks around them go."""
        name, _, value = self.partition(mark)
        quoted_name, _, quoted = self.quoted.partition(mark)
        return (
            _kept(name.strip(), quoted_name.strip()),
            _kept(value.strip(), quoted.strip()),
        )


class FromFile(bytes):
    """A body that was read from a file; what is shown names the file."""

    option: str
    path: str

    def __new__(cls, content: bytes, option: str, path: str) -> Self:
        """`option` is curl's option that reads the file as it was read here."""
        body = super().__new__(cls, content)
        body.option, body.path = option, path
        return body

    def __getnewargs__(self) -> tuple[bytes, str, str]:  # type: ignore[override]
        return bytes(self), self.option, self.path


def _kept(value: str, quoted: str) -> str:
    return value if quoted == escape(value) else FromEnvironment(value, quoted)


def escape(text: str) -> str:
    """`text` as it stands between double quotes."""
    return _SPECIAL.sub(r"\\\g<0>", text)


def look_up(name: str, environment: Mapping[str, str], mend: str) -> str:
    """The value of a variable; `mend` is what to do where it is meant as it stands.

    Raises:
        AgentpackError: it is not set.
    """
    if name not in environment:
        raise AgentpackError(
            f"${name} is not set in the environment",
            mend=f"export {name}{mend}",
        )
    return environment[name]


def expand(text: str, environment: Mapping[str, str]) -> str:
    """`text` with each word that is `$NAME` or `${NAME}` read from the environment.

    Raises:
        AgentpackError: a variable is not set.
    """
    quoted: list[str] = []
    end = 0

    def value(match: re.Match[str]) -> str:
        nonlocal end
        name = match[1] or match[2]
        quoted.append(f"{escape(text[end : match.start()])}${{{name}}}")
        end = match.end()
        return look_up(name, environment, "")

    expanded = _WHOLE_WORD.sub(value, text)
    if not quoted:
        return text
    return FromEnvironment(expanded, "".join(quoted) + escape(text[end:]))


def joined(between: str, pieces: Sequence[str]) -> str:
    """`pieces` in one, which keeps what any of them knows of the environment."""
    text = between.join(pieces)
    if not any(isinstance(piece, FromEnvironment) for piece in pieces):
        return text
    return FromEnvironment(
        text,
        escape(between).join(
            piece.quoted if isinstance(piece, FromEnvironment) else escape(piece)
            for piece in pieces
        ),
    )
