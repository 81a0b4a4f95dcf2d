"""What the user states in `agentpack.toml`: it stands above anything found."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

from agentpack.errors import AgentpackError
from agentpack.project.documents import Table, read_toml
from agentpack.project.facts import LISTS, NUMBERS, OVERRIDE, VOCABULARY, Fact, Value
from agentpack.project.manager import PREFIXES
from agentpack.project.starters import HIGHEST
from agentpack.project.tree import Tree

FILE = "agentpack.toml"


def _value(table: Table, name: str, written: Any) -> Value:
    """Check a value's type; an empty one says that the project has no such thing."""
    if name in LISTS:
        if isinstance(written, list) and all(isinstance(item, str) and item for item in written):
            return tuple(written) or None
        wanted = "a list of strings"
    elif name in NUMBERS:
        if written == "":
            return None
        if isinstance(written, int) and not isinstance(written, bool):
            if 1 <= written <= HIGHEST:
                return written
            wanted = "a number from 1 to 65535"
        else:
            wanted = "a number"
    else:
        if isinstance(written, str):
            return written or None
        wanted = "a string"
    raise AgentpackError(
        f"fact '{name}' must be {wanted}",
        path=table.path,
        line=table.line("facts", name),
        mend=f"it is {VOCABULARY[name]}",
    )


def read_overrides(tree: Tree) -> dict[str, Fact]:
    """Read the table `[facts]`.

    A package manager also sets the run prefix, unless that is stated too.

    Raises:
        AgentpackError: the file cannot be parsed, names a fact that does not exist, or gives one
            a value of the wrong type.

    """
    table = read_toml(tree, FILE)
    if table is None or table.get("facts") is None:
        return {}
    stated = table.get("facts")
    if not isinstance(stated, dict):
        raise AgentpackError(
            "'facts' must be a table", path=FILE, line=table.line("facts"), mend="write [facts]"
        )
    found: dict[str, Fact] = {}
    for name, written in stated.items():
        if name not in VOCABULARY:
            near = get_close_matches(name, VOCABULARY, n=1)
            mend = f"did you mean '{near[0]}'?" if near else f"known are {', '.join(VOCABULARY)}"
            raise AgentpackError(
                f"no fact '{name}'", path=FILE, line=table.line("facts", name), mend=mend
            )
        found[name] = Fact(name, _value(table, name, written), OVERRIDE)
    if "package_manager" in found and "run_prefix" not in found:
        prefix = PREFIXES.get(str(found["package_manager"].value))
        found["run_prefix"] = Fact("run_prefix", prefix, OVERRIDE)
    return found
