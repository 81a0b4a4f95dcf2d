"""Takes a Python file apart, in one walk over its syntax tree."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from agentpack.audit.module import (
    SCOPES,
    Binding,
    Class,
    Defined,
    Function,
    Module,
    Scope,
    parameters,
)

_LEAVES = frozenset({ast.Name, ast.Pass, ast.arg, ast.alias, str, int, type(None)})
_PLAIN = frozenset(
    {"ctx", "op", "ops", "id", "attr", "arg", "kind", "level", "type_comment", "rest"}
)
"""What there are most of, and nothing is to be taken down from: kinds of nodes, and fields."""


class _Fields(dict[type, tuple[str, ...]]):
    """Of each kind of node the fields that may hold others, the last first."""

    def __missing__(self, kind: type) -> tuple[str, ...]:
        fields: tuple[str, ...] = kind._fields  # type: ignore[attr-defined]
        self[kind] = tuple(field for field in reversed(fields) if field not in _PLAIN)
        return self[kind]


_FIELDS = _Fields()


def _inner(child: object) -> bool:
    return type(child) not in _LEAVES and isinstance(child, ast.AST)


def read(path: str, source: str, tree: ast.Module, *, aside: bool) -> Module:
    """What a file imports, defines and calls; the parts are those of `Module`."""
    return _Reader(Module(path, source, tree, aside=aside)).module


class _Reader:
    def __init__(self, module: Module) -> None:
        self.module = module
        self._awaited: set[ast.expr] = set()
        self._takers: dict[type, Any] = {
            ast.Call: self._call,
            ast.Await: self._await,
            ast.Yield: self._yield,
            ast.Return: self._return,
            ast.Constant: self._constant,
            ast.Attribute: self._attribute,
            ast.Import: self._import,
            ast.ImportFrom: self._import_from,
            ast.Assign: self._assign,
            ast.AnnAssign: self._annotated,
            ast.NamedExpr: self._walrus,
            ast.With: self._with,
            ast.AsyncWith: self._with,
            ast.For: self._for,
            ast.AsyncFor: self._for,
            # Only newer Pythons have it.
            **({ast.TypeAlias: self._alias} if hasattr(ast, "TypeAlias") else {}),
        }
        for statement in module.tree.body:
            self._statement(statement, None, None)

    def _statement(self, node: ast.AST, scope: Scope, owner: Class | None) -> None:
        """Take down a node and all below it; a stack of our own holds any depth."""
        pending: list[tuple[ast.AST, Scope, Class | None]] = [(node, scope, owner)]
        while pending:
            one, inside, of = pending.pop()
            kind = type(one)
            if kind in SCOPES:
                pending += reversed(list(self._definition(one, inside, of)))
                continue
            take = self._takers.get(kind)
            if take is not None:
                take(one, inside, of)
            # A block inside a class's body is still its body; inside a function there is no owner.
            for field in _FIELDS[kind]:
                value = getattr(one, field)
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
            yield node.body, Function(self.module, hidden, scope, None), None
            return
        if isinstance(node, ast.ClassDef):
            made = Class(self.module, node, scope, owner)
            self.module.classes.setdefault(made.qualname, made)
            for outer in (*node.decorator_list, *node.bases, *(k.value for k in node.keywords)):
                yield outer, scope, None
            for inner in node.body:
                yield inner, scope, made
            return
        assert isinstance(node, Defined)  # noqa: S101 - for the type checker
        function = Function(self.module, node, scope, owner)
        self.module.all_functions.append(function)
        if owner is not None:
            owner.methods.setdefault(node.name, function)
        elif scope is not None:
            scope.functions.setdefault(node.name, function)
        else:
            self.module.functions.setdefault(node.name, function)
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
        self.module.calls.append((node, scope))
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
            self.module.texts.append(node)

    def _attribute(self, node: ast.Attribute, _: Scope, __: Class | None) -> None:
        self.module.attributes.add(node.attr)

    def _import(self, node: ast.Import, scope: Scope, _: Class | None) -> None:
        self.module.import_statements.append(node)
        into = self.module.imports if scope is None else scope.imports
        for alias in node.names:
            into[alias.asname or alias.name.partition(".")[0]] = (
                alias.name if alias.asname else alias.name.partition(".")[0]
            )

    def _import_from(self, node: ast.ImportFrom, scope: Scope, _: Class | None) -> None:
        self.module.import_statements.append(node)
        into = self.module.imports if scope is None else scope.imports
        source = "." * node.level + (node.module or "")
        for alias in node.names:
            if alias.name == "*":
                self.module.stars.append(source)
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
                (self.module if scope is None else scope).bound.setdefault(target.id, []).append(
                    binding
                )
        elif isinstance(target, ast.Attribute) and scope is not None and scope.owner is not None:
            first = next(iter(parameters(scope.node)), None)
            if first and isinstance(target.value, ast.Name) and target.value.id == first.arg:
                scope.owner.assigned.setdefault(target.attr, []).append((scope, binding))
