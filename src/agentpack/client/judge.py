"""From a recording of the client to a verdict on every file."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from agentpack import tokens
from agentpack.client import reading, stub
from agentpack.client.play import QUESTION, Recording
from agentpack.client.sources import AgentSource, SkillSource
from agentpack.client.verdict import AgentVerdict, Failure, SkillVerdict, Verification
from agentpack.errors import AgentpackError

LAUNCH = "agentpack launches "
"""How the prompt of a launched agent begins; its name follows."""


def launch_id(name: str) -> str:
    """The identifier of the tool call that launches an agent, by which its refusal is found."""
    return f"launch_{name.encode().hex()}"


# The client fills these in, so the text that arrives is not the text of the file.
_FILLED_IN = ("!`", "$ARGUMENTS", "${CLAUDE_")


def is_main(request: stub.Request) -> bool:
    """Whether a request belongs to the main conversation, not to a launched agent."""
    return QUESTION in reading.user_texts(request)


class Judge:
    """Holds what the client sent against what the files say.

    Args:
        project: the folder that the client was started in.
        recording: what it said there, every agent launched and every skill called.

    Raises:
        AgentpackError: the client never asked the model anything.
    """

    def __init__(self, project: Path, recording: Recording) -> None:
        asked = [request for request in recording.requests if request.get("tools")]
        main = [request for request in asked if is_main(request)]
        if not main:
            raise AgentpackError("Claude Code asked the model nothing")
        self._project, self._log = project, recording.debug
        self._client = str(recording.init.get("claude_code_version", ""))
        self._agents = reading.agent_entries(main[0], recording.init.get("agents", []))
        self._loaded_skills = frozenset(recording.init.get("skills", []))
        self._listed_skills = reading.skill_entries(main[0], self._loaded_skills)
        self._called_skills = reading.launch(main[-1]).skills
        self._launches = _launches(asked)
        self._refusals = reading.refusals(recording.events)
        self._failures: list[Failure] = []

    def verification(
        self, agents: tuple[AgentSource, ...], skills: tuple[SkillSource, ...]
    ) -> Verification:
        """The verdicts on these files, in their order."""
        self._failures = []
        return Verification(
            self._client,
            tuple(self._agent(agent, agents) for agent in agents),
            tuple(self._skill(skill) for skill in skills),
            tuple(self._failures),
        )

    def _fail(self, source: AgentSource | SkillSource, reason: str) -> None:
        self._failures.append(Failure(source.path, reason))

    def _agent(self, agent: AgentSource, agents: tuple[AgentSource, ...]) -> AgentVerdict:
        entry, launch = self._agents.get(agent.name), self._launches.get(agent.name)
        if entry is None:
            self._fail(agent, agent.reason_for_loss(self._log, self._project))
            return AgentVerdict(agent.name, agent.path, loaded=False)
        cost = tokens.estimate(entry.text)
        if launch is None:
            told = self._refusals.get(launch_id(agent.name), "it does not say why")
            self._fail(agent, f"Claude Code lists it and cannot start it: {told}")
            return AgentVerdict(
                agent.name, agent.path, loaded=True, description=entry.description, tokens=cost
            )
        matches = f"\n\n{agent.body.strip()}\n\n" in f"\n\n{launch.system}\n\n"
        twins = [twin.path for twin in agents if twin.name == agent.name and twin != agent]
        if not matches and twins:
            self._fail(agent, f"another file has the name {agent.name!r}: {', '.join(twins)}")
            return AgentVerdict(agent.name, agent.path, loaded=False)
        if not matches:
            self._fail(agent, "the model receives another body than the file has")
        for skill in agent.skills:
            if skill not in launch.skills:
                self._fail(agent, f"the skill {skill!r} is not preloaded")
        return AgentVerdict(
            agent.name,
            agent.path,
            loaded=True,
            body_matches=matches,
            description=entry.description,
            model=launch.model,
            tools=launch.tools,
            tools_told=entry.tools,
            skills=tuple(launch.skills),
            tokens=cost,
        )

    def _skill(self, skill: SkillSource) -> SkillVerdict:
        if skill.fault or skill.name not in self._loaded_skills:
            self._fail(skill, skill.fault or "Claude Code does not load it")
            return SkillVerdict(skill.name, skill.path, loaded=False)
        entry, text = self._listed_skills.get(skill.name), self._called_skills.get(skill.name)
        matches = None
        if text is not None and not any(mark in skill.body for mark in _FILLED_IN):
            matches = text.strip() == skill.body.strip()
            if not matches:
                self._fail(skill, "the model receives another body than the file has")
        return SkillVerdict(
            skill.name,
            skill.path,
            loaded=True,
            listed=entry is not None,
            body_matches=matches,
            description=entry.description if entry else None,
            tokens=tokens.estimate(entry.text) if entry else 0,
        )


def _launches(asked: Iterable[stub.Request]) -> dict[str, reading.Launch]:
    launches: dict[str, reading.Launch] = {}
    for request in asked:
        for text in reading.user_texts(request):
            if text.startswith(LAUNCH):
                name = text.removeprefix(LAUNCH).strip()
                launches.setdefault(name, reading.launch(request))
    return launches
