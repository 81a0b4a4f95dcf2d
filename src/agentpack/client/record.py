"""Ask the real client about cases, and keep what it says as data."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from agentpack.client import case, reading, stub
from agentpack.client.binary import Binary
from agentpack.client.case import Case
from agentpack.client.judge import LAUNCH, is_main
from agentpack.client.play import Recording, play
from agentpack.errors import AgentpackError

BATCH = 40
"""Cases in one run of the client."""
_LAUNCHES = 14
"""More agents than this at once, and the client starts some of them only later."""
_BUILT_IN = re.compile(r"claude|Explore|Plan|general-purpose|statusline-setup|.*:.*")
_OF_A_FILE = re.compile(r"/(?:agents|skills)/[^ ]*\.md")
_TIME = re.compile(r"^\S+Z \[[A-Z]+\] ")


@dataclass(frozen=True, slots=True)
class SeenAgent:
    """An agent as the model is told of it, and as it starts where it was launched."""

    name: str
    description: str
    tools: str
    model: str | None = None
    skills: tuple[str, ...] = ()
    started_with: tuple[str, ...] | None = None
    """The tools it starts with."""


@dataclass(frozen=True, slots=True)
class SeenSkill:
    """A skill as the model is told of it; `description` is None where it is not."""

    name: str
    description: str | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the client made of one case."""

    agents: tuple[SeenAgent, ...] = ()
    skills: tuple[SeenSkill, ...] = ()
    log: tuple[str, ...] = field(default=(), compare=False)
    """What its debug log says of the case's files."""

    def to_json(self) -> dict[str, Any]:
        """The outcome as data; what is empty is left out."""
        found = {
            "agents": [_filled(asdict(agent)) for agent in self.agents],
            "skills": [asdict(skill) for skill in self.skills],
            "log": list(self.log),
        }
        return {key: value for key, value in found.items() if value}


def _filled(entry: dict[str, Any]) -> dict[str, Any]:
    return {
        key: value
        for key, value in entry.items()
        if value is not None and not (key == "skills" and not value)
    }


def outcome(entry: dict[str, Any]) -> Outcome:
    """An outcome from its data."""
    return Outcome(
        tuple(_seen(agent) for agent in entry.get("agents", ())),
        tuple(SeenSkill(**skill) for skill in entry.get("skills", ())),
        tuple(entry.get("log", ())),
    )


def _seen(entry: dict[str, Any]) -> SeenAgent:
    started = entry.get("started_with")
    return SeenAgent(
        entry["name"],
        entry["description"],
        entry["tools"],
        entry.get("model"),
        tuple(entry.get("skills", ())),
        None if started is None else tuple(started),
    )


def ask(binary: Binary, cases: Sequence[Case], *, launch: bool = False) -> dict[str, Outcome]:
    """What the client makes of each case, by its name.

    Args:
        launch: start each agent too, for its model, its tools and its skills.
    """
    outcomes: dict[str, Outcome] = {}
    for batch in batches(cases, _LAUNCHES if launch else BATCH):
        outcomes |= _ask(binary, batch, launch=launch)
    return outcomes


def _ask(binary: Binary, batch: Sequence[Case], *, launch: bool) -> dict[str, Outcome]:
    with tempfile.TemporaryDirectory(prefix="agentpack-cases-") as folder:
        project = Path(folder).resolve()
        words = {case.word(number): one for number, one in enumerate(batch)}
        for word, one in words.items():
            one.write(project, word)
        script = _Launcher() if launch else _silent
        plugins = [project / word for word, one in words.items() if one.is_plugin]
        recording = play(binary, project, script, allowed_tools=("Agent", "Skill"), plugins=plugins)
        try:
            return _outcomes(project, recording, words)
        except LookupError:
            # Something loaded that bears no case's word: ask about fewer at once.
            half = len(batch) // 2
            return {
                **_ask(binary, batch[:half], launch=launch),
                **_ask(binary, batch[half:], launch=launch),
            }


