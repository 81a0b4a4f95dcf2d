"""What the client tells the model of a project and its plugins, and how it starts each agent."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from corpora import Layout

from agentpack.client import Binary, reading, stub
from agentpack.client.judge import LAUNCH, is_main
from agentpack.client.play import Recording, play
from agentpack.client.reading import Entry


@dataclass(frozen=True, slots=True)
class Client:
    """One start of the client."""

    version: str
    agents: dict[str, Entry]
    skills: dict[str, str | None]
    """None for a skill that the model is not told of."""
    started: dict[str, tuple[str, ...]]
    """The tools that each agent starts with."""
    log: tuple[str, ...]

    def of(self, plugin: str) -> Client:
        """What belongs to this plugin, or to no plugin."""

        def ours(name: str) -> bool:
            return name.startswith(f"{plugin}:") if plugin else ":" not in name

        return Client(
            self.version,
            {name: entry for name, entry in self.agents.items() if ours(name)},
            {name: text for name, text in self.skills.items() if ours(name)},
            self.started,
            self.log,
        )


def ask(binary: Binary, layout: Layout) -> Client:
    """Start the client there, and launch every agent that it tells of."""
    recording = _play(binary, layout.project, layout.plugins)
    agents, skills = _told(recording, _folders(layout.project))
    own_agents, own_skills = _own(binary)
    started = {
        text.removeprefix(LAUNCH): reading.launch(request).tools
        for request in recording.requests
        for text in reading.user_texts(request)
        if text.startswith(LAUNCH)
    }
    mine = own_skills - _folders(layout.project)
    return Client(
        binary.version,
        {name: entry for name, entry in agents.items() if own_agents.get(name) != entry},
        {name: text for name, text in skills.items() if name not in mine},
        started,
        tuple(recording.debug.splitlines()),
    )


def _folders(project: Path) -> set[str]:
    """The skills of a project; those that no user may call are not in the client's account."""
    folder = project / ".claude" / "skills"
    return {path.name for path in folder.iterdir()} if folder.is_dir() else set()


@cache
def _own(binary: Binary) -> tuple[dict[str, Entry], set[str]]:
    """What it has by itself, without any project."""
    with tempfile.TemporaryDirectory(prefix="agentpack-empty-") as folder:
        agents, skills = _told(_play(binary, Path(folder).resolve(), ()), set())
        return agents, set(skills)


def _told(
    recording: Recording, folders: set[str]
) -> tuple[dict[str, Entry], dict[str, str | None]]:
    main = next(one for one in recording.requests if one.get("tools") and is_main(one))
    loaded = recording.init.get("skills", [])
    listed = reading.skill_entries(main, {*loaded, *folders})
    skills = {
        name: listed[name].description if name in listed else None for name in {*loaded, *listed}
    }
    return reading.agent_entries(main, recording.init.get("agents", [])), skills


def _play(binary: Binary, project: Path, plugins: tuple[Path, ...]) -> Recording:
    asked = False

    def script(request: stub.Request) -> stub.Blocks:
        nonlocal asked
        if asked or not is_main(request):
            return [stub.text("done")]
        asked = True
        return [
            stub.tool_use(
                f"agent_{number}",
                "Agent",
                {"subagent_type": name, "prompt": LAUNCH + name, "description": "launch"},
            )
            for number, name in enumerate(reading.roster_names(request))
        ]

    return play(binary, project, script, allowed_tools=("Agent",), plugins=plugins, timeout=180)
