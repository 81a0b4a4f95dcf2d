"""From a pack to its proof: every page's blocks run, parsed or checked, and judged."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from agentpack.pack import Pack
from agentpack.project import Facts
from agentpack.proof import judging, standing, typescript
from agentpack.proof.pages import files, pages
from agentpack.proof.values import Page, Proof
from agentpack.proof.working import Options, Outcomes, work


def prove(
    pack: Pack,
    facts: Facts,
    options: Options | None = None,
    *,
    progress: Callable[[str], None] = lambda _: None,
) -> Proof:
    """Run and check every block of a pack's pages.

    The pack's code is run: in a throwaway folder that is gone afterwards.

    Raises:
        AgentpackError: a template cannot be rendered, or nothing is selected.
    """
    options = options or Options()
    found = pages(pack, facts, options.select)
    run = Path(tempfile.mkdtemp(prefix="agentpack-prove-")).resolve()
    # A database that does not run as root must find its way to its files.
    run.chmod(0o755)
    try:
        _lay_out(pack, facts, run)
        checked = typescript.check(found, run, options.limits.timeout_s)

        def one(numbered: tuple[int, Page]) -> Outcomes:
            progress(numbered[1].path)
            return work(pack, numbered[1], run, f"page{numbered[0]}", options)

        with ThreadPoolExecutor(options.jobs or os.cpu_count() or 1) as pool:
            done = list(pool.map(one, enumerate(found)))
    finally:
        shutil.rmtree(run, ignore_errors=True)
    results = [
        result
        for page, of in zip(found, done, strict=True)
        for result in judging.results(page, of, checked, options)
    ]
    confined = [set(of.confined) for of in done if of.confined]
    had = tuple(sorted(set.intersection(*confined))) if confined else ()
    claims = standing.standings(found, results, options.python, whole=not options.select)
    trusted = not options.limits.confine
    return Proof(pack.name, tuple(results), claims, had, options.python, trusted)


def _lay_out(pack: Pack, facts: Facts, run: Path) -> None:
    """The pack as installed, for the commands of its pages."""
    for path, data, executable in files(pack, facts):
        file = run / ".claude" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        if executable:
            file.chmod(0o755)
