"""Python files that start the server when they are run, and the port they give it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from agentpack.project.code import called, dotted, keyword, literal
from agentpack.project.survey import Survey
from agentpack.project.tree import within

STARTS = re.compile(
    r"\buvicorn\.(?:run|Server|Config)\(|\bGranian\(|\bhypercorn\.|\buvicorn\.main\b"
)
CALLS = ("uvicorn.run", "uvicorn.Config", "granian.Granian", "Granian", "hypercorn.run")
HIGHEST = 65_535
"""The highest TCP port."""

GETTERS = (
    "os.getenv",
    "os.environ.get",
    "getenv",
    "environ.get",
    "env",
    "config",
    "env.int",
    "get_env_variable",
    "get_env",
    "Field",
    "typer.Option",
    "click.option",
    "Option",
    "env.get",
    "pydantic.Field",
    "decouple.config",
)


@dataclass(frozen=True, slots=True)
class Starter:
    """A file that starts the server.

    Args:
        path: the file.
        line: the line of the call.
        guarded: whether it does so under `if __name__ == "__main__"`, or is `__main__.py`.
        function: the function that does so; empty at module level.
        port: the port, where one can be told.
        port_source: where that port stands.
        target: the application as it is named there, empty where it is an object.
        reloads: whether it reloads.
        serves_object: whether it is given an object, which may be another application.
        names_port: whether it is given a port, be it one that cannot be told.
        callers: the functions of the same file that call that function.

    """

    path: str
    line: int
    guarded: bool
    function: str
    port: int | None
    port_source: str
    target: str
    reloads: bool
    serves_object: bool
    names_port: bool
    callers: frozenset[str] = frozenset()


def _is_guard(node: ast.AST) -> bool:
    if not (isinstance(node, ast.If) and isinstance(node.test, ast.Compare)):
        return False
    return dotted(node.test.left) == "__name__" and isinstance(node.test.ops[0], ast.Eq)


def _calls(body: list[ast.stmt]) -> Iterator[ast.Call]:
    for statement in body:
        for node in ast.walk(statement):
            if isinstance(node, ast.Call) and called(node) in CALLS:
                yield node


def read_starters(survey: Survey) -> list[Starter]:
    """Find the files that start a server."""
    found = []
    for path, _ in survey.code.matching(STARTS, "uvicorn", "Granian", "hypercorn"):
        tree = survey.code.parse(path)
        if tree is None:
            continue
        guards = [node for node in tree.body if _is_guard(node)]
        guarded = {
            called(node)
            for guard in guards
            for node in ast.walk(guard)
            if isinstance(node, ast.Call)
        }
        for node in tree.body:
            is_guard = node in guards
            name = node.name if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else ""
            calls = sorted(_calls([node]), key=lambda call: keyword(call, "port") is None)
            for call in calls[:1]:
                run = is_guard or path.endswith("__main__.py") or (bool(name) and name in guarded)
                one = _starter(survey, path, call, name, guarded=run)
                found.append(replace(one, callers=_callers(tree, name)))
    return found


def _callers(tree: ast.Module, name: str) -> frozenset[str]:
    """Return the module's functions that call a function of this name."""
    return frozenset(
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        and name
        and any(isinstance(inner, ast.Call) and called(inner) == name for inner in ast.walk(node))
    )


def _starter(survey: Survey, path: str, call: ast.Call, function: str, *, guarded: bool) -> Starter:
    value, source = resolve(survey, path, keyword(call, "port"))
    given = call.args[0] if call.args else keyword(call, "app") or keyword(call, "target")
    target = literal(given)
    reload = keyword(call, "reload")
    reloads = reload is not None and not (isinstance(reload, ast.Constant) and not reload.value)
    return Starter(
        path,
        call.lineno,
        guarded,
        function,
        value,
        source,
        target if isinstance(target, str) else "",
        reloads,
        given is not None,
        any(item.arg in {"port", None} for item in call.keywords),
    )


def resolve(survey: Survey, path: str, node: ast.expr | None) -> tuple[int | None, str]:
    """Follow an expression to the whole number that it stands for, and to its place."""
    if node is None:
        return None, ""
    direct = _number(node)
    if direct is not None:
        name = _environment_name(node)
        stated = from_environment(survey, name) if name else None
        return stated or (direct, f"{path}:{node.lineno}")
    if isinstance(node, ast.Call) and called(node) in {"int", "str"} and node.args:
        return resolve(survey, path, node.args[0])
    chain = dotted(node)
    name = chain.rsplit(".", 1)[-1]
    return _named(survey, path, name) if name else (None, "")


