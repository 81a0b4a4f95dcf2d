"""Who calls what: routes, dependencies, lifespans, background tasks and what runs on the loop."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from agentpack.audit.kinds import Kinds
from agentpack.audit.module import Function, Module, Scope
from agentpack.audit.names import Names
from agentpack.project.code import keyword
from agentpack.record import Record

METHODS = frozenset(
    {"get", "post", "put", "patch", "delete", "head", "options", "trace", "api_route", "websocket",
     "route", "websocket_route"}
)  # fmt: skip
APPS = frozenset(
    {"fastapi.FastAPI", "fastapi.applications.FastAPI", "starlette.applications.Starlette"}
)
ROUTERS = frozenset({"fastapi.APIRouter", "fastapi.routing.APIRouter", "fastapi.routers.APIRouter"})
_ADDS = frozenset({"add_api_route", "add_api_websocket_route", "add_route", "add_websocket_route"})
_TASKS = "fastapi.BackgroundTasks"
TASKS = frozenset(
    {_TASKS, "fastapi.background.BackgroundTasks", "starlette.background.BackgroundTasks"}
)
TASK = frozenset({"starlette.background.BackgroundTask"})
SPAWNS = frozenset(
    {"asyncio.create_task", "asyncio.ensure_future", "asyncio.gather", "asyncio.wait_for"}
)


class Use(Record):
    """One `Depends(…)` or `Security(…)`: its call, where it stands, and what it calls."""

    call: ast.Call
    module: Module
    target: Function

    @property
    def scope(self) -> str:
        """`function`, `request`, or empty where it is not said."""
        told = keyword(self.call, "scope")
        return told.value if isinstance(told, ast.Constant) and type(told.value) is str else ""


class Roles:
    """What the functions of a project are for."""

    def __init__(self, modules: Iterable[Module], names: Names, kinds: Kinds) -> None:
        self.names, self.kinds = names, kinds
        self.routes: dict[Function, ast.Call] = {}
        self.uses: dict[Function, list[Use]] = {}
        self.lifespans: dict[Function, None] = {}
        self.tasks: dict[Function, None] = {}
        self.hooks: dict[Function, None] = {}
        """Exception handlers and middleware."""
        for module in modules:
            for function in module.all_functions:
                self._decorated(function)
            for call, scope in module.calls:
                self._called(module, call, scope)

    def is_app(self, node: ast.expr | None, module: Module, scope: Scope) -> bool:
        """Whether an expression is an application."""
        return bool(self.kinds.ancestry(self.kinds.of(node, module, scope)) & APPS)

    def _routes(self, node: ast.expr, module: Module, scope: Scope) -> bool:
        kind = self.kinds.of(node, module, scope)
        if kind:
            return bool(self.kinds.ancestry(kind) & (APPS | ROUTERS))
        # Who hides a router in a container still calls it one.
        name = getattr(node, "id", getattr(node, "attr", ""))
        return "router" in name.lower() or name in {"app", "api"}

    def route_of(self, mark: ast.expr, module: Module, scope: Scope) -> bool:
        """Whether a decorator makes a route of its function."""
        return (
            isinstance(mark, ast.Call)
            and isinstance(mark.func, ast.Attribute)
            and mark.func.attr in METHODS
            and bool(mark.args or mark.keywords)
            and self._routes(mark.func.value, module, scope)
        )

    def _decorated(self, function: Function) -> None:
        module, scope = function.module, function.scope
        for mark in function.node.decorator_list:
            call = mark if isinstance(mark, ast.Call) else None
            if call is None or not isinstance(call.func, ast.Attribute):
                continue
            if self.route_of(mark, module, scope):
                self.routes.setdefault(function, call)
            elif call.func.attr in {"exception_handler", "middleware"}:
                self.hooks[function] = None
        if function.name == "dispatch" and function.owner is not None:
            owner = f"{module.name}.{function.owner.qualname}"
            if "starlette.middleware.base.BaseHTTPMiddleware" in self.kinds.ancestry(owner):
                self.hooks[function] = None

    def _called(self, module: Module, call: ast.Call, scope: Scope) -> None:
        lifespan = keyword(call, "lifespan")
        if lifespan is not None:
            self.lifespans.update(dict.fromkeys(self.functions(lifespan, module, scope)))
        if self.kinds.depends(call, module, scope):
            target = call.args[0] if call.args else keyword(call, "dependency")
            for function in self.functions(target, module, scope):
                self.uses.setdefault(function, []).append(Use(call, module, function))
            return
        if isinstance(call.func, ast.Attribute):
            if call.func.attr in _ADDS:
                target = call.args[1] if len(call.args) > 1 else keyword(call, "endpoint")
                for function in self.functions(target, module, scope):
                    self.routes.setdefault(function, call)
            elif call.func.attr == "add_exception_handler" and len(call.args) > 1:
                self.hooks.update(dict.fromkeys(self.functions(call.args[1], module, scope)))
        target = self.task(call, module, scope)
        self.tasks.update(dict.fromkeys(self.functions(target, module, scope)))

    def task(self, call: ast.Call, module: Module, scope: Scope) -> ast.expr | None:
        """What a call gives to a background task to run, or None if it is no such call."""
        given = call.args[0] if call.args else keyword(call, "func")
        if isinstance(call.func, ast.Attribute) and call.func.attr == "add_task":
            kind = self.kinds.of(call.func.value, module, scope)
            return given if kind in TASKS else None
        return given if self.names.resolve(call.func, module, scope) in TASK else None

    def functions(self, node: ast.expr | None, module: Module, scope: Scope) -> Iterator[Function]:
        """The functions that run when what an expression names is called."""
        if isinstance(node, ast.Call):
            # `Depends(make(…))` calls what `make` returns; `Depends(Checker(…))` its `__call__`.
            maker = self.names.function(self.names.resolve(node.func, module, scope))
            if maker is not None:
                for one in maker.returns:
                    if isinstance(one, ast.Name):
                        yield from self.functions(one, maker.module, maker)
                return
            yield from self._method(self.kinds.of(node, module, scope), "__call__")
            return
        name = self.names.resolve(node, module, scope)
        function = self.names.function(name) if name else None
        if function is not None:
            yield function
        elif name and self.names.class_(name):
            yield from self._method(name, "__init__")
        elif isinstance(node, ast.Attribute):
            yield from self._method(self.kinds.of(node.value, module, scope), node.attr)
        elif isinstance(node, ast.Name):
            yield from self._method(self.kinds.of(node, module, scope), "__call__")

    def _method(self, kind: str, name: str) -> Iterator[Function]:
        for one in self.names.lineage(kind) if kind else ():
            if name in one.methods:
                yield one.methods[name]
                return

    def depends_on(self, function: Function) -> bool:
        """Whether a route or another dependency depends on a function."""
        return function in self.uses
