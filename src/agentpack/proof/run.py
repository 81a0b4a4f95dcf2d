"""From a pack to its proof: every page's blocks run, parsed or checked, and judged."""

from __future__ import annotations

import ast
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agentpack.pack import Pack
from agentpack.project import Facts
from agentpack.proof import languages, parsing, sandbox, standing, typescript, verdicts
from agentpack.proof.pages import files, pages
from agentpack.proof.sandbox import Ended, Limits
from agentpack.proof.values import Block, Page, Proof, Result
from agentpack.proof.verdicts import Opinion

_LIVE = {"python", "doctest", "shell", "console", "sql", "http"}
_BEFORE, _AFTER = 0, -1
"""What a page's process calls the lines of what it runs before the blocks and after them."""
PRELUDES = "proof"
"""The folder of a pack that has what its pages stand on; it is not installed."""


@dataclass(frozen=True, slots=True)
class Options:
    """How a pack is proven."""

    python: str = sys.executable
    strict: bool = False
    select: tuple[str, ...] = ()
    limits: Limits = Limits()
    jobs: int = 0
    """Pages at once; 0: as many as there are processors."""


@dataclass(frozen=True, slots=True)
class _Of:
    """What a page's process told."""

    outcomes: Mapping[int, Mapping[str, Any]]
    never_ran: tuple[int, ...] = ()
    confined: tuple[str, ...] = ()
    prelude: str = ""


def prove(
    pack: Pack,
    facts: Facts,
    options: Options = Options(),
    *,
    progress: Callable[[str], None] = lambda _: None,
) -> Proof:
    """Run and check every block of a pack's pages.

    The pack's code is run: in a throwaway folder that is gone afterwards.

    Raises:
        AgentpackError: a template cannot be rendered, or nothing is selected.
    """
    found = pages(pack, facts, options.select)
    run = Path(tempfile.mkdtemp(prefix="agentpack-prove-")).resolve()
    # A database that does not run as root must find its way to its files.
    run.chmod(0o755)
    try:
        _lay_out(pack, facts, run)
        checked = typescript.check(found, run, options.limits.timeout_s)

        def one(numbered: tuple[int, Page]) -> _Of:
            progress(numbered[1].path)
            return _work(pack, numbered[1], run, f"page{numbered[0]}", options)

        with ThreadPoolExecutor(options.jobs or os.cpu_count() or 1) as pool:
            done = list(pool.map(one, enumerate(found)))
    finally:
        shutil.rmtree(run, ignore_errors=True)
    results = [
        result
        for page, of in zip(found, done, strict=True)
        for result in _results(page, of, checked, options)
    ]
    confined = [set(of.confined) for of in done if of.confined]
    had = tuple(sorted(set.intersection(*confined))) if confined else ()
    claims = standing.standings(found, results, options.python, whole=not options.select)
    return Proof(pack.name, tuple(results), claims, had, options.python)


def _lay_out(pack: Pack, facts: Facts, run: Path) -> None:
    """The pack as installed, for the commands of its pages."""
    for path, data, executable in files(pack, facts):
        file = run / ".claude" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        if executable:
            file.chmod(0o755)


def _prelude(pack: Pack, page: Page) -> Path | None:
    file = pack.root / PRELUDES / Path(page.target).with_suffix(".py")
    return file.resolve() if file.is_file() else None


def _work(pack: Pack, page: Page, run: Path, name: str, options: Options) -> _Of:
    """Run a page's live blocks, in a new process after each that took its process down."""
    left = [block for block in page.blocks if _is_live(block)]
    prelude = _prelude(pack, page)
    outcomes: dict[int, Mapping[str, Any]] = {}
    never_ran: tuple[int, ...] = ()
    confined: tuple[str, ...] = ()
    fault = ""
    while left:
        task = {
            "path": page.path,
            "blocks": [_told(block) for block in left],
            "prelude": str(prelude) if prelude else None,
            "preludes": str((pack.root / PRELUDES).resolve()),
            "strict": options.strict,
            "trusted": not options.limits.confine,
        }
        ended: Ended | None = None
        for event in sandbox.work(
            run,
            name,
            task,
            python=options.python,
            limits=options.limits,
            warnings=options.strict,
            needed=[str(prelude.parent)] if prelude else [],
        ):
            if isinstance(event, Ended):
                ended = event
            elif "confined" in event:
                confined = tuple(event["confined"])
            elif "never_ran" in event:
                never_ran = tuple(event["never_ran"])
            elif event.get("done") == _BEFORE and "failure" in event:
                fault = f"{event['failure']['kinds'][0]}: {event['failure']['message']}"
            elif event.get("done") == _AFTER and "failure" in event:
                at = event["failure"]["line"] or left[-1].line
                line = max((one.line for one in left if one.line <= at), default=left[-1].line)
                outcomes[line] = event
            elif "done" in event:
                outcomes[event["done"]] = event
        if ended is None or fault or ended.line in {None, _BEFORE}:
            break
        if ended.line == _AFTER:
            outcomes[left[-1].line] = {"ended": ended.reason}
            break
        outcomes[ended.line] = {"ended": ended.reason}
        left = [block for block in left if block.line > ended.line]
    return _Of(outcomes, never_ran, confined, fault)


def _is_live(block: Block) -> bool:
    shown = block.mark is not None and block.mark.kind == "shown"
    return languages.kind(block.language) in _LIVE and not shown


def _told(block: Block) -> dict[str, Any]:
    return {
        "kind": languages.kind(block.language),
        "line": block.line,
        "source": block.source,
        "file": block.file,
    }