def _number(node: ast.expr) -> int | None:
    value = literal(node)
    if isinstance(value, int):
        return value
    if isinstance(value, str):
        return int(value) if value.isdigit() else None
    if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or):
        return _number(node.values[-1])
    return _default(node) if isinstance(node, ast.Call) else None


def _default(node: ast.Call) -> int | None:
    """Return the number that a call falls back to: `int(os.getenv("PORT", "8000"))`."""
    if called(node) == "int" and node.args:
        return _number(node.args[0])
    if called(node) in GETTERS or called(node).rsplit(".", 1)[-1] in {"get", "getenv", "Field"}:
        default = keyword(node, "default")
        given = [default] if default is not None else node.args[1:2] or node.args[:1]
        return next((number for one in given if (number := _number(one)) is not None), None)
    return None


def _environment_name(node: ast.expr) -> str | None:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Call) and inner.args:
            name = literal(inner.args[0])
            if isinstance(name, str) and re.fullmatch(r"[A-Z][A-Z0-9_]+", name):
                return name
    return None


ENV_FILES = (
    ".env",
    ".env.dev",
    ".env.development",
    ".env.local",
    ".env.example",
    "example.env",
    ".env.sample",
    ".env.template",
    "env.example",
    ".env.dist",
    ".env.development.example",
)


def from_environment(survey: Survey, name: str) -> tuple[int, str] | None:
    """Return the number that an environment file gives a variable, and where."""
    for folder in survey.folders:
        for file in ENV_FILES:
            found = survey.tree.find(
                within(folder, file),
                rf"^\s*(?:export\s+)?{name}\s*=\s*[\"']?(\d{{2,5}})\b",
                re.MULTILINE | re.IGNORECASE,
            )
            if found:
                return int(found[0][1]), f"{within(folder, file)}:{found[1]}"
    return None


def _named(survey: Survey, path: str, name: str) -> tuple[int | None, str]:
    """Find the number that a name such as `APP_PORT` is given in this file or in the settings."""
    quoted = re.escape(name)
    flag = quoted.replace("_", "[-_]")
    pattern = re.compile(
        rf"^[ \t]*{quoted}\b\s*(?::[^=\n]+)?=[^=]"
        rf"|[\"']--{flag}[\"']|\b{quoted}\s*:\s*int\s*=",
        re.MULTILINE,
    )
    others = [
        other
        for other, _ in survey.code.matching(pattern, name, name.replace("_", "-"))
        if other != path
    ]
    if survey.backend:
        others = [other for other in others if other.startswith(survey.folder.removeprefix("."))]
    for files in ([path], others):
        found = [one for file in files for one in _values(survey, file, name)]
        # Two settings of the same name and different values: nothing tells which is meant.
        if found:
            return found[0] if len({number for number, _ in found}) == 1 else (None, "")
    return None, ""


def _values(survey: Survey, file: str, name: str) -> Iterator[tuple[int, str]]:
    """Yield the ports that a file gives to a name, each with its place."""
    tree = survey.code.parse(file)
    for node in ast.walk(tree) if tree else ():
        value = _value_of(node, name)
        number = _number(value) if value is not None else None
        if value is None or number is None or not 1 <= number <= HIGHEST:
            continue
        environment = _environment_name(value) or (name if _is_setting(node) else None)
        stated = from_environment(survey, environment) if environment else None
        yield stated or (number, f"{file}:{value.lineno}")


def _is_setting(node: ast.AST) -> bool:
    return isinstance(node, ast.AnnAssign)


def _value_of(node: ast.AST, name: str) -> ast.expr | None:
    if isinstance(node, ast.AnnAssign) and dotted(node.target).rsplit(".", 1)[-1] == name:
        return node.value
    if isinstance(node, ast.Assign) and any(
        dotted(target).rsplit(".", 1)[-1] == name for target in node.targets
    ):
        return node.value
    if isinstance(node, ast.Call) and node.args:
        flag = literal(node.args[0])
        if isinstance(flag, str) and flag.lstrip("-").replace("-", "_") == name and "-" in flag:
            return keyword(node, "default")
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        arguments = [*node.args.args, *node.args.kwonlyargs]
        padding = [None] * (len(node.args.args) - len(node.args.defaults))
        defaults = [*padding, *node.args.defaults, *node.args.kw_defaults]
        for argument, default in zip(arguments, defaults, strict=True):
            if argument.arg == name:
                return default
    return None
