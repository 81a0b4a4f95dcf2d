"""All that a rule may look at: modules, what their names mean, versions, and other files."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from agentpack.audit.kinds import Kinds
from agentpack.audit.module import Function, Module, Scope
from agentpack.audit.names import Names
from agentpack.audit.roles import Roles
from agentpack.audit.versions import Versions
from agentpack.finding import Place
from agentpack.record import Record


class Call(Record):
    """A call, and where it stands."""

    node: ast.Call
    module: Module
    scope: Scope

    @property
    def place(self) -> Place:
        """Where it begins."""
        return at(self.module, self.node)


class Codebase:
    """A project at one moment. What is asked of it by many rules is found once, and kept.

    Args:
        modules: every Python file that could be read, tests too.
        texts: the text of the files that say how it is run and configured, by path.
        versions: which packages it has.
    """

    def __init__(
        self, modules: Sequence[Module], texts: Mapping[str, str], versions: Versions
    ) -> None:
        self.everything = tuple(modules)
        self.modules = tuple(module for module in modules if not module.aside)
        self.tests = tuple(module for module in modules if module.aside)
        self.texts, self.versions = texts, versions
        self.names = Names({module.name: module for module in modules})
        self.kinds = Kinds(self.names)

    @cached_property
    def roles(self) -> Roles:
        """What the functions are for."""
        return Roles(self.modules, self.names, self.kinds)

    def named(self, *names: str, tests: bool = False) -> Iterator[Call]:
        """The calls of a function or method that is called one of these names, whosever it is."""
        for name in names:
            for call in self._by_name.get(name, ()):
                if tests or not call.module.aside:
                    yield call

    def calling(self, *names: str, tests: bool = False) -> Iterator[Call]:
        """The calls of what has one of these full names."""
        wanted = set(names)
        for call in self.named(*{name.rpartition(".")[2] for name in names}, tests=tests):
            if self.name(call) in wanted:
                yield call
        for alias in self._aliases(wanted):
            for call in self.named(alias, tests=tests):
                if self.name(call) in wanted:
                    yield call

    def _aliases(self, wanted: set[str]) -> set[str]:
        """Other names under which these are imported."""
        last = {name.rpartition(".")[2] for name in wanted}
        return {
            alias
            for module in self.everything
            for alias, source in module.imports.items()
            if source.rpartition(".")[2] in last and alias not in last
        }

    @cached_property
    def _by_name(self) -> dict[str, list[Call]]:
        found: dict[str, list[Call]] = defaultdict(list)
        for module in self.everything:
            for node, scope in module.calls:
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                found[name].append(Call(node, module, scope))
        return found

    def name(self, call: Call) -> str:
        """The full name of what a call calls."""
        return self.names.resolve(call.node.func, call.module, call.scope)

    def kind(self, node: ast.AST | None, call: Call) -> str:
        """The kind of an expression that stands where a call does."""
        return self.kinds.of(node, call.module, call.scope)

    def receiver(self, call: Call) -> str:
        """The kind of that whose method is called."""
        function = call.node.func
        return self.kind(function.value, call) if isinstance(function, ast.Attribute) else ""

    def functions(self, *, tests: bool = False) -> Iterator[Function]:
        """All functions and methods, inner ones too."""
        for module in self.everything if tests else self.modules:
            yield from module.all_functions

    def imports(self, *tops: str, tests: bool = False) -> bool:
        """Whether the code imports one of these packages or a part of it."""
        return any(self.importing(*tops, tests=tests))

    def importing(
        self, *tops: str, tests: bool = False
    ) -> Iterator[tuple[Module, ast.Import | ast.ImportFrom]]:
        """The import statements of these packages and of parts of them."""
        for module in self.everything if tests else self.modules:
            for node in module.import_statements:
                listed = (
                    [node.module or ""]
                    if isinstance(node, ast.ImportFrom)
                    else [alias.name for alias in node.names]
                )
                level = getattr(node, "level", 0)
                if not level and any(
                    name == top or name.startswith(f"{top}.") for name in listed for top in tops
                ):
                    yield module, node


def at(module: Module, node: ast.AST) -> Place:
    """Where a node begins."""
    offset = getattr(node, "col_offset", 0)
    line = getattr(node, "lineno", 1)
    return Place(module.path, line, module.column(line, offset))
