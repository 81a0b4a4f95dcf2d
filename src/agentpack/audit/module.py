"""One Python file, taken apart once: what it imports, defines and calls, and where."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property

from agentpack.project.code import statements

Defined = ast.FunctionDef | ast.AsyncFunctionDef
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


class Function:
    """A function or method; `scope` is the function around it, `owner` the class it is a method of."""

    def __init__(
        self, module: Module, node: Defined, scope: Function | None, owner: Class | None
    ) -> None:
        self.module, self.node, self.scope, self.owner = module, node, scope, owner
        above = owner.qualname if owner else scope.qualname if scope else ""
        self.qualname = f"{above}.{node.name}" if above else node.name
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
        self.qualname = f"{around.qualname}.{node.name}" if around else node.name
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


_LEAVES = frozenset({ast.Name, ast.Load, ast.Store, ast.Pass, ast.arg, ast.alias, str, type(None)})
"""What there are most of, and nothing is to be taken down from."""


def _inner(child: object) -> bool:
    return type(child) not in _LEAVES and isinstance(child, ast.AST)


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
        self._awaited: set[ast.expr] = set()
        for statement in tree.body:
            self._statement(statement, None, None)

    def column(self, line: int, offset: int) -> int:
        """The column, from 1, of a byte of a line, as syntax trees count them."""
        lines = self._lines
        text = lines[line - 1] if line <= len(lines) else ""
        return len(text.encode()[:offset].decode(errors="replace")) + 1

    @cached_property
    def _lines(self) -> list[str]:
        return self.source.split("\n")

    def _statement(self, node: ast.AST, scope: Scope, owner: Class | None) -> None:
        """Take down a node and all below it; a stack of our own holds any depth."""
        pending: list[tuple[ast.AST, Scope, Class | None]] = [(node, scope, owner)]
        while pending:
            one, inside, of = pending.pop()
            kind = type(one)
            if kind in _SCOPES:
                pending += reversed(list(self._definition(one, inside, of)))
                continue
            take = _TAKERS.get(kind)
            if take is not None:
                take(self, one, inside, of)
            # A block inside a class's body is still its body; inside a function there is no owner.
            for field in reversed(one._fields):
                value = getattr(one, field, None)
                if type(value) is list:
                    pending += [(child, inside, of) for child in reversed(value) if _inner(child)]
                elif _inner(value):
                    pending.append((value, inside, of))

    def _definition(
        self, node: ast.AST, scope: Scope, owner: Class | None
    ) -> Iterator[tuple[ast.AST, Scope, Class | None]]:
        """Open a scope; what stands in its head belongs to the one around it."""
        if isinstance(node, ast.Lambda):
            hidden = ast.FunctionDef(
                "<lambda>", node.args, [], [], lineno=node.lineno, col_offset=node.col_offset
            )
            yield node.body, Function(self, hidden, scope, None), None
            return
        if isinstance(node, ast.ClassDef):
            made = Class(self, node, scope, owner)
            self.classes.setdefault(made.qualname, made)
            for outer in (*node.decorator_list, *node.bases, *(k.value for k in node.keywords)):
                yield outer, scope, None
            for inner in node.body:
                yield inner, scope, made
            return
        assert isinstance(node, Defined)  # noqa: S101 - for the type checker
        function = Function(self, node, scope, owner)
        self.all_functions.append(function)
        if owner is not None:
            owner.methods.setdefault(node.name, function)
        elif scope is not None:
            scope.functions.setdefault(node.name, function)
        else:
            self.functions.setdefault(node.name, function)
        arguments = node.args
        for outer in (
            *node.decorator_list,
            *arguments.defaults,
            *(one for one in arguments.kw_defaults if one is not None),
            *(one.annotation for one in parameters(node) if one.annotation is not None),
            *([node.returns] if node.returns is not None else []),
        ):
            yield outer, scope, None
        for inner in node.body:
            yield inner, function, None

    def _call(self, node: ast.Call, scope: Scope, _: Class | None) -> None:
        self.calls.append((node, scope))
        if scope is not None:
            scope.calls.append(node)
            if node in self._awaited:
                scope.awaited.add(node)

    def _await(self, node: ast.Await, _: Scope, __: Class | None) -> None:
        self._awaited.add(node.value)

    def _yield(self, node: ast.Yield, scope: Scope, _: Class | None) -> None:
        if scope is not None:
            scope.yields.append(node)

    def _return(self, node: ast.Return, scope: Scope, _: Class | None) -> None:
        if scope is not None and node.value is not None:
            scope.returns.append(node.value)

    def _constant(self, node: ast.Constant, _: Scope, __: Class | None) -> None:
        if type(node.value) is str:
            self.texts.append(node)

    def _attribute(self, node: ast.Attribute, _: Scope, __: Class | None) -> None:
        self.attributes.add(node.attr)

    def _import(self, node: ast.Import, scope: Scope, _: Class | None) -> None:
        self.import_statements.append(node)
        into = self.imports if scope is None else scope.imports
        for alias in node.names:
            into[alias.asname or alias.name.partition(".")[0]] = (
                alias.name if alias.asname else alias.name.partition(".")[0]
            )

    def _import_from(self, node: ast.ImportFrom, scope: Scope, _: Class | None) -> None:
        self.import_statements.append(node)
        into = self.imports if scope is None else scope.imports
        source = "." * node.level + (node.module or "")
        for alias in node.names:
            if alias.name == "*":
                self.stars.append(source)
            else:
                dot = "" if source.endswith(".") else "."
                into.setdefault(alias.asname or alias.name, f"{source}{dot}{alias.name}")

    def _assign(self, node: ast.Assign, scope: Scope, owner: Class | None) -> None:
        for target in node.targets:
            self._bind(target, Binding("value", node.value, node), scope, owner)

    def _annotated(self, node: ast.AnnAssign, scope: Scope, owner: Class | None) -> None:
        self._bind(node.target, Binding("value", node.value, node), scope, owner)

    def _alias(self, node: ast.AST, scope: Scope, owner: Class | None) -> None:
        # `type Alias = …`, which only newer Pythons have.
        value: ast.expr = node.value  # type: ignore[attr-defined]
        self._bind(node.name, Binding("value", value, node), scope, owner)  # type: ignore[attr-defined]

    def _walrus(self, node: ast.NamedExpr, scope: Scope, owner: Class | None) -> None:
        self._bind(node.target, Binding("value", node.value, node), scope, owner)

    def _with(self, node: ast.With | ast.AsyncWith, scope: Scope, owner: Class | None) -> None:
        for item in node.items:
            if item.optional_vars is not None:
                entered = Binding("entered", item.context_expr, item.optional_vars)
                self._bind(item.optional_vars, entered, scope, owner)

    def _for(self, node: ast.For | ast.AsyncFor, scope: Scope, owner: Class | None) -> None:
        self._bind(node.target, Binding("item", node.iter, node.target), scope, owner)

    def _bind(self, target: ast.expr, binding: Binding, scope: Scope, owner: Class | None) -> None:
        if isinstance(target, ast.Tuple | ast.List):
            for one in target.elts:
                self._bind(one, Binding("item", None, one), scope, owner)
        elif isinstance(target, ast.Name):
            if owner is not None:
                owner.attributes.setdefault(target.id, binding)
            else:
                (self if scope is None else scope).bound.setdefault(target.id, []).append(binding)
        elif isinstance(target, ast.Attribute) and scope is not None and scope.owner is not None:
            first = next(iter(parameters(scope.node)), None)
            if first and isinstance(target.value, ast.Name) and target.value.id == first.arg:
                scope.owner.assigned.setdefault(target.attr, []).append((scope, binding))


_TAKERS = {
    ast.Call: Module._call,
    ast.Await: Module._await,
    ast.Yield: Module._yield,
    ast.Return: Module._return,
    ast.Constant: Module._constant,
    ast.Attribute: Module._attribute,
    ast.Import: Module._import,
    ast.ImportFrom: Module._import_from,
    ast.Assign: Module._assign,
    ast.AnnAssign: Module._annotated,
    ast.NamedExpr: Module._walrus,
    ast.With: Module._with,
    ast.AsyncWith: Module._with,
    ast.For: Module._for,
    ast.AsyncFor: Module._for,
    **({ast.TypeAlias: Module._alias} if hasattr(ast, "TypeAlias") else {}),
}


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
        if not isinstance(node, _SCOPES):
            pending += reversed(list(ast.iter_child_nodes(node)))


__all__ = [
    "Binding",
    "Class",
    "Defined",
    "Function",
    "Module",
    "Scope",
    "defaults",
    "parameters",
    "statements",
    "walk",
]
