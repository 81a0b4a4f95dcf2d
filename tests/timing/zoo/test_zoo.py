"""Deliberately bad endpoints on a real server: each has its cause named, its healthy twin none.

The line at fault bears a comment, `at fault: PATH KIND`; a path that ends in `twin` is healthy.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import pytest

from agentpack.timing.app import App
from agentpack.timing.request import Request
from agentpack.timing.result import Cause
from agentpack.timing.why.explain import explain

ZOO = Path(__file__).parent
_FAULT = re.compile(r"# at fault: (\S+) ([\w-]+)$", re.MULTILINE)
_TWIN = re.compile(r'@app.get\("(\S+twin)"')
MODULES = ("loop", "work", "database", "postgres")


@cache
def faults(module: str) -> dict[str, tuple[str, int]]:
    """Each bad endpoint's kind and line."""
    found = {}
    for number, line in enumerate((ZOO / f"{module}.py").read_text().splitlines(), 1):
        for match in _FAULT.finditer(line):
            found[match[1]] = (match[2], number)
    return found


@cache
def twins(module: str) -> list[str]:
    return _TWIN.findall((ZOO / f"{module}.py").read_text())


@pytest.fixture(scope="module")
def explained(upstream: str, postgres: str) -> Mapping[str, Mapping[str, Sequence[Cause]]]:
    """The causes of all endpoints by module and path; the servers run side by side."""

    def causes(module: str) -> Mapping[str, Sequence[Cause]]:
        paths = [*faults(module), *twins(module)]
        requests = {path: Request("GET", f"http://zoo{path}") for path in paths}
        app = App(f"{module}:app", None, ZOO, python=(sys.executable,))
        found = explain(
            list(requests.values()),
            app,
            {},
            budget_s=1.0,
            ready_s=180.0,
            environment={"ZOO_UPSTREAM": upstream, "ZOO_POSTGRES": postgres},
        )
        return {path: found[request][0] for path, request in requests.items()}

    with ThreadPoolExecutor(len(MODULES)) as pool:
        return dict(zip(MODULES, pool.map(causes, MODULES), strict=True))


@pytest.mark.parametrize(
    ("module", "path"), [(module, path) for module in MODULES for path in faults(module)]
)
def test_the_cause_is_named_first_with_its_line(module, path, explained):
    """A bad endpoint's first cause is what is wrong with it, at the file and line at fault."""
    kind, line = faults(module)[path]
    causes = explained[module][path]
    assert causes, "no cause"
    assert (causes[0].kind, causes[0].file, causes[0].line) == (kind, f"{module}.py", line), causes
    assert causes[0].share >= 0.2


@pytest.mark.parametrize(
    ("module", "path"), [(module, path) for module in MODULES for path in twins(module)]
)
def test_a_healthy_twin_has_no_cause(module, path, explained):
    """What is within its budget and harms nobody has no cause."""
    assert explained[module][path] == ()
