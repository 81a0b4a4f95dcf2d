"""From files to the roster."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from agentpack.document import NEWEST, versions
from agentpack.roster import agents, changes, layout, skills
from agentpack.roster.values import Agent, Loss, Roster, Skill, Source


def read(root: Path, client: str = NEWEST) -> Roster:
    """What the client of this version loads of the tree at `root`.

    Raises:
        AgentpackError: there is no such tree, or no such version.
    """
    versions.parse(client)
    tree = layout.find(root)
    return predict(_let_go(tree.agents), _let_go(tree.skills), client)


def read_project(root: Path, client: str = NEWEST) -> Roster:
    """What the client loads when it is started in `root`: of its `.claude`, nothing else."""
    tree = layout.folders(root / ".claude", root)
    return predict(tree.agents, tree.skills, client)


def read_plugin(root: Path, client: str = NEWEST) -> Roster:
    """What the client loads of the plugin at `root`: nothing of a `.claude` beside it."""
    tree = layout.of_plugin(root)
    return predict(tree.agents, tree.skills, client)


def predict(
    agent_files: Iterable[Source], skill_files: Iterable[Source], client: str = NEWEST
) -> Roster:
    """What the client makes of these files, in the order in which it reads them."""
    loaded: dict[str, Agent] = {}
    dropped: list[Loss] = []
    for source in agent_files:
        found = agents.predict(source, client)
        if isinstance(found, Loss):
            dropped.append(found)
            continue
        before = loaded.get(found.name)
        if before:
            dropped.append(_shadowed(before, found))
        loaded[found.name] = found
    made = [skills.predict(source, client) for source in skill_files]
    dropped += [skill for skill in made if isinstance(skill, Loss)]
    named: dict[str, Skill] = {}
    for skill in made:
        # Of a plugin's two folders the names can be the same when their signs are hyphens.
        if isinstance(skill, Skill) and named.setdefault(skill.name, skill) is not skill:
            dropped.append(_shadowed(named[skill.name], skill))
    kept = tuple(named.values())
    ordered = tuple(sorted(loaded.values(), key=lambda agent: agent.path))
    changed = [loss for agent in ordered for loss in changes.of_agent(agent)]
    changed += [loss for skill in kept for loss in changes.of_skill(skill, client)]
    return Roster(client, ordered, kept, tuple(sorted(dropped, key=_place)), tuple(changed))


def _let_go(files: list[Source]) -> Iterator[Source]:
    """Each file, forgotten when the next is asked for: the texts need not be held twice."""
    files.reverse()
    while files:
        yield files.pop()


def _shadowed(one: Agent | Skill, by: Agent | Skill) -> Loss:
    reason = f"{by.path} has the same name {one.name!r}, and only one of them loads"
    at = one.at("name")
    return Loss(one.path, at.line, reason, "shadowed-name", at.column, one.document)


def _place(loss: Loss) -> tuple[str, int, int]:
    return loss.path, loss.line, loss.column
