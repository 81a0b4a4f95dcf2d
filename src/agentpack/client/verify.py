"""Ask the real client what it makes of a project's agents and skills."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

from agentpack.client import reading, stub
from agentpack.client.binary import Binary
from agentpack.client.judge import LAUNCH, Judge, is_main, launch_id
from agentpack.client.play import play
from agentpack.client.sources import AgentSource, SkillSource, agents_in, skills_in
from agentpack.client.verdict import Verification
from agentpack.errors import AgentpackError


def verify(root: Path, binary: Binary) -> Verification:
    """Load a copy of the project's `.claude` in the real client and report what it did.

    Raises:
        AgentpackError: there is nothing to load, or the client does not run.
    """
    if not root.is_dir():
        raise AgentpackError("not a directory", path=root, mend="name the root of a project")
    with tempfile.TemporaryDirectory(prefix="agentpack-verify-") as folder:
        project = Path(folder).resolve()
        for part in ("agents", "skills"):
            _copy(root / ".claude" / part, project / ".claude" / part)
        agents, skills = agents_in(project, binary.version), skills_in(project)
        if not agents and not skills:
            raise AgentpackError("no agents and no skills to load", path=root / ".claude")
        recording = play(
            binary,
            project,
            _script(agents, skills),
            allowed_tools=("Agent", "Skill"),
            timeout=60 + len(agents),
        )
        return Judge(project, recording).verification(agents, skills)


def _copy(source: Path, copy: Path) -> None:
    if source.is_dir():
        try:
            shutil.copytree(source, copy, ignore_dangling_symlinks=True)
        except (OSError, shutil.Error) as error:
            raise AgentpackError(f"cannot be copied: {error}", path=source) from None


def _script(agents: Iterable[AgentSource], skills: Iterable[SkillSource]) -> stub.Script:
    """Launch every agent and call every skill in the first turn, then stop."""
    asked = False

    def answer(request: stub.Request) -> stub.Blocks:
        nonlocal asked
        if asked or not is_main(request):
            return [stub.text("done")]
        asked = True
        # Names that only the client knows, where it reads a file otherwise than we do, count too.
        names = {agent.name for agent in agents} | set(reading.roster_names(request))
        return [
            *(
                stub.tool_use(
                    launch_id(name),
                    "Agent",
                    {"subagent_type": name, "prompt": LAUNCH + name, "description": "launch"},
                )
                for name in sorted(names)
            ),
            *(
                stub.tool_use(f"skill_{number}", "Skill", {"skill": skill.name})
                for number, skill in enumerate(skills)
            ),
        ]

    return answer