def _results(
    page: Page, of: _Of, checked: Mapping[tuple[str, int], Opinion], options: Options
) -> list[Result]:
    known = _names(page)
    found = [
        _result(page, block, of, checked.get((page.path, block.line)), known, options)
        for block in page.blocks
    ]
    for line, words in page.faults:
        found.append(Result(page.path, page.written(line), "", "broken", words, page.written(line)))
    return sorted(found, key=lambda one: one.line)


def _result(
    page: Page,
    block: Block,
    of: _Of,
    checked: Opinion | None,
    known: Collection[str],
    options: Options,
) -> Result:
    outcome = of.outcomes.get(block.line, {})
    opinion = _marked(page, block, checked or _opinion(block, outcome, of, known), outcome)
    last = block.line + block.source.count("\n") + 1
    unrun = tuple(line for line in of.never_ran if block.line < line < last)
    if block.mark is not None:
        unrun = ()
    stated = block.mark is not None or languages.kind(block.language) == "shown"
    told = opinion.verdict in {"runs", "bad-as-told"} or (
        opinion.verdict == "illustration" and stated
    )
    reason = opinion.reason
    if unrun and not reason:
        reason = f"lines that nothing runs: {', '.join(str(page.written(n)) for n in unrun)}"
    return Result(
        page.path,
        page.written(block.line),
        languages.common(block.language),
        opinion.verdict,
        reason,
        page.written(opinion.line) if opinion.line else None,
        tuple(map(page.written, unrun)),
        _caught(page, opinion, outcome),
        not options.strict or (told and not unrun),
    )


def _caught(page: Page, opinion: Opinion, outcome: Mapping[str, Any]) -> tuple[int, ...]:
    """The lines where an exception came up before a block failed, other than where it failed."""
    if opinion.verdict != "broken":
        return ()
    return tuple(page.written(line) for line in outcome.get("hidden", ()) if line != opinion.line)


def _opinion(block: Block, outcome: Mapping[str, Any], of: _Of, known: Collection[str]) -> Opinion:
    kind = languages.kind(block.language)
    if block.mark is not None and block.mark.kind == "shown":
        return Opinion("illustration", block.mark.words)
    if kind == "data":
        return parsing.parse(block)
    if kind in {"shown", "unknown"}:
        return Opinion("illustration", _why_shown(block.language, kind))
    if of.prelude:
        return Opinion("needs-part", f"what the page stands on fails: {of.prelude}")
    if "ended" in outcome:
        return Opinion("broken", outcome["ended"], block.line)
    if "shown" in outcome:
        return Opinion("illustration", outcome["shown"])
    if "skipped" in outcome:
        return Opinion("needs-part", f"a test is skipped: {outcome['skipped']}")
    failure = outcome.get("failure")
    if failure is None:
        return Opinion("runs") if outcome else Opinion("broken", "was not reached", block.line)
    return _failed(block, kind, failure, known)


def _failed(
    block: Block, kind: languages.Kind, failure: Mapping[str, Any], known: Collection[str]
) -> Opinion:
    match failure["kinds"][0]:
        case "Timeout":
            return Opinion("broken", "did not end in time", block.line)
        case "NoServer":
            return Opinion("needs-part", "an application of the page to ask", block.line)
        case "Unconfined":
            return Opinion("needs-part", "a network that ends at this machine", block.line)
        case "Exit":
            return verdicts.of_shell(block, failure)
        case "SQL":
            return verdicts.of_sql(block, failure)
    return verdicts.of_python(block, failure, known)


def _why_shown(language: str, kind: languages.Kind) -> str:
    if not language:
        return "its fence names no language"
    return language if kind == "shown" else f"nothing here checks {language}"


def _marked(page: Page, block: Block, opinion: Opinion, outcome: Mapping[str, Any]) -> Opinion:
    """Judge a block that is marked as bad: by how it fails, or by a later one that shows it."""
    mark = block.mark
    if mark is None or mark.kind != "bad":
        return opinion
    if mark.raises is None:
        if opinion.verdict == "broken" and languages.kind(block.language) in {"data", "script"}:
            return Opinion("bad-as-told", mark.words)
        if opinion.verdict != "runs":
            return opinion
        if languages.kind(block.language) == "python" and _is_shown_later(page, block):
            return Opinion("bad-as-told", mark.words)
        return Opinion("broken", "no later block asserts what this bad one does", block.line)
    failure = outcome.get("failure", {})
    if mark.raises in failure.get("kinds", ()) or (
        failure.get("kinds", [""])[0] == "Exit" and mark.raises == f"exit {failure['code']}"
    ):
        return Opinion("bad-as-told", mark.words)
    got = opinion.reason or "nothing"
    return Opinion("broken", f"{mark.raises} is told, and it ends with {got}", block.line)


def _is_shown_later(page: Page, block: Block) -> bool:
    fault = _bound(block.source)
    return any(
        "assert" in later.source and fault & _used(later.source)
        for later in page.blocks
        if later.line > block.line
        and languages.kind(later.language) == "python"
        and (later.mark is None or later.mark.raises)
    )


def _names(page: Page) -> set[str]:
    sources = [one.source for one in page.blocks if languages.kind(one.language) == "python"]
    return set().union(*map(_bound, sources), dir(__builtins__)) if sources else set()


def _bound(source: str) -> set[str]:
    """The names that a piece of code binds at its top level."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return set()
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    found = {node.name for node in tree.body if isinstance(node, kinds)}
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            found |= {one.asname or one.name.partition(".")[0] for one in node.names}
        elif not isinstance(node, kinds):
            found |= {
                name.id
                for name in ast.walk(node)
                if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)
            }
    return found


def _used(source: str) -> set[str]:
    try:
        return {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}
    except (SyntaxError, ValueError):
        return set()
