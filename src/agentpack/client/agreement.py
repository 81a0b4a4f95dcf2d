"""Hold what the roster predicts against what the client did."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from agentpack import roster
from agentpack.client import case
from agentpack.client.binary import Binary
from agentpack.client.case import Case
from agentpack.client.record import Outcome, ask


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
    with tempfile.TemporaryDirectory(prefix="agentpack-case-") as folder:
        root, word = Path(folder).resolve(), case.word(0)
        one.write(root, word)
        found = roster.read(root, client)
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
    """The cases of which this client and the prediction for its version disagree."""
    outcomes = ask(binary, cases)
    found = (
        Disagreement(
            one, shown(outcomes[one.ident]), predict(one, binary.version), outcomes[one.ident].log
        )
        for one in cases
    )
    return [one for one in found if one.client != one.predicted]
