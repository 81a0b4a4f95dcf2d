"""Which rules run, and where: the command line over `agentpack.toml` over `pyproject.toml`.

```toml
[lint]                            # in pyproject.toml: [tool.agentpack.lint]
client = "2.1.329"                # the client version to lint for
select = ["no-description"]       # only these
extend-select = ["spec-name"]     # these too
ignore = ["description-cost"]     # not these
exclude = ["examples/**"]         # paths that are not linted

[lint.per-path]
"legacy/**" = ["empty-body"]      # not these rules below this path
```
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fnmatch import fnmatch
from pathlib import Path

from agentpack.document import NEWEST
from agentpack.document.versions import parse
from agentpack.errors import AgentpackError
from agentpack.finding import Finding
from agentpack.lint import rule as lint_rule
from agentpack.lint.rule import Rule, did_you_mean
from agentpack.record import Record, replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_LISTS = ("select", "extend-select", "ignore", "exclude")


class Book(Record):
    """A set of rules that a table of the configuration chooses among."""

    table: str
    names: Callable[[], tuple[str, ...]]
    """The ids of all rules there are."""
    settings: tuple[str, ...] = ()
    """What the table may say beside the choice of rules and paths."""


LINT = Book("lint", lint_rule.names, ("client",))


class Config(Record):
    """A choice of rules and paths."""

    client: str = NEWEST
    select: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    per_path: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def rules(self) -> tuple[Rule, ...]:
        """The rules of lint that are to run."""
        named = {*self.select, *self.extend_select}
        loaded = [lint_rule.load(name) for name in self.chosen(lint_rule.names())]
        return tuple(rule for rule in loaded if rule.default or rule.id in named)

    def chosen(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """Of all names of rules, those that are wanted."""
        wanted = dict.fromkeys((*(self.select or names), *self.extend_select))
        return tuple(name for name in wanted if name not in self.ignore)

    def keeps(self, finding: Finding) -> bool:
        """Whether a finding is wanted where it is."""
        path = finding.place.path
        if any(fnmatch(path, pattern) for pattern in self.exclude):
            return False
        return not any(
            finding.rule in rules and fnmatch(path, pattern) for pattern, rules in self.per_path
        )


def configured(root: Path, book: Book = LINT) -> Config:
    """The configuration that stands in `root`, or in the nearest folder above that has one.

    Raises:
        AgentpackError: it cannot be read, or names what there is not.
    """
    folder = root.resolve() if root.is_dir() else root.resolve().parent
    for place in (folder, *folder.parents):
        for name, above in (("agentpack.toml", ()), ("pyproject.toml", ("tool", "agentpack"))):
            table = _table(place / name, (*above, book.table))
            if table is not None:
                return _config(table, place / name, book)
    return Config()


def chosen(
    config: Config,
    book: Book = LINT,
    *,
    client: str | None = None,
    select: Sequence[str] = (),
    extend_select: Sequence[str] = (),
    ignore: Sequence[str] = (),
) -> Config:
    """The configuration with the command line's choices over it.

    Raises:
        AgentpackError: there is no such rule, or the client's version is none.
    """
    for name in (*select, *extend_select, *ignore):
        known(name, book=book)
    client = client or config.client
    parse(client)
    return replace(
        config,
        client=client,
        select=tuple(select) or config.select,
        extend_select=(*config.extend_select, *extend_select),
        ignore=(*config.ignore, *ignore),
    )


def _table(path: Path, keys: Sequence[str]) -> dict[str, Any] | None:
    if not path.is_file():
        return None
    import tomllib  # noqa: PLC0415 - with datetime it takes as long as twenty files

    try:
        table: Any = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise AgentpackError(f"cannot be read: {error}", path=path) from None
    for key in keys:
        table = table.get(key) if isinstance(table, dict) else None
    if table is not None and not isinstance(table, dict):
        raise AgentpackError(f"the {keys[-1]} settings must be a table", path=path)
    return table


def _config(table: dict[str, Any], path: Path, book: Book) -> Config:
    settings = (*book.settings, "per-path", *_LISTS)
    unknown = set(table) - {*settings}
    if unknown:
        tip = did_you_mean(min(unknown), settings)
        message = f"no setting {min(unknown)!r} for {book.table}"
        raise AgentpackError(message, path=path, mend=tip or None)
    lists = {key: _list(table.get(key, []), key, path) for key in _LISTS}
    per_path = table.get("per-path", {})
    if not isinstance(per_path, dict):
        raise AgentpackError("'per-path' must be a table", path=path)
    exceptions = tuple((key, _list(value, key, path)) for key, value in per_path.items())
    for name in (*lists["select"], *lists["extend-select"], *lists["ignore"]):
        known(name, path, book)
    for name in (name for _, rules in exceptions for name in rules):
        known(name, path, book)
    return Config(
        str(table.get("client", NEWEST)),
        lists["select"],
        lists["extend-select"],
        lists["ignore"],
        lists["exclude"],
        exceptions,
    )


def _list(value: Any, key: str, path: Path) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise AgentpackError(f"{key!r} must be a list of texts", path=path)
    return tuple(value)


def known(name: str, path: Path | None = None, book: Book = LINT) -> str:
    """`name`, if there is such a rule.

    Raises:
        AgentpackError: there is none.
    """
    if name not in book.names():
        tip = did_you_mean(name, book.names()) or "see: agentpack rule"
        raise AgentpackError(f"no rule {name!r}", path=path, mend=tip)
    return name
