"""What runs on the event loop, and what of it waits without giving the loop away."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from agentpack.audit.blockers import Blocker, blocker
from agentpack.audit.codebase import Call, Codebase
from agentpack.audit.module import Function, parameters
from agentpack.record import Record

_SPAWNS = {"create_task", "ensure_future", "start_soon"}
_DEEP = 8  # a chain that is longer is more likely misread than meant


class Chain(Record):
    """How a function of the project comes to block: the calls on the way, and what blocks."""

    blocker: Blocker
    call: Call
    through: tuple[Function, ...] = ()


class Reach:
    """Follows calls from the event loop's entries."""

    def __init__(self, codebase: Codebase) -> None:
        self.codebase = codebase
        self._callees: dict[Function, list[tuple[ast.Call, Function]]] = {}
        self._direct: dict[Function, list[Chain]] = {}
        self._blocking: dict[Function, Chain | None] = {}

    def on_loop(self) -> dict[Function, str]:
        """The async functions that run on the loop while it serves, and what each is part of."""
        found: dict[Function, str] = {}
        pending = [(function, why) for function, why in self._entries() if function.is_async]
        while pending:
            function, why = pending.pop()
            if function in found:
                continue
            found[function] = why
            pending += [
                (callee, why)
                for _, callee in self.callees(function)
                if callee.is_async and callee not in found
            ]
        return found

    def _entries(self) -> Iterator[tuple[Function, str]]:
        roles = self.codebase.roles
        # The last is looked at first: a route says most.
        for function in self._spawned():
            yield function, f"the task `{function.qualname}`"
        for function in roles.tasks:
            yield function, f"the background task `{function.qualname}`"
        for function in (*roles.hooks, *self._middleware()):
            yield function, f"`{function.qualname}`, which wraps every request"
        for function in roles.uses:
            yield function, f"the dependency `{function.qualname}`"
        for function in roles.routes:
            yield function, f"the route `{function.qualname}`"

    def _middleware(self) -> Iterator[Function]:
        for function in self.codebase.functions():
            if function.name == "__call__" and function.owner is not None:
                given = [one.arg for one in parameters(function.node)]
                if given[1:] == ["scope", "receive", "send"]:
                    yield function

    def _spawned(self) -> Iterator[Function]:
        """What a lifespan starts to run beside the requests."""
        pending, seen = list(self.codebase.roles.lifespans), set[Function]()
        while pending:
            function = pending.pop()
            if function in seen:
                continue
            seen.add(function)
            inside = {id(arg) for call in function.calls if _spawns(call) for arg in call.args}
            for call, callee in self.callees(function):
                if id(call) in inside:
                    yield callee
                else:
                    pending.append(callee)

    def callees(self, function: Function) -> list[tuple[ast.Call, Function]]:
        """The project's functions that a function calls itself."""
        if function not in self._callees:
            find = self.codebase.roles.functions
            self._callees[function] = [
                (call, callee)
                for call in function.calls
                for callee in find(call.func, function.module, function)
                if callee is not function
            ]
        return self._callees[function]

    def direct(self, function: Function) -> list[Chain]:
        """The calls in a function that block."""
        if function not in self._direct:
            calls = (
                Call(node, function.module, function)
                for node in function.calls
                if node not in function.awaited
            )
            found = ((blocker(self.codebase, call), call) for call in calls)
            self._direct[function] = [Chain(one, call) for one, call in found if one is not None]
        return self._direct[function]

    def blocks(self, function: Function) -> Chain | None:
        """By which shortest way a `def` of the project blocks whoever calls it, or None."""
        if function not in self._blocking:
            self._blocking[function] = self._shortest(function)
        return self._blocking[function]

    def _shortest(self, function: Function) -> Chain | None:
        ways: dict[Function, tuple[Function, ...]] = {function: ()}
        level = [function]
        while level:
            for one in level:
                for found in self.direct(one):
                    return Chain(found.blocker, found.call, ways[one])
            below: dict[Function, tuple[Function, ...]] = {}
            for one in level:
                for _, callee in self.callees(one):
                    if not (callee.is_async or callee.yields or callee in ways):
                        below.setdefault(callee, (*ways[one], callee))
            level = list(below) if len(ways[level[0]]) < _DEEP else []
            ways |= below
        return None


def _spawns(call: ast.Call) -> bool:
    return getattr(call.func, "attr", getattr(call.func, "id", "")) in _SPAWNS
