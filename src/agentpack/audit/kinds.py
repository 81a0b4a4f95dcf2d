"""What kind of thing an expression is: the full name of its class, as far as the code tells.

Read from annotations, from what a name is set to, from what a function is said to return or
yields, and from what `self` is given. What none of these tells is unknown, and empty. It is one
long module because each of these questions may lead to any other.
"""

from __future__ import annotations

import ast

from agentpack.audit.circles import Circles
from agentpack.audit.libraries import (
    ALTERNATIVE,
    ASYNC_SESSION,
    BEGUN,
    CONNECTS,
    DEPENDS,
    ENGINES,
    MAKER,
    MAKERS,
    MAKES,
    SAME,
    SESSION,
    WRAPPED,
)
from agentpack.audit.module import Binding, Class, Function, Module, Scope
from agentpack.audit.names import Names
from agentpack.project.code import keyword

_DEEP = 60  # what is deeper is no longer looked at: Python's own stack has an end


class Kinds:
    """Tells what kind of thing an expression is."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self._circles = Circles()

    def of(self, node: ast.AST | None, module: Module, scope: Scope, depth: int = 0) -> str:
        """The kind of an expression; empty if unknown."""
        if node is None or depth > _DEEP:
            return self._circles.cut() if node is not None else ""
        below = depth + 1
        match node:
            case ast.Name():
                return self._name(node, module, scope, below)
            case ast.Attribute():
                return self._attribute(node, module, scope, below)
            case ast.Call():
                return self._call(node, module, scope, below)
            case ast.Await() | ast.NamedExpr() | ast.Starred():
                return self.of(node.value, module, scope, below)
            case ast.IfExp():
                return self._first((node.body, node.orelse), module, scope, below)
            case ast.BoolOp():
                return self._first(node.values, module, scope, below)
            case ast.Subscript():
                base = self.of(node.value, module, scope, below)
                return base if base.startswith("pymongo.") else ""
        return ""

    def _first(
        self, nodes: list[ast.expr] | tuple[ast.expr, ...], module: Module, scope: Scope, depth: int
    ) -> str:
        return next(filter(None, (self.of(one, module, scope, depth) for one in nodes)), "")

    def _name(self, node: ast.Name, module: Module, scope: Scope, depth: int) -> str:
        inside = scope
        while inside is not None:
            if node.id in inside.bound:
                if inside.owner is not None and self._is_self(node.id, inside):
                    return f"{module.name}.{inside.owner.qualname}"
                return self._bound(inside.bound[node.id], module, inside, depth)
            if node.id in inside.imports:
                break
            inside = inside.scope
        return self.value(self.names.resolve(node, module, scope), depth)

    @staticmethod
    def _is_self(name: str, function: Function) -> bool:
        given = [*function.node.args.posonlyargs, *function.node.args.args]
        static = any(
            getattr(one, "id", "") == "staticmethod" for one in function.node.decorator_list
        )
        return bool(given) and given[0].arg == name and not static

    def value(self, name: str, depth: int = 0) -> str:
        """The kind of a value that a module of the project defines, by its full name."""
        found = self.names.split(name) if name and depth <= _DEEP else None
        if found is None:
            return ""
        module, rest = found
        if rest in module.bound:
            return self._bound(module.bound[rest], module, None, depth)
        above, _, last = rest.rpartition(".")
        if above in module.bound:
            owner = self._bound(module.bound[above], module, None, depth)
            return self.attribute(owner, last, depth)
        return ""

    def _bound(self, bindings: list[Binding], module: Module, scope: Scope, depth: int) -> str:
        def find() -> str:
            found = (self.binding(one, module, scope, depth) for one in bindings)
            return next(filter(None, found), "")

        # The list is the name's own, and lives as long as its module.
        return self._circles.ask(id(bindings), find)

    def binding(self, one: Binding, module: Module, scope: Scope, depth: int = 0) -> str:
        """The kind that a name gets by one of the ways in which it is set."""
        if one.annotation is not None:
            kind = self.annotation(one.annotation, module, scope, depth + 1)
            if kind:
                return kind
        if one.how == "parameter" and scope is not None and isinstance(one.node, ast.arg):
            return self.of(scope.default(one.node.arg), module, scope.scope, depth + 1)
        if one.how == "value":
            return self.of(one.value, module, scope, depth + 1)
        if one.how == "entered":
            kind = self.of(one.value, module, scope, depth + 1)
            return kind.removeprefix(BEGUN)
        return ""

    def annotation(
        self, node: ast.expr | None, module: Module, scope: Scope, depth: int = 0
    ) -> str:
        """The kind that an annotation names: `T`, `T | None`, `Annotated[T, …]`, `Iterator[T]`."""
        if node is None or depth > _DEEP:
            return ""
        below = depth + 1
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            try:
                node = ast.parse(node.value, mode="eval").body
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                return ""
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            return self.annotation(node.left, module, scope, below) or self.annotation(
                node.right, module, scope, below
            )
        if isinstance(node, ast.Subscript):
            wrapper = self.names.resolve(node.value, module, scope).rpartition(".")[2]
            if wrapper not in WRAPPED:
                return self._class(self.names.resolve(node.value, module, scope))
            inner = node.slice
            first = inner.elts[0] if isinstance(inner, ast.Tuple) and inner.elts else inner
            return self.annotation(first, module, scope, below)
        name = self.names.resolve(node, module, scope)
        found = self.names.split(name) if name else None
        if found is not None and found[1] in found[0].bound:
            # `SessionDep = Annotated[Session, Depends(get_session)]`
            return next(
                filter(
                    None,
                    (
                        self.annotation(one.value, found[0], None, below)
                        for one in found[0].bound[found[1]]
                    ),
                ),
                "",
            )
        return self._class(name)

    def _class(self, name: str) -> str:
        """A class's full name, the same for each of the ways to spell SQLAlchemy's."""
        if name.startswith("builtins."):
            return ""
        if name.startswith(("sqlalchemy.", "sqlmodel.")):
            return SAME.get(name.rpartition(".")[2], name)
        return "" if name in {"None", "typing.Any"} else name

    def attribute(self, owner: str, name: str, depth: int = 0) -> str:
        """The kind of an attribute of an object of a kind."""
        if owner.startswith("pymongo."):
            return owner
        for one in self.names.lineage(owner):
            kind = self._of_class(one, name, depth)
            if kind:
                return kind
        return ""

    def _of_class(self, one: Class, name: str, depth: int) -> str:
        if name in one.attributes:
            return self.binding(one.attributes[name], one.module, one.scope, depth + 1)
        for scope, binding in one.assigned.get(name, ()):
            kind = self.binding(binding, one.module, scope, depth + 1)
            if kind:
                return kind
        method = one.methods.get(name)
        if method is not None and any(
            getattr(mark, "id", getattr(mark, "attr", "")) in {"property", "cached_property"}
            for mark in method.node.decorator_list
        ):
            return self.returned(method, depth)
        return ""

    def _attribute(self, node: ast.Attribute, module: Module, scope: Scope, depth: int) -> str:
        kind = self.value(self.names.resolve(node, module, scope), depth)
        if kind:
            return kind
        owner = self.of(node.value, module, scope, depth)
        return self.attribute(owner, node.attr, depth) if owner else ""

    def _call(self, node: ast.Call, module: Module, scope: Scope, depth: int) -> str:
        name = self.names.resolve(node.func, module, scope)
        if name in DEPENDS:
            target = node.args[0] if node.args else keyword(node, "dependency")
            return self.made(target, module, scope, depth)
        last = name.rpartition(".")[2]
        if name.startswith(("sqlalchemy.", "sqlmodel.")):
            if last in MAKERS:
                return MAKER + self._made_by(node, MAKERS[last], module, scope)
            if last in ("scoped_session", "async_scoped_session") and node.args:
                return self.of(node.args[0], module, scope, depth)
            if last in ENGINES:
                return ENGINES[last]
        if name in MAKES:
            return MAKES[name]
        if name:
            made = self.made(node.func, module, scope, depth)
            if made:
                return made
        if isinstance(node.func, ast.Attribute):
            return self._method(node.func, module, scope, depth)
        kind = self.of(node.func, module, scope, depth)
        return kind.removeprefix(MAKER) if kind.startswith(MAKER) else self._called(kind, depth)

    def _made_by(self, node: ast.Call, usual: str, module: Module, scope: Scope) -> str:
        """What a sessionmaker makes: what it is told by `class_`, or its own kind."""
        told = keyword(node, "class_")
        return self._class(self.names.resolve(told, module, scope)) or usual if told else usual

    def made(self, node: ast.expr | None, module: Module, scope: Scope, depth: int = 0) -> str:
        """What comes of calling (or depending on) a class or a function."""
        name = self.names.resolve(node, module, scope)
        function = self.names.function(name) if name else None
        if function is not None:
            return self.returned(function, depth)
        if self.names.class_(name) is not None:
            return name
        if not name or self.names.split(name) is not None:
            kind = self.of(node, module, scope, depth + 1)
            return kind.removeprefix(MAKER) if kind.startswith(MAKER) else ""
        above, _, last = name.rpartition(".")
        if last[:1].isupper():
            return self._class(name)
        if last in ALTERNATIVE and above.rpartition(".")[2][:1].isupper():
            return self._class(above)
        return ""

    def _method(self, node: ast.Attribute, module: Module, scope: Scope, depth: int) -> str:
        owner = self.of(node.value, module, scope, depth)
        if not owner:
            return ""
        if owner.startswith(MAKER):
            return BEGUN + owner.removeprefix(MAKER) if node.attr == "begin" else ""
        if owner in CONNECTS:
            begun = BEGUN if node.attr == "begin" else ""
            return begun + CONNECTS[owner] if node.attr in ("connect", "begin") else ""
        if owner in (SESSION, ASYNC_SESSION):
            return {"begin": BEGUN, "begin_nested": BEGUN, "__call__": ""}.get(node.attr, "")
        if owner.startswith(("pymongo.", "boto3.", "supabase.")):
            return owner
        if node.attr in ("with_options", "copy"):
            return owner
        for one in self.names.lineage(owner):
            if node.attr in one.methods:
                return self.returned(one.methods[node.attr], depth)
        kind = self.attribute(owner, node.attr, depth)
        return kind.removeprefix(MAKER) if kind.startswith(MAKER) else ""

    def _called(self, kind: str, depth: int) -> str:
        """What comes of calling an object."""
        for one in self.names.lineage(kind):
            if "__call__" in one.methods:
                return self.returned(one.methods["__call__"], depth)
        return ""

    def returned(self, function: Function, depth: int = 0) -> str:
        """What a function returns, or a generator yields: as it says, or as it does."""

        def find() -> str:
            module = function.module
            kind = self.annotation(function.node.returns, module, function.scope, depth + 1)
            if kind and not kind.startswith("typing."):
                return kind
            found = [one.value for one in function.yields] or function.returns
            kinds = (self.of(one, module, function, depth + 1) for one in found)
            return next(filter(None, kinds), "")

        return self._circles.ask(id(function), find)

    def ancestry(self, name: str) -> frozenset[str]:
        """Every full name that a kind goes by: its own and those of all it inherits from."""
        found = {name}
        for one in self.names.lineage(name):
            found.add(f"{one.module.name}.{one.qualname}")
            found.update(self._class(base) for base in self.names.bases(one) if base)
        return frozenset(found)

    def depends(self, node: ast.AST, module: Module, scope: Scope) -> bool:
        """Whether an expression is `Depends(…)` or `Security(…)`."""
        return (
            isinstance(node, ast.Call) and self.names.resolve(node.func, module, scope) in DEPENDS
        )
