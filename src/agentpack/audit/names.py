"""What a name means: through imports, re-exports and aliases, to where it is defined.

A full name is dotted: `app.db.get_session` for what the project defines (from the audited root),
`sqlalchemy.orm.Session` for what others do, as the code spells it.
"""

from __future__ import annotations

import ast
import builtins
from collections import defaultdict
from collections.abc import Iterator, Mapping
from posixpath import dirname

from agentpack.audit.module import Class, Function, Module, Scope
from agentpack.project.code import dotted

_OTHERS = frozenset(
    {
        "anthropic", "asyncio", "asyncpg", "bcrypt", "boto3", "elasticsearch", "fastapi", "httpx",
        "jose", "jwt", "limits", "mlflow", "openai", "passlib", "psycopg", "psycopg2", "pydantic",
        "pydantic_settings", "pymongo", "pytest", "pytest_asyncio", "qdrant_client", "redis",
        "requests", "slowapi", "smtplib", "sqlalchemy", "sqlmodel", "starlette", "stripe",
        "subprocess", "typing", "typing_extensions", "urllib", "urllib3",
    }
)  # fmt: skip
"""Top names that mean the library, even beside a file of the project that has the same name."""

_BUILTINS = frozenset(dir(builtins))
_DEEP = 12  # re-exports of re-exports


class Names:
    """Resolves the names of a project's modules."""

    def __init__(self, modules: Mapping[str, Module]) -> None:
        self.modules = modules
        self._folders = {
            name[:end]
            for name in modules
            for end in (at for at, sign in enumerate(name) if sign == ".")
        }
        self._packages = {
            module.name for module in modules.values() if module.path.endswith("__init__.py")
        }
        self._tops: dict[str, set[str]] = defaultdict(set)
        for name in (*modules, *self._folders):
            above, _, last = name.rpartition(".")
            if above not in self._packages:
                self._tops[last].add(above)
        self._roots: dict[tuple[str, str], str | None] = {}
        self._canonical: dict[str, str] = {}

    def resolve(self, node: ast.expr | None, module: Module, scope: Scope) -> str:
        """The full name of `a.b.c`; empty for a local value, and for what is no chain of names."""
        chain = dotted(node)
        if not chain:
            return ""
        first, _, rest = chain.partition(".")
        base = self._first(first, module, scope)
        return self.canonical(f"{base}.{rest}" if rest else base) if base else ""

    def _first(self, name: str, module: Module, scope: Scope) -> str:
        inside = scope
        while inside is not None:
            found = self._inside(name, module, inside)
            if found is not None:
                return found
            inside = inside.scope
        # A name that is imported in one branch and set in another is what is imported.
        if name in module.imports:
            return self.absolute(module, module.imports[name])
        if self._has(module, name):
            return f"{module.name}.{name}"
        for star in module.stars:
            source = self.absolute(module, star)
            if source in self.modules and self._has(self.modules[source], name):
                return f"{source}.{name}"
        return f"builtins.{name}" if name in _BUILTINS else ""

    def _inside(self, name: str, module: Module, scope: Function) -> str | None:
        """What a name means in a function; empty for a local value, None if it is not there."""
        if name in scope.functions:
            return f"{module.name}.{scope.functions[name].qualname}"
        if f"{scope.qualname}.{name}" in module.classes:
            return f"{module.name}.{scope.qualname}.{name}"
        if name in scope.imports:
            return self.absolute(module, scope.imports[name])
        return "" if name in scope.bound else None

    def _has(self, module: Module, name: str) -> bool:
        return (
            name in module.functions
            or name in module.classes
            or name in module.bound
            or name in module.imports
        )

    def absolute(self, module: Module, written: str) -> str:
        """An imported name from the root, whether it was written with dots before it or not."""
        level = len(written) - len(written.lstrip("."))
        folder = dirname(module.path)
        if level:
            for _ in range(level - 1):
                folder = dirname(folder)
            return ".".join(filter(None, (folder.replace("/", "."), written[level:])))
        top = written.partition(".")[0]
        root = self._root(folder, top) if top not in _OTHERS else None
        return f"{root}.{written}" if root else written

    def _root(self, folder: str, top: str) -> str | None:
        """The folder on the import path that has `top`: dotted, empty for the root, or None."""
        key = (folder, top)
        if key not in self._roots:
            self._roots[key] = self._find_root(folder.replace("/", "."), top)
        return self._roots[key]

    def _find_root(self, here: str, top: str) -> str | None:
        above = self._tops.get(top)
        if not above:
            return None
        while True:
            # A folder that is a package is not itself on the import path.
            for place in (here, f"{here}.src" if here else "src"):
                if place in above and place not in self._packages:
                    return place
            if not here:
                return next(iter(above)) if len(above) == 1 else None
            here = here.rpartition(".")[0]

    def canonical(self, name: str, depth: int = 0) -> str:
        """Where a full name is really defined: what a package re-exports is what it imports."""
        if depth > _DEEP:
            return name
        known = self._canonical.get(name)
        if known is None:
            known = self._canonical[name] = name  # until it is known: a circle ends here
            known = self._canonical[name] = self._follow(name, depth)
        return known

    def _follow(self, name: str, depth: int) -> str:
        found = self.split(name)
        if found is None:
            return name
        module, rest = found
        first, _, more = rest.partition(".")
        if not rest or first in module.functions or first in module.classes:
            return name
        if first in module.imports:
            source = self.absolute(module, module.imports[first])
        elif first in module.bound:
            values = [one.value for one in module.bound[first] if one.value is not None]
            source = dotted(values[0]) and self.resolve(values[0], module, None) if values else ""
        else:
            source = next(
                (
                    f"{star}.{first}"
                    for star in (self.absolute(module, one) for one in module.stars)
                    if star in self.modules and self._has(self.modules[star], first)
                ),
                "",
            )
        if not source or source == name:
            return name
        return self.canonical(f"{source}.{more}" if more else source, depth + 1)

    def split(self, name: str) -> tuple[Module, str] | None:
        """The project's module that a full name begins with, and the rest; None for others'."""
        head, rest = name, ""
        while head:
            if head in self.modules:
                return self.modules[head], rest
            head, _, last = head.rpartition(".")
            rest = f"{last}.{rest}" if rest else last
        return None

    def function(self, name: str) -> Function | None:
        """The project's function or method of this full name."""
        found = self.split(name)
        if found is None:
            return None
        module, rest = found
        if rest in module.functions:
            return module.functions[rest]
        above, _, last = rest.rpartition(".")
        if above in module.classes:
            return module.classes[above].methods.get(last)
        return next((one for one in module.all_functions if one.qualname == rest), None)

    def class_(self, name: str) -> Class | None:
        """The project's class of this full name."""
        found = self.split(name)
        return found[0].classes.get(found[1]) if found else None

    def lineage(self, name: str) -> Iterator[Class]:
        """The project's class of this name and those it inherits from, the nearest first."""
        seen: set[str] = set()
        pending = [name]
        while pending:
            one = pending.pop(0)
            made = self.class_(one) if one and one not in seen else None
            seen.add(one)
            if made is not None:
                yield made
                pending += self.bases(made)

    def bases(self, one: Class) -> list[str]:
        """The full names of what a class inherits from."""
        plain = [base.value if isinstance(base, ast.Subscript) else base for base in one.node.bases]
        return [self.resolve(base, one.module, one.scope) for base in plain]
