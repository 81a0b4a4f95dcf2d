"""Record what a real client makes of every case.

    python tests/client/record.py CLAUDE [CLAUDE ...]

It writes tests/data/client/recordings/VERSION.json. It stands with the tests,
because cases and recordings are their data and no part of what is installed.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

from agentpack.client import case, find
from agentpack.client.record import Outcome, SeenAgent, ask

DATA = Path(__file__).parents[1] / "data" / "client"


def main(paths: list[str]) -> None:
    """Record each of these clients."""
    for path in paths:
        binary = find(Path(path))
        outcomes = ask(binary, case.load(DATA / "cases"), launch=True)
        starts = Counter(
            agent.started_with
            for found in outcomes.values()
            for agent in found.agents
            if agent.started_with
        )
        every = starts.most_common(1)[0][0]
        recording = {
            "client": binary.version,
            "all_tools": list(every),
            "cases": {
                ident: without_all_tools(found, every).to_json()
                for ident, found in sorted(outcomes.items())
            },
        }
        target = DATA / "recordings" / f"{binary.version}.json"
        target.parent.mkdir(exist_ok=True)
        target.write_text(json.dumps(recording, indent=0, ensure_ascii=True) + "\n")
        print(f"{target.name}: {len(outcomes)} cases")


def without_all_tools(found: Outcome, every: tuple[str, ...]) -> Outcome:
    """The outcome without the long list where an agent simply starts with all tools."""

    def short(agent: SeenAgent) -> SeenAgent:
        return replace(agent, started_with=None) if agent.started_with == every else agent

    return replace(found, agents=tuple(short(agent) for agent in found.agents))


if __name__ == "__main__":
    main(sys.argv[1:])
