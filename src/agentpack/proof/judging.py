"""From what a page's blocks did to a result for each."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from agentpack.proof import languages, names, parsing, verdicts
from agentpack.proof.values import Block, Page, Result
from agentpack.proof.verdicts import Opinion
from agentpack.proof.working import Options, Outcomes


def results(
    page: Page, of: Outcomes, checked: Mapping[tuple[str, int], Opinion], options: Options
) -> list[Result]:
    """What came of a page's blocks, in their order; marks that cannot be read are broken ones."""
    known = names.of_page(page)
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
    of: Outcomes,
    checked: Opinion | None,
    known: Collection[str],
    options: Options,
) -> Result:
    outcome = of.of_blocks.get(block.line, {})
    opinion = _marked(page, block, checked or _opinion(block, outcome, of, known), outcome)
    if options.strict and opinion.verdict in {"runs", "bad-as-told"} and names.is_python(block):
        lost = names.unbound(block.source, known)
        if lost:
            words = f"{lost[1]!r} is defined nowhere in its page"
            opinion = Opinion("broken", words, block.line + lost[0])
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


def _opinion(
    block: Block, outcome: Mapping[str, Any], of: Outcomes, known: Collection[str]
) -> Opinion:
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
    return _failed(block, failure, known)


def _failed(block: Block, failure: Mapping[str, Any], known: Collection[str]) -> Opinion:
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
    opinion = verdicts.of_python(block, failure, known)
    absent = re.match(r"cannot import name '(\w+)'", failure["message"])
    line = names.line_of_import(block.source, absent[1]) if absent else None
    return replace(opinion, line=block.line + line) if line else opinion


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
        if names.is_python(block) and _is_shown_later(page, block):
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
    fault = names.bound(block.source)
    return any(
        "assert" in later.source and fault & names.used(later.source)
        for later in page.blocks
        if later.line > block.line
        and names.is_python(later)
        and (later.mark is None or later.mark.raises)
    )
