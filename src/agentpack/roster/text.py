"""Texts as JavaScript handles them: what is blank, how long something is, how a number is spelt."""

from __future__ import annotations

from agentpack.document import SPACE, key_text
from agentpack.lazy import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_ENDS = lazy(rf"\A[{SPACE}]+|[{SPACE}]+\Z")


def trimmed(text: str) -> str:
    """`text` without the blanks around it."""
    return (
        _ENDS.sub("", text)
        if text[:1].isspace() or text[-1:].isspace() or "\ufeff" in text
        else text
    )


def spelt(value: Any) -> str:
    """A scalar or a list as text."""
    return key_text(value)


def truthy(value: Any) -> bool:
    """Whether JavaScript takes the value for true."""
    return value == value and (isinstance(value, (list, dict)) or bool(value))  # noqa: PLR0124 - NaN


def cut(text: str, units: int, end: str) -> str:
    """`text` in at most so many UTF-16 units, `end` included where it is cut."""
    if len(text) <= units // 2:
        return text
    encoded = text.encode("utf-16-le", "surrogatepass")
    if len(encoded) <= 2 * units:
        return text
    return encoded[: 2 * (units - len(end))].decode("utf-16-le", "surrogatepass") + end


def units(text: str) -> int:
    """The length of `text` in UTF-16 units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def sent(text: str) -> str:
    """`text` as it arrives: half a pair of surrogates becomes U+FFFD."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
