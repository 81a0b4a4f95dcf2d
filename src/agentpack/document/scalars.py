"""The scalars of YAML: plain words to values, and the escapes of a quoted text.

To the client `no` and `2026-01-01` are text, and `012` is twelve: its YAML is 1.2.
"""

from __future__ import annotations

import math
import re

from agentpack.document.fault import YamlError
from agentpack.lazy import lazy
from agentpack.record import Record

Value = str | int | float | bool | list["Value"] | dict[str, "Value"] | None

# JavaScript's white space, and its idea of what ends a line.
SPACE = "\\t\\n\\v\\f\\r \\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff"

CONSTANTS: dict[str, Value] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), math.inf),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -math.inf),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
}
_NUMBER = lazy(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_RADIX = lazy(r"(?P<sign>[-+]?)0(?:o(?P<octal>[0-7]+)|x(?P<hex>[0-9a-fA-F]+))")
_EXACT_DIGITS = 15
_MOST_PARTS = 10_000
_MOST_DIGITS, _MOST_ZEROS = 21, 6
_LAST_CHARACTER, _SURROGATES = 0x10FFFF, range(0xD800, 0xE000)
_TAGS: dict[str, tuple[type, ...]] = {
    "!int": (int, float),
    "!float": (int, float),
    "!bool": (bool,),
    "!null": (),
}
_ESCAPE = lazy(
    r"\\(?:(?P<pair>u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|x(?P<x>[0-9a-fA-F]{2})|u(?P<u>[0-9a-fA-F]{4})|U(?P<U>[0-9a-fA-F]{8})"
    r"|(?P<letter>[0abtnvfre \"/\\N_LP\t]))"
)
_LETTERS = dict(
    zip('0abtnvfre "/\\N_LP\t', '\0\a\b\t\n\v\f\r\x1b "/\\\x85\xa0\u2028\u2029\t', strict=True)
)


def resolve(word: str) -> Value:
    """The value of a plain scalar."""
    if word in CONSTANTS:
        return CONSTANTS[word]
    if word[0] not in "+-.0123456789":
        return word
    if _NUMBER.fullmatch(word):
        if len(word) <= _EXACT_DIGITS and word.lstrip("+-").isdigit():
            return int(word)
        return float(word)
    radix = _RADIX.fullmatch(word)
    if radix:
        digits, base = (radix["octal"], 8) if radix["octal"] else (radix["hex"], 16)
        # Only whether it is a number matters here, and a very long one would take very long.
        size = int(digits, base) if len(digits) <= _EXACT_DIGITS else math.inf
        return -size if radix["sign"] == "-" else size
    return word


class Properties(Record):
    """The anchor and the tag before a value."""

    anchor: str | None = None
    tag: str | None = None

    def __bool__(self) -> bool:
        return self.anchor is not None or self.tag is not None

    def scalar(self, word: str) -> Value:
        """The value of a plain scalar with this tag."""
        if self.tag is None:
            return resolve(word)
        kinds = _TAGS.get(self.tag)
        if kinds is not None:
            value = resolve(word)
            return value if value is None or type(value) in kinds else word
        return word if word or self.tag in ("", "!str") else None


def unescape(text: str, start: int) -> str:
    """The characters that a double-quoted text stands for.

    Args:
        start: where `text` begins, for the place of a fault.
    """
    if "\\" not in text:
        return text
    parts: list[str] = []
    done = 0
    while True:
        found = text.find("\\", done)
        if found < 0:
            return "".join((*parts, text[done:]))
        escape = _ESCAPE.match(text, found)
        if escape is None:
            raise YamlError("an escape that YAML does not know", start + found)
        parts += [text[done:found], _character(escape, start + found)]
        done = escape.end()


def _character(escape: re.Match[str], place: int) -> str:
    if escape["letter"]:
        return _LETTERS[escape["letter"]]
    if escape["pair"]:
        high, low = int(escape["pair"][1:5], 16), int(escape["pair"][7:], 16)
        return chr(0x10000 + ((high - 0xD800) << 10) + low - 0xDC00)
    code = int(escape["x"] or escape["u"] or escape["U"], 16)
    if code > _LAST_CHARACTER or code in _SURROGATES:
        raise YamlError("an escape of no character", place)
    return chr(code)


def key_text(value: Value) -> str:
    """A key as the client files it: always as text, as JavaScript spells it.

    A list of lists of the same alias can mean more text than any memory holds:
    beyond some length the rest is left out.
    """
    left = [_MOST_PARTS]
    return _key_text(value, left)


def _key_text(value: Value, left: list[int]) -> str:
    left[0] -= 1
    if isinstance(value, str):
        return value
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _number_text(value)
    if isinstance(value, list):
        return ",".join(
            "" if part is None else _key_text(part, left) for part in value if left[0] > 0
        )
    return "[object Object]" if isinstance(value, dict) else str(value)


def _number_text(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    sign, digits, point = "-" if value < 0 else "", *_shortest(abs(value))
    if 0 < point <= _MOST_DIGITS:
        whole = digits[:point].ljust(point, "0")
        return sign + (f"{whole}.{digits[point:]}" if digits[point:] else whole)
    if -_MOST_ZEROS < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}" if digits != "0" else "0"
    mantissa = f"{digits[0]}.{digits[1:]}" if digits[1:] else digits
    return f"{sign}{mantissa}e{point - 1:+d}"


def _shortest(value: float) -> tuple[str, int]:
    """The fewest digits that mean `value`, and where its point stands among them."""
    mantissa, _, exponent = f"{value!r}".partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    zeros = len(whole + fraction) - len(digits)
    return digits.rstrip("0") or "0", int(exponent or 0) + len(whole) - zeros
