"""What is true of a project: fact, value, where it was found."""

from __future__ import annotations

from typing import Any

from agentpack.project import Facts, Value
from agentpack.report.terminal import Style, count, table


def to_json(facts: Facts) -> dict[str, Any]:
    """The documented shape of `init --format json`."""
    return {
        "facts": {fact.name: {"value": fact.value, "source": fact.source} for fact in facts},
        "conflicts": [
            {
                "fact": conflict.fact,
                "candidates": [
                    {"value": candidate.value, "source": candidate.source}
                    for candidate in conflict.candidates
                ],
            }
            for conflict in facts.conflicts
        ],
    }


def to_text(facts: Facts, style: Style) -> str:
    """A table of the facts, then what the project contradicts itself on."""
    known = [fact for fact in facts if fact.value is not None]
    unknown = [fact.name for fact in facts if fact.value is None]
    rows = [(fact.name, show(fact.value), fact.source) for fact in known]
    parts = [table([("fact", "value", "where it was found"), *rows], style, ("bold", "", "dim"))]
    if unknown:
        parts.append(f"Not found: {', '.join(unknown)}")
    parts += [
        style.paint("yellow", f"Stated in {len(conflict.candidates)} ways: {conflict.fact}")
        + " (the first is taken; decide in agentpack.toml)\n"
        + table([(show(c.value), c.source) for c in conflict.candidates], style, ("", "dim"))
        for conflict in facts.conflicts
    ]
    if not known:
        parts[0] = "Nothing is known of this project."
    elif facts.conflicts:
        parts.append(f"{count(len(facts.conflicts), 'contradiction')} to decide.")
    return "\n\n".join(parts)


def show(value: Value | list[str]) -> str:
    """A value as a person reads it."""
    if value is None:
        return "unknown"
    return ", ".join(value) if isinstance(value, (tuple, list)) else str(value)
