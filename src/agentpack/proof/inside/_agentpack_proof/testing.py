"""Tests in a page's blocks, run by pytest in the page's own namespace."""

import ast
import asyncio
import inspect
import os
import sys

from _agentpack_proof import failures


def own_tests(page, source):
    """Names of tests that a block defines and that no block of the page calls."""
    tree = ast.parse(source)
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    defined = [
        node.name
        for node in tree.body
        if isinstance(node, kinds) and node.name.startswith(("test", "Test"))
    ]
    if not defined:
        return []
    called = set()
    for other in page.sources.values():
        try:
            nodes = ast.walk(ast.parse(other))
        except SyntaxError:
            continue
        called |= {node.id for node in nodes if isinstance(node, ast.Name)}
    return [name for name in defined if name not in called]


def run(page, names):
    """Run these tests; the first that fails is what failed."""
    import pytest  # a page that has tests needs it; without it the block says so

    plugin = _plugin(pytest, page, _module(pytest, page, names))
    place = os.path.abspath(".tests")
    os.makedirs(place, exist_ok=True)
    file = os.path.join(place, "test_page.py")
    open(file, "w").close()
    sys.stdout.flush()
    code = pytest.main(
        [
            *("-q", "-p", "no:cacheprovider", "--import-mode=importlib", "--assert=plain"),
            *("-W", "error" if page.strict else "default", "--rootdir", os.getcwd(), file),
        ],
        plugins=[plugin],
    )
    if plugin.failure:
        return {"failure": plugin.failure}
    if code != 0:
        return {
            "failure": {
                "kinds": ["PytestError"],
                "message": f"pytest ended with {int(code)}",
                "line": None,
            }
        }
    if plugin.skipped:
        return {"skipped": plugin.skipped}
    return {"tests": plugin.passed}


def _is_unmarked(test):
    """Whether a test is async, and nothing says who is to run it."""
    marks = {mark.name for mark in test.iter_markers()}
    function = getattr(test, "obj", None)
    return inspect.iscoroutinefunction(function) and not marks & {"asyncio", "anyio", "trio"}


def _module(pytest, page, names):
    class Blocks(pytest.Module):
        """The page's namespace in the place of a file's."""

        def _getobj(self):
            return page.module

        def collect(self):
            found = super().collect()
            kept = [one for one in found if getattr(one, "originalname", one.name) in names]
            for one in kept:
                # What a project says once for all its tests, a page says by its fixture.
                if _is_unmarked(one) and "anyio_backend" in page.names:
                    one.add_marker(pytest.mark.anyio)
            return kept

    return Blocks


def _plugin(pytest, page, module):
    class Plugin:
        failure = None
        skipped = None
        passed = 0

        def pytest_pycollect_makemodule(self, module_path, parent):
            return module.from_parent(parent, path=module_path)

        @pytest.hookimpl(tryfirst=True)
        def pytest_pyfunc_call(self, pyfuncitem):
            if not _is_unmarked(pyfuncitem):
                return None
            wanted = pyfuncitem._fixtureinfo.argnames
            asyncio.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in wanted}))
            return True

        def pytest_runtest_makereport(self, call):
            if call.excinfo is None:
                self.passed += call.when == "call"
            elif isinstance(call.excinfo.value, pytest.skip.Exception):
                self.skipped = str(call.excinfo.value)
            elif self.failure is None:
                self.failure = failures.of(call.excinfo.value, page)

        def pytest_collectreport(self, report):
            if report.failed and self.failure is None:
                self.failure = {
                    "kinds": ["CollectError"],
                    "message": report.longreprtext[-800:],
                    "line": None,
                }

    return Plugin()
