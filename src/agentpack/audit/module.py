"""What a Python file imports, defines and calls, and where: as `reading` has taken it down."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property

Defined = ast.FunctionDef | ast.AsyncFunctionDef
SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


class Function:
    """A function or method.

    Args:
        scope: the function around it.
        owner: the class that it is a method of.
    """

    def __init__(
        self, module: Module, node: Defined, scope: Function | None, owner: Class | None
    ) -> None:
        self.module, self.node, self.scope, self.owner = module, node, scope, owner
        around = owner or scope
        self.qualname: str = f"{around.qualname}.{node.name}" if around else node.name
        self.calls: list[ast.Call] = []
        self.awaited: set[ast.Call] = set()
        self.yields: list[ast.Yield] = []
        self.returns: list[ast.expr] = []
        self.bound: dict[str, list[Binding]] = {}
        self.imports: dict[str, str] = {}
        self.functions: dict[str, Function] = {}
        for argument in parameters(node):
            self.bound.setdefault(argument.arg, []).append(Binding("parameter", None, argument))

    @property
    def name(self) -> str:
        """Its name, without those around it."""
        return self.node.name

    @property
    def is_async(self) -> bool:
        """Whether it runs on the event loop."""
        return isinstance(self.node, ast.AsyncFunctionDef)

    def default(self, name: str) -> ast.expr | None:
        """The default of a parameter, or None."""
        return defaults(self.node).get(name)


class Class:
    """A class, with its methods and what is assigned in its body."""

    def __init__(
        self, module: Module, node: ast.ClassDef, scope: Function | None, owner: Class | None
    ) -> None:
        self.module, self.node, self.scope = module, node, scope
        around = owner or scope
        self.qualname: str = f"{around.qualname}.{node.name}" if around else node.name
        self.methods: dict[str, Function] = {}
        self.attributes: dict[str, Binding] = {}
        self.assigned: dict[str, list[tuple[Function, Binding]]] = {}
        """What its methods assign to `self`."""


class Binding:
    """How a name gets its value.

    Args:
        how: `parameter`, `value` (assigned), `entered` (`with … as`), `item` (looped over).
        value: the expression, where there is one.
        node: what stands in the code; an annotation, if there is one, is its.
    """

    __slots__ = ("how", "node", "value")

    def __init__(self, how: str, value: ast.expr | None, node: ast.AST) -> None:
        self.how, self.value, self.node = how, value, node

    @property
    def annotation(self) -> ast.expr | None:
        """The type that is written there, or None."""
        return getattr(self.node, "annotation", None)


Scope = Function | None
"""The function that an expression stands in; None for the module's own level."""


class Module:
    """A file's definitions and calls.

    Args:
        path: below the audited root.
        source: its text.
        tree: its syntax tree.
        aside: whether it is a test, an example or a document rather than what runs.
    """

    def __init__(self, path: str, source: str, tree: ast.Module, *, aside: bool) -> None:
        self.path, self.source, self.tree, self.aside = path, source, tree, aside
        self.name = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        self.imports: dict[str, str] = {}
        self.stars: list[str] = []
        self.bound: dict[str, list[Binding]] = {}
        self.functions: dict[str, Function] = {}
        self.classes: dict[str, Class] = {}
        self.all_functions: list[Function] = []
        self.calls: list[tuple[ast.Call, Scope]] = []
        self.texts: list[ast.Constant] = []
        self.attributes: set[str] = set()
        self.import_statements: list[ast.Import | ast.ImportFrom] = []

    def column(self, line: int, offset: int) -> int:
        """The column, from 1, of a byte of a line, as syntax trees count them."""
        lines = self._lines
        text = lines[line - 1] if line <= len(lines) else ""
        return len(text.encode()[:offset].decode(errors="replace")) + 1

    @cached_property
    def _lines(self) -> list[str]:
        return self.source.split("\n")


def parameters(node: Defined) -> list[ast.arg]:
    """A function's parameters, in order; `*args` and `**kwargs` last."""
    given = node.args
    rest = [one for one in (given.vararg, given.kwarg) if one is not None]
    return [*given.posonlyargs, *given.args, *given.kwonlyargs, *rest]


def defaults(node: Defined) -> dict[str, ast.expr]:
    """The defaults of a function's parameters, by name."""
    given = node.args
    plain = [*given.posonlyargs, *given.args]
    last = plain[len(plain) - len(given.defaults) :]
    found = {one.arg: value for one, value in zip(last, given.defaults, strict=True)}
    pairs = zip(given.kwonlyargs, given.kw_defaults, strict=True)
    return found | {one.arg: value for one, value in pairs if value is not None}


def walk(body: list[ast.stmt]) -> Iterator[ast.AST]:
    """Every node of these statements, but for the bodies of functions and classes inside them."""
    pending: list[ast.AST] = list(reversed(body))
    while pending:
        node = pending.pop()
        yield node
        if not isinstance(node, SCOPES):
            pending += reversed(list(ast.iter_child_nodes(node)))
