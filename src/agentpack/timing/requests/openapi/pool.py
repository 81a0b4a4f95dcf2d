"""Values seen in earlier answers, and which of them a parameter may take: list → id."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from agentpack.lazy import lazy

_WORD = lazy(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_KEYS = ("id", "uuid", "guid", "pk", "slug", "key", "name", "code", "username", "email")
"""What one thing of a list is told apart by, the likeliest first."""
_ENVELOPES = frozenset({"item", "data", "result", "record", "value", "entry", "object", "row"})
"""Words for anything, which say nothing of what they hold."""
_LISTS = frozenset({"filter", "search", "query", "list", "paginate", "all"})
_PER_LIST = 5
_DEEPEST = 6
_MOST = 3000
_LONGEST = 300
_UUID = lazy(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")


def tokens(name: str) -> tuple[str, ...]:
    """The words of a name: `recipeSlug`, `recipe_slug` and `recipe-slugs` are alike."""
    return tuple(_singular(word.lower()) for word in _WORD.findall(name))


def _singular(word: str) -> str:
    for end, instead in (("ies", "y"), ("sses", "ss"), ("xes", "x"), ("ches", "ch"), ("ss", "ss")):
        if word.endswith(end):
            return word[: -len(end)] + instead
    return word[:-1] if word.endswith("s") and word not in ("s", "us", "status") else word


@dataclass(frozen=True, slots=True)
class Seen:
    """One value of an answer."""

    path: str
    """The path of the operation that answered."""
    names: tuple[str, ...]
    """The keys that lead to it, without the places in lists."""
    value: str | int


class Pool:
    """All that was seen so far."""

    def __init__(self) -> None:
        self._seen: dict[Seen, None] = {}
        self._good: dict[tuple[str, str], dict[str | int, None]] = {}
        self._linked: dict[tuple[str, str], dict[Any, None]] = {}

    def learn(self, path: str, body: bytes) -> Any:
        """Keep what an answer has in it; returns its JSON, or `None`."""
        try:
            value = json.loads(body)
        except (ValueError, RecursionError):
            return None
        before = len(self._seen)
        for seen in _walk(path, (), value, 0):
            self._seen[seen] = None
            if len(self._seen) - before >= _MOST:
                break
        return value

    def worked(self, prefix: str, name: str, value: Any) -> None:
        """A value was right for the parameter that stands behind this prefix of a path."""
        if isinstance(value, (str, int)):
            self._good.setdefault((prefix, name), {})[value] = None

    def link(self, operation: str, name: str, value: Any) -> None:
        """The document's own links say that a parameter of an operation takes this value."""
        if isinstance(value, (str, int)):
            self._linked.setdefault((operation, name), {})[value] = None

    def linked(self, operation: str, name: str) -> Iterator[Any]:
        """What links gave for a parameter."""
        yield from self._linked.get((operation, name), ())

    def for_path(self, prefix: str, name: str) -> list[str | int]:
        """Values for the parameter that stands behind `prefix` in a path, the likeliest first."""
        good = list(self._good.get((prefix, name), ()))
        scored = [
            (score, seen.value) for seen in self._seen if (score := _score(prefix, name, seen))
        ]
        scored.sort(key=lambda pair: -pair[0])
        return list(dict.fromkeys([*good, *(value for _, value in scored)]))

    def for_name(self, name: str) -> list[str | int]:
        """Values for a parameter that stands in no path."""
        return [
            seen.value for seen in self._seen if _score("", name, seen) >= _NAMED
        ]  # fmt: skip


_NAMED = 60


def _walk(path: str, names: tuple[str, ...], value: Any, depth: int) -> Iterator[Seen]:
    if depth > _DEEPEST:
        return
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _walk(path, (*names, key), inner, depth + 1)
    elif isinstance(value, list):
        for inner in value[:_PER_LIST]:
            yield from _walk(path, names, inner, depth + 1)
    elif type(value) in (str, int) and 0 < len(str(value)) <= _LONGEST:
        yield Seen(path, names, value)


def _score(prefix: str, name: str, seen: Seen) -> int:
    """How likely it is that a seen value is the one that a parameter names; 0: it is not."""
    wanted = tokens(name)
    prop = tokens(seen.names[-1]) if seen.names else ()
    key = wanted[-1:] if wanted and wanted[-1] in _KEYS else ()
    stem = wanted[: len(wanted) - len(key)]
    if len(stem) == 1 and stem[0] in _ENVELOPES:
        stem = ()
    listed = bool(prefix) and _list_path(seen.path) in (prefix, _without_key(prefix, wanted))
    score = 0
    if listed and len(seen.names) <= 2:  # noqa: PLR2004 - items below one key, or none
        score = _in_list(key, prop, wanted, plain_list=not seen.names or len(seen.names) == 1)
    if prop == wanted and prop and (stem or not prefix):
        score = max(score, 80 + 40 * listed)
    elif prop and prop[-1:] == (key or ("id",)) and len(prop) == 1 and stem:
        owners = [tokens(owner) for owner in seen.names[:-1]]
        owners = [owner for owner in owners if not _ENVELOPES.issuperset(owner)]
        nouns = [tokens(part) for part in seen.path.split("/") if part and "{" not in part]
        if owners and owners[-1] == stem:
            score = max(score, 90)
        elif stem in nouns and (not owners or owners[-1] not in nouns[:-1]):
            score = max(score, 70)
    return max(0, score - len(seen.names)) if score else 0


def _list_path(path: str) -> str:
    """The path of the list itself: `/flows/filter` answers with items of `/flows`."""
    path = path.rstrip("/")
    front, _, last = path.rpartition("/")
    return front if last in _LISTS else path


def _without_key(prefix: str, wanted: tuple[str, ...]) -> str:
    """`/flows` of `/flows/name/{name}`: the segment only says which key follows."""
    front, _, last = prefix.rpartition("/")
    return front if front and tokens(last) in (wanted, wanted[-1:]) else prefix


def _in_list(
    key: tuple[str, ...], prop: tuple[str, ...], wanted: tuple[str, ...], *, plain_list: bool
) -> int:
    if prop in (key, wanted) and prop:
        return 150
    if not prop or (plain_list and prop not in [(each,) for each in _KEYS]):
        # A list of plain texts or numbers: they are the keys themselves.
        return 50 if not prop else 0
    if len(prop) == 1 and prop[0] in _KEYS:
        # With a key of another name the parameter may still mean this one: {item} is items[].id
        return 100 - _KEYS.index(prop[0]) if not key else 40 - _KEYS.index(prop[0])
    return 0


def fits(schema: Mapping[str, Any], value: Any) -> bool:
    """Whether a seen value can be of a parameter's type at all."""
    kind, form = schema.get("type"), schema.get("format")
    if kind == "integer":
        return isinstance(value, int) or (isinstance(value, str) and value.isdigit())
    if form in ("uuid", "uuid4"):
        return isinstance(value, str) and bool(_UUID.fullmatch(value))
    return True
