"""Records: values that are made once, are what their parts are, and never change.

They are written like frozen dataclasses, and type checkers take them for such. Unlike these
they cost next to nothing to define and little to make: a short command defines two dozen kinds
and uses few, and a linter makes some for each file. What sets the parts is made when the first
of a kind is; that nobody changes one afterwards is left to the type checker.
"""

from __future__ import annotations

from collections.abc import Callable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeVar, dataclass_transform

    Kind = TypeVar("Kind", bound="Record")
else:
    # To import `typing` takes as long as to define all the records.
    def dataclass_transform(**_: object) -> Callable[[type], type]:
        """Mark a class for type checkers only."""
        return lambda made: made


@dataclass_transform(frozen_default=True)
class _Listed(type):
    """Makes slots of the parts that a class lists, and keeps their defaults."""

    def __new__(cls, name: str, bases: tuple[type, ...], space: dict[str, Any]) -> _Listed:
        parts = tuple(space.get("__annotations__", ()))
        defaults = {part: space.pop(part) for part in parts if part in space}
        space |= {"__slots__": parts, "parts_left_out": defaults}
        return super().__new__(cls, name, bases, space)


class Record(metaclass=_Listed):
    """Equal to another of its kind that has equal parts."""

    def __init__(self, *args: Any, **parts: Any) -> None:
        kind = type(self)
        kind.__init__ = _setter(kind)  # type: ignore[method-assign] # the first of its kind
        kind.__init__(self, *args, **parts)

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and _parts(self) == _parts(other)

    def __hash__(self) -> int:
        return hash(tuple(_parts(self).values()))

    def __repr__(self) -> str:
        shown = ", ".join(f"{part}={value!r}" for part, value in _parts(self).items())
        return f"{type(self).__name__}({shown})"


def replace(record: Kind, **changes: Any) -> Kind:
    """A record like this one, but for the parts that are given."""
    return type(record)(**{**_parts(record), **changes})


def _parts(record: Any) -> dict[str, Any]:
    return {part: getattr(record, part) for part in record.__slots__}


def _setter(kind: Any) -> Any:
    """An `__init__` that takes a kind's parts by place or by name, as fast as one by hand."""
    defaults = kind.parts_left_out
    given = [f"{part}=defaults[{part!r}]" if part in defaults else part for part in kind.__slots__]
    body = "; ".join(f"self.{part} = {part}" for part in kind.__slots__)
    space = {"defaults": defaults}
    # The text is nothing but names of parts, from a class above.
    exec(f"def __init__(self, {', '.join(given)}): {body}", space)  # noqa: S102
    return space["__init__"]
