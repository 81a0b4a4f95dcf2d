"""Hold what the roster predicts against what the client did."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from agentpack import roster
from agentpack.client import case
from agentpack.client.binary import Binary
from agentpack.client.case import NAME, Case
from agentpack.client.record import BATCH, Outcome, ask
from agentpack.roster import Agent, Roster


@dataclass(frozen=True, slots=True)
class Shown:
    """What the model is told: name, description and tools of agents, the first two of skills."""

    agents: tuple[tuple[str, str, str], ...]
    skills: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A case of which the client and the prediction say different things."""

    case: Case
    client: Shown
    predicted: Shown
    log: tuple[str, ...]


def predict(one: Case, client: str) -> Shown:
    """What the model will be told of the case, by the prediction alone."""
    word, found = case.word(0), _roster(one, client)
    return Shown(
        tuple(
            sorted(
                (back(agent.name, word), back(agent.description, word), back(agent.told, word))
                for agent in found.agents
            )
        ),
        tuple(
            sorted(
                (back(skill.name, word), back(skill.description, word))
                for skill in found.skills
                if skill.listed
            )
        ),
    )


def agent(one: Case, client: str, name: str) -> Agent:
    """The predicted agent of this name, as a recording has it."""
    found = _roster(one, client).agents
    return next(agent for agent in found if back(agent.name, case.word(0)) == name)


def _roster(one: Case, client: str) -> Roster:
    with tempfile.TemporaryDirectory(prefix="agentpack-case-") as folder:
        root = Path(folder).resolve()
        one.write(root, case.word(0))
        if one.is_plugin:
            return roster.read_plugin(root / case.word(0), client)
        return roster.read_project(root, client)


def back(text: str, word: str) -> str:
    """The text with the case's word as it stands in the case."""
    return text.replace(word, case.NAME)


def shown(outcome: Outcome) -> Shown:
    """What the model was told of the case."""
    return Shown(
        tuple(sorted((agent.name, agent.description, agent.tools) for agent in outcome.agents)),
        tuple(
            sorted(
                (skill.name, skill.description)
                for skill in outcome.skills
                if skill.description is not None
            )
        ),
    )


def disagreements(binary: Binary, cases: Sequence[Case]) -> list[Disagreement]:
    """The cases of which this client and the prediction for its version disagree.

    Cases that share a run can shadow each other: a disagreement counts only
    if it is there when the case is alone too.
    """
    return [
        sure
        for suspect in _compare(binary, cases)
        for sure in _compare(binary, [replace(suspect.case, alone=True)])
    ]


def _compare(binary: Binary, cases: Sequence[Case]) -> list[Disagreement]:
    outcomes = ask(binary, cases)
    found = (
        Disagreement(
            one,
            shown(outcomes[one.ident]),
            predict(one, binary.version),
            outcomes[one.ident].log,
        )
        for one in cases
    )
    return [one for one in found if one.client != one.predicted]


def shrink(binary: Binary, found: Disagreement, rounds: int = 30) -> Disagreement:
    """The same disagreement in less text: what can go without ending it goes.

    Every round tries up to a batch of shorter texts in one run of the client.
    """
    for _ in range(rounds):
        shorter = [
            Case(f"shorter-{number}", {path: text})
            for number, (path, text) in enumerate(_shorter(found.case))
        ]
        still = disagreements(binary, shorter[:BATCH]) or disagreements(
            binary, shorter[BATCH : 2 * BATCH]
        )
        if not still:
            break
        found = min(still, key=lambda one: sum(map(len, one.case.files.values())))
    return found


def _shorter(one: Case) -> list[tuple[str, str]]:
    """The case's only text with a part left out, the largest parts first."""
    if len(one.files) != 1:
        return []
    ((path, text),) = one.files.items()
    found: dict[str, None] = {}
    size = max(1, len(text) // 2)
    while size and len(found) < 2 * BATCH:
        for start in range(0, len(text), size):
            rest = text[:start] + text[start + size :]
            if NAME in path + rest and (NAME in text) == (NAME in rest):
                found[rest] = None
        size //= 2
    return [(path, rest) for rest in found]