def batches(cases: Sequence[Case], size: int) -> Iterator[list[Case]]:
    """The cases in groups that share a project."""
    together = [one for one in cases if not one.alone]
    for start in range(0, len(together), size):
        yield together[start : start + size]
    for one in cases:
        if one.alone:
            yield [one]


def _silent(_: stub.Request) -> stub.Blocks:
    return [stub.text("done")]


class _Launcher:
    """Starts every agent that the model is told of, once."""

    def __init__(self) -> None:
        self._asked = False

    def __call__(self, request: stub.Request) -> stub.Blocks:
        if self._asked or not is_main(request):
            return [stub.text("done")]
        self._asked = True
        names = [name for name in reading.roster_names(request) if not _BUILT_IN.fullmatch(name)]
        return [
            stub.tool_use(
                f"agent_{number}",
                "Agent",
                {"subagent_type": name, "prompt": LAUNCH + name, "description": "launch"},
            )
            for number, name in enumerate(names)
        ]


def _outcomes(project: Path, recording: Recording, words: dict[str, Case]) -> dict[str, Outcome]:
    main = next(
        (request for request in recording.requests if request.get("tools") and is_main(request)),
        None,
    )
    if main is None:
        raise AgentpackError("Claude Code asked the model nothing")
    alone = next(iter(words)) if len(words) == 1 else None
    agents: dict[str, list[SeenAgent]] = {word: [] for word in words}
    skills: dict[str, list[SeenSkill]] = {word: [] for word in words}
    started = dict(_started(recording.requests))
    for entry in reading.agent_entries(main, recording.init.get("agents", [])).values():
        if _BUILT_IN.fullmatch(entry.name) and not any(word in entry.text for word in words):
            continue
        word = _owner(entry.text, words, alone)
        agents[word].append(_agent(entry, word, started.get(entry.name)))
    loaded = set(recording.init.get("skills", ()))
    # Those that no user may call are not in the client's account.
    named = (name for word in words for name in reading.skill_names(main, word))
    names = {*loaded, *_folders(project), *named}
    listed = reading.skill_entries(main, names)
    for name in sorted(names):
        told = listed.get(name)
        if name not in loaded and told is None:
            continue
        if any(word in name for word in words) or (alone and name in _folders(project)):
            word = _owner(name, words, alone)
            description = told.description.replace(word, case.NAME) if told else None
            skills[word].append(SeenSkill(name.replace(word, case.NAME), description))
    return {
        one.ident: Outcome(
            tuple(agents[word]), tuple(skills[word]), _log(recording.debug, project, word, alone)
        )
        for word, one in words.items()
    }


def _owner(text: str, words: Iterable[str], alone: str | None) -> str:
    for word in words:
        if word in text:
            return word
    if alone is None:
        raise LookupError(text)
    return alone


def _agent(entry: reading.Entry, word: str, launch: reading.Launch | None) -> SeenAgent:
    def back(text: str) -> str:
        return text.replace(word, case.NAME)

    return SeenAgent(
        back(entry.name),
        back(entry.description),
        back(entry.tools),
        launch.model if launch else None,
        tuple(back(name) for name in launch.skills) if launch else (),
        launch.tools if launch else None,
    )


def _started(requests: Iterable[stub.Request]) -> Iterator[tuple[str, reading.Launch]]:
    for request in requests:
        for text in reading.user_texts(request):
            if text.startswith(LAUNCH):
                yield text.removeprefix(LAUNCH), reading.launch(request)


def _folders(project: Path) -> list[str]:
    folder = project / ".claude" / "skills"
    return sorted(entry.name for entry in folder.iterdir()) if folder.is_dir() else []


def _log(debug: str, project: Path, word: str, alone: str | None) -> tuple[str, ...]:
    lines = (
        _TIME.sub("", line).replace(str(project), "").replace(word, case.NAME)
        for line in debug.splitlines()
        if _OF_A_FILE.search(line) and (alone or word in line)
    )
    return tuple(dict.fromkeys(lines))
