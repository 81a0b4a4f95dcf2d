"""What became of each block of a pack's pages, and of each claim."""

from __future__ import annotations

from typing import Any

from agentpack.proof import VERDICTS, Proof, Result, Standing
from agentpack.report.terminal import Style, count, table

_COLOURS = {
    "runs": "green",
    "bad-as-told": "green",
    "illustration": "dim",
    "needs-part": "yellow",
    "fragment": "yellow",
    "broken": "red",
}
_HELD = {
    "network": "a network with nothing but loopback",
    "files": "a disk that is read-only but for a throwaway folder",
    "processes": "a process table of its own",
}
_NOT_HELD = {
    "network": "only Python's own sockets are kept on this machine",
    "files": "the disk can be written",
    "processes": "what leaves its process group is not stopped",
}


def to_json(proof: Proof) -> dict[str, Any]:
    """The documented shape of `prove --format json`."""
    return {
        "pack": proof.pack,
        "blocks": [_block(one) for one in proof.results],
        "summary": proof.summary(),
        "facts": [_fact(one) for one in proof.claims],
        "confinement": list(proof.confinement),
        "python": proof.python,
    }


def _block(one: Result) -> dict[str, Any]:
    return {
        "path": one.path,
        "line": one.line,
        "language": one.language,
        "verdict": one.verdict,
        "reason": one.reason,
        "fault": one.fault,
        "never_ran": list(one.never_ran),
        "hidden": list(one.hidden),
    }


def _fact(one: Standing) -> dict[str, Any]:
    return {
        "path": one.path,
        "line": one.line,
        "words": one.words,
        "proven": dict(one.proven),
        "date": one.date,
        "now": dict(one.now),
        "state": one.state,
        "reason": one.reason,
    }


def to_text(proof: Proof, style: Style, *, facts: bool = False) -> str:
    """Each block that does not do what its page says, how many do, and each claim that fell."""
    parts = []
    rows = [
        (f"{one.path}:{one.fault or one.line}", _paint(one, style), _reason(one))
        for one in proof.results
        if one.verdict in {"needs-part", "fragment", "broken"} or not one.told
    ]
    if rows:
        parts.append(table(rows, style))
    parts += _claims(proof, style, every=facts)
    if not facts:
        parts.append(_counts(proof, style))
    parts.append(held(proof, style))
    return "\n\n".join(parts)


def _paint(one: Result, style: Style) -> str:
    return style.paint(_COLOURS[one.verdict], one.verdict)


def _reason(one: Result) -> str:
    caught = ", ".join(map(str, one.hidden))
    return f"{one.reason} (caught on the way: line {caught})" if caught else one.reason


def _counts(proof: Proof, style: Style) -> str:
    summary = proof.summary()
    used = [one for one in VERDICTS if any(one in of for of in summary.values())]
    rows = [("", *(style.paint(_COLOURS[one], one) for one in used))]
    rows += [
        (language, *(str(counts.get(one, "")) for one in used))
        for language, counts in summary.items()
    ]
    total = [sum(counts.get(one, 0) for counts in summary.values()) for one in used]
    if len(summary) > 1:
        rows.append(("all", *map(str, total)))
    return table(rows, style) if proof.results else "No blocks."


def _claims(proof: Proof, style: Style, *, every: bool) -> list[str]:
    if not proof.claims:
        return ["No claims with versions."] if every else []
    shown = [one for one in proof.claims if every or one.state == "false"]
    rows = [
        (
            f"{one.path}:{one.line}",
            style.paint(_STATES[one.state], _WORDS[one.state]),
            _versions(one),
            one.reason or one.words[:60],
        )
        for one in shown
    ]
    states = [one.state for one in proof.claims]
    told = ", ".join(
        f"{states.count(state)} {words}" for state, words in _WORDS.items() if state in states
    )
    total = f"{count(len(states), 'claim')} with versions: {told}."
    return [table(rows, style), total] if rows else [total]


_WORDS = {"true": "still true", "false": "no longer true", "not run": "not run"}
_STATES = {"true": "green", "false": "red", "not run": "yellow"}


def _versions(one: Standing) -> str:
    now = dict(one.now)
    return ", ".join(
        f"{name} {told or '(new)'}" + (f" → {now[name]}" if now[name] != told else "")
        for name, told in one.proven
    )


def held(proof: Proof, style: Style) -> str:
    """How the code was held while it ran, and how it was not."""
    had = [words for name, words in _HELD.items() if name in proof.confinement]
    lacked = [words for name, words in _NOT_HELD.items() if name not in proof.confinement]
    text = f"Ran with {proof.python}" + (f", with {', '.join(had)}." if had else ".")
    if proof.trusted:
        text += " Not confined: it is trusted."
    elif lacked:
        text += f" Not confined: {'; '.join(lacked)}."
    return style.paint("dim", text)
