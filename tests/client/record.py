"""Record what a real client makes of every case.

    python tests/client/record.py [--missing] CLAUDE [CLAUDE ...]

It writes tests/data/client/recordings/VERSION.json; with --missing it asks only
about cases that the recording does not have yet. It stands with the tests,
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
    missing = "--missing" in paths
    for path in (path for path in paths if path != "--missing"):
        binary = find(Path(path))
        target = DATA / "recordings" / f"{binary.version}.json"
        cases = case.load(DATA / "cases")
        before = json.loads(target.read_text()) if missing else {"cases": {}}
        kept = {one.ident: before["cases"].get(one.ident) for one in cases}
        asked = [one for one in cases if kept[one.ident] is None]
        outcomes = ask(binary, asked, launch=True)
        starts = Counter(
            agent.started_with
            for found in outcomes.values()
            for agent in found.agents
            if agent.started_with
        )
        every = tuple(before.get("all_tools") or starts.most_common(1)[0][0])
        recording = {
            "client": binary.version,
            "all_tools": list(every),
            "cases": dict(
                sorted(
                    {
                        **kept,
                        **{
                            ident: without_all_tools(found, every).to_json()
                            for ident, found in outcomes.items()
                        },
                    }.items()
                )
            ),
        }
        target.parent.mkdir(exist_ok=True)
        target.write_text(json.dumps(recording, indent=0, ensure_ascii=True) + "\n")
        print(f"{target.name}: {len(outcomes)} cases asked, {len(kept)} in all")


def without_all_tools(found: Outcome, every: tuple[str, ...]) -> Outcome:
    """The outcome without the long list where an agent simply starts with all tools."""

    def short(agent: SeenAgent) -> SeenAgent:
        return replace(agent, started_with=None) if agent.started_with == every else agent

    return replace(found, agents=tuple(short(agent) for agent in found.agents))


if __name__ == "__main__":
    main(sys.argv[1:])
