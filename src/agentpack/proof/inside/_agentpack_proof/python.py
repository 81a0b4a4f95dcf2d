"""Python: blocks run in one namespace, tests in them by pytest, files as modules."""

import ast
import asyncio
import doctest
import importlib.util
import inspect
import os
import sys
import textwrap

from _agentpack_proof import failures, testing, web
from _agentpack_proof.watch import Watch

_AWAIT = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT


def watching(page):
    """Begin to take down which lines run."""
    return Watch(page.path)


def run(page, block):
    """Run a block: as the module of its file where it has one, else in the page's namespace."""
    source = textwrap.dedent(block["source"])
    if source.lstrip().startswith(">>>"):
        return run_doctest(page, block)
    code = compile(
        "\n" * block["line"] + source, page.path, "exec", flags=_AWAIT, dont_inherit=True
    )
    if page.watch:
        page.watch.expect(code, source, block["line"])
    _serve_once(source)
    if block["file"]:
        _run_file(page, block["file"], source, code)
    else:
        _execute(page, code, page.names)
    tests = testing.own_tests(page, source)
    return testing.run(page, tests) if tests else {}


def run_prelude(page, path, folder):
    """Run what the page stands on; of its names only `app` and `port` are looked at."""
    page.prelude["__file__"] = path
    page.prelude["__name__"] = "__prelude__"
    sys.path.insert(0, folder)
    try:
        with open(path, encoding="utf-8") as file:
            code = compile(file.read(), path, "exec", flags=_AWAIT, dont_inherit=True)
        _execute(page, code, page.prelude)
    except BaseException as error:
        return {"failure": failures.of(error, page)}
    finally:
        sys.path.remove(folder)
    return {}


def run_check(page):
    """Run the check of what the page stands on, which gets the page as a module."""
    try:
        if page.watch:
            page.watch.begin()
        result = page.prelude["check"](page.module)
        if inspect.iscoroutine(result):
            _loop(page).run_until_complete(result)
    except BaseException as error:
        return {"failure": failures.of(error, page)}
    finally:
        if page.watch:
            page.watch.end()
    return {}


def run_doctest(page, block):
    """Run an interactive session and compare what it shows."""
    test = doctest.DocTestParser().get_doctest(
        block["source"], page.names, "page", page.path, block["line"]
    )
    test.globs = page.names
    try:
        doctest.DebugRunner(verbose=False, optionflags=doctest.ELLIPSIS).run(
            test, clear_globs=False
        )
    except doctest.DocTestFailure as wrong:
        line = block["line"] + 1 + wrong.example.lineno
        message = f"{wrong.example.want.strip()} is shown, {wrong.got.strip()} comes"
        return {"failure": {"kinds": ["AssertionError"], "message": message, "line": line}}
    except doctest.UnexpectedException as wrong:
        failure = failures.of(wrong.exc_info[1], page)
        failure["line"] = block["line"] + 1 + wrong.example.lineno
        return {"failure": failure}
    return {}


def _execute(page, code, names):
    if not code.co_flags & inspect.CO_COROUTINE:
        exec(code, names)
        return
    _loop(page).run_until_complete(eval(code, names))


def _loop(page):
    page.loop = page.loop or asyncio.new_event_loop()
    asyncio.set_event_loop(page.loop)
    return page.loop


def _run_file(page, path, source, code):
    """Write the file, and import it; its names are the page's afterwards."""
    folder = os.path.dirname(path)
    if folder:
        os.makedirs(folder, exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(source)
    if not path.endswith(".py"):
        return
    parts = path[: -len(".py")].split("/")
    if parts[0] == "src" and len(parts) > 1:
        parts = parts[1:]
        if os.path.abspath("src") not in sys.path:
            sys.path.insert(0, os.path.abspath("src"))
    package = parts[-1] == "__init__"
    name = ".".join(parts[:-1] if package else parts)
    importlib.invalidate_caches()
    spec = importlib.util.spec_from_file_location(
        name,
        os.path.abspath(path),
        submodule_search_locations=[os.path.dirname(os.path.abspath(path))] if package else None,
    )
    module = importlib.util.module_from_spec(spec)
    for number in range(1, name.count(".") + 1):
        importlib.import_module(".".join(name.split(".")[:number]))
    sys.modules[name] = module
    # The page's lines, not the file's, are what a traceback is to name.
    _execute(page, code, module.__dict__)
    parent, _, child = name.rpartition(".")
    if parent:
        setattr(sys.modules[parent], child, module)
    page.names.update({k: v for k, v in vars(module).items() if not k.startswith("__")})


def _serve_once(source):
    """`uvicorn.run` would never return: what it is given is started for real, then stopped."""
    if "uvicorn.run(" in source and importlib.util.find_spec("uvicorn"):
        importlib.import_module("uvicorn").run = web.run_once
