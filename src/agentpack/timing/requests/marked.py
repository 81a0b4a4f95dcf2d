"""YAML whose every value knows its line, so that an error can say where to look.

Plain words mean what YAML 1.2 says: `no` is a text, not false; a date is a text.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agentpack.errors import AgentpackError
from agentpack.lazy import lazy

_INT = lazy(r"[-+]?[0-9]+|0x[0-9a-fA-F]+|0o[0-7]+")
_FLOAT = lazy(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_MOST = 100_000
"""Values in one file. Aliases of aliases make a few lines grow beyond any memory."""


@dataclass(frozen=True, slots=True)
class Node:
    """A value, with the file and the line where it stands."""

    value: Any
    """A scalar, a list of nodes, or a dict of nodes."""
    line: int
    path: Path

    def fault(self, message: str, mend: str | None = None) -> AgentpackError:
        """An error at this place."""
        return AgentpackError(message, path=self.path, line=self.line, mend=mend)

    def mapping(self, what: str, keys: Collection[str] = ()) -> dict[str, Node]:
        """Its entries, if it is a mapping; with `keys`, one that has no others.

        Raises:
            AgentpackError: it is none, or has a key that is not known.
        """
        if not isinstance(self.value, dict):
            raise self.fault(f"{what} is {kind(self.value)}, not a mapping", "write key: value")
        for name, node in self.value.items():
            if keys and name not in keys:
                raise node.fault(f"{what} has no key {name!r}", f"one of: {', '.join(keys)}")
        return self.value

    def items(self, what: str) -> list[Node]:
        """Its items, if it is a list.

        Raises:
            AgentpackError: it is none.
        """
        if not isinstance(self.value, list):
            raise self.fault(f"{what} is {kind(self.value)}, not a list", "begin each with '- '")
        return self.value

    def text(self, what: str) -> str:
        """Itself as text, if it is a text or a number.

        Raises:
            AgentpackError: it is neither.
        """
        if isinstance(self.value, bool) or not isinstance(self.value, (str, int, float)):
            raise self.fault(f"{what} is {kind(self.value)}, not a text", "put it in quotes")
        return str(self.value)

    def number(self, what: str, *, least: float = 0, whole: bool = False) -> float:
        """Itself, if it is a number above `least`, or at least `least` if it has to be whole.

        Raises:
            AgentpackError: it is not.
        """
        value = self.value
        if whole:
            right = type(value) is int and value >= least
        else:
            right = type(value) in (int, float) and least < value < float("inf")
        if not right:
            wanted = f"a whole number from {least:g}" if whole else f"a number above {least:g}"
            raise self.fault(f"{what} is {plain(self)!r}", f"give {wanted}")
        return float(value)


def kind(value: Any) -> str:
    """What a value is, in a word."""
    names = {dict: "a mapping", list: "a list", bool: "true or false", type(None): "empty"}
    return names.get(type(value), "a number" if isinstance(value, (int, float)) else "a text")


def plain(node: Node) -> Any:
    """The value without its lines."""
    if isinstance(node.value, dict):
        return {name: plain(inner) for name, inner in node.value.items()}
    if isinstance(node.value, list):
        return [plain(inner) for inner in node.value]
    return node.value


def read(path: Path) -> Node:
    """The one document of a YAML file.

    Raises:
        AgentpackError: it cannot be read, is not YAML, or repeats a key.
    """
    import yaml  # noqa: PLC0415 - only a scenario needs it

    try:
        text = path.read_text(encoding="utf-8-sig")
        root = yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except OSError as error:
        raise AgentpackError(f"cannot be read: {error.strerror}", path=path) from None
    except UnicodeDecodeError:
        raise AgentpackError("is not UTF-8", path=path, mend="save it as UTF-8") from None
    except RecursionError:
        raise AgentpackError("is nested too deeply", path=path) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error).partition("\n")[0]
        raise AgentpackError(
            f"is not YAML: {problem}", path=path, line=mark.line + 1 if mark else None
        ) from None
    if root is None:
        raise AgentpackError("is empty", path=path, mend="begin with steps:")
    return _Reader(path).node(root)


class _Reader:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self.open: set[int] = set()

    def node(self, node: Any) -> Node:
        line = node.start_mark.line + 1
        self.count += 1
        if id(node) in self.open or self.count > _MOST:
            raise AgentpackError(
                "an alias makes this endless", path=self.path, line=line, mend="write it out"
            )
        self.open.add(id(node))
        value: Any
        if node.id == "mapping":
            value = self._mapping(node)
        elif node.id == "sequence":
            value = [self.node(inner) for inner in node.value]
        elif not node.style and not node.tag.startswith("!"):
            value = _scalar(node.value)
        else:
            value = node.value
        self.open.discard(id(node))
        return Node(value, line, self.path)

    def _mapping(self, node: Any) -> dict[str, Node]:
        found: dict[str, Node] = {}
        for key, inner in node.value:
            name = self.node(key)
            if isinstance(name.value, (dict, list)):
                raise name.fault("a key is not a text", "put it in quotes")
            if str(key.value) in found:
                raise name.fault(f"the key {key.value!r} stands here twice", "keep one")
            value = self.node(inner)
            # What an error says of an entry is found where its key is.
            found[str(key.value)] = Node(value.value, name.line, self.path)
        return found


def _scalar(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        return int(text, 0) if text[:2] in ("0x", "0o") else int(text)
    return float(text) if _FLOAT.fullmatch(text) else text
