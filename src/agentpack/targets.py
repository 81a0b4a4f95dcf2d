"""Where each coding agent looks for skills and for agents of its own, and how it wants them.

A target is an entry of the table below. Skills are one format for all of them and are copied as
they are. Agents are not: each client has its own file for them, with a name, a description and
instructions. What else Claude Code's frontmatter says, such as `tools`, has no counterpart with
the same meaning there, and is told as lost rather than guessed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from agentpack.document import Document
from agentpack.document import read as read_document
from agentpack.errors import AgentpackError
from agentpack.render import Rendered

CLAUDE = "claude"
_CARRIED = {"name", "description", "skills", "color", "version", "metadata"}


@dataclass(frozen=True, slots=True)
class Brief:
    """An agent as any client can take it."""

    name: str
    description: str
    instructions: str


@dataclass(frozen=True, slots=True)
class Target:
    """A coding agent's layout, below a repository's root."""

    title: str
    skills: str
    """The folder of skills."""
    agents: str
    """The path of an agent's file, with `{name}` in it."""
    manual: tuple[str, ...]
    """Where its makers document that."""
    agent: Callable[[Brief], str] | None = None
    """An agent's file; None: as Claude Code has it, byte for byte."""
    index: str | None = None
    """A file that lists the agents, where the client has no agents of its own."""


@dataclass(frozen=True, slots=True)
class Layout:
    """A pack's files where a target wants them."""

    files: tuple[Rendered, ...]
    lost: tuple[str, ...] = field(default=())
    """What the target has no place for, a line each."""


def _markdown(keys: Mapping[str, str]) -> Callable[[Brief], str]:
    """Frontmatter of these keys, each with what is said under it, and the instructions below."""

    def write(brief: Brief) -> str:
        # A text of JSON is one of YAML too, whatever is in it.
        said = {"name": brief.name, "description": brief.description}
        lines = [
            f"{key}: {json.dumps(said.get(value, value), ensure_ascii=False)}"
            for key, value in keys.items()
        ]
        return "---\n" + "\n".join(lines) + f"\n---\n\n{brief.instructions}"

    return write


def _toml(brief: Brief) -> str:
    # A text of JSON is one of TOML too, but for DEL, which no instructions have a use for.
    table = {
        "name": brief.name,
        "description": brief.description,
        "developer_instructions": brief.instructions,
    }
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in table.items()]
    return "\n".join(lines).replace("\x7f", "\\u007f") + "\n"


def _plain(brief: Brief) -> str:
    return f"# {brief.name}\n\n{brief.description}\n\n{brief.instructions}"


_NAMED = _markdown({"name": "name", "description": "description"})

TARGETS: Mapping[str, Target] = {
    CLAUDE: Target(
        "Claude Code",
        ".claude/skills",
        ".claude/agents/{name}.md",
        ("https://code.claude.com/docs/en/skills", "https://code.claude.com/docs/en/sub-agents"),
    ),
    "agents": Target(
        "any that reads AGENTS.md and .agents/skills",
        ".agents/skills",
        ".agents/agents/{name}.md",
        ("https://agents.md", "https://agentskills.io/specification"),
        _plain,
        index="AGENTS.md",
    ),
    "codex": Target(
        "Codex",
        ".agents/skills",
        ".codex/agents/{name}.toml",
        (
            "https://developers.openai.com/codex/skills",
            "https://developers.openai.com/codex/subagents",
        ),
        _toml,
    ),
    "copilot": Target(
        "GitHub Copilot",
        ".github/skills",
        ".github/agents/{name}.agent.md",
        (
            "https://docs.github.com/en/copilot/concepts/agents/about-agent-skills",
            "https://docs.github.com/en/copilot/reference/custom-agents-configuration",
        ),
        _NAMED,
    ),
    "gemini": Target(
        "Gemini CLI",
        ".gemini/skills",
        ".gemini/agents/{name}.md",
        (
            "https://github.com/google-gemini/gemini-cli/blob/main/docs/cli/skills.md",
            "https://github.com/google-gemini/gemini-cli/blob/main/docs/core/subagents.md",
        ),
        _NAMED,
    ),
    "opencode": Target(
        "opencode",
        ".opencode/skills",
        ".opencode/agent/{name}.md",
        ("https://opencode.ai/docs/skills", "https://opencode.ai/docs/agents"),
        _markdown({"description": "description", "mode": "subagent"}),
    ),
}


def known(name: str) -> Target:
    """The target of that name.

    Raises:
        AgentpackError: there is none.
    """
    if name not in TARGETS:
        raise AgentpackError(f"no target {name!r}", mend=f"there are {', '.join(TARGETS)}")
    return TARGETS[name]


def lay_out(name: str, rendered: Iterable[Rendered]) -> Layout:
    """A pack's files, as rendered below `.claude`, where the target `name` wants them.

    Raises:
        AgentpackError: there is no such target, or two agents would be one file in it.
    """
    target = known(name)
    files: dict[str, Rendered] = {}
    lost: list[str] = []
    listed: list[str] = []
    for file in rendered:
        top, _, inside = file.path.partition("/")
        if top == "skills":
            path, data = f"{target.skills}/{inside}", file.data
        elif target.agent is None:
            path, data = target.agents.format(name=inside.removesuffix(".md")), file.data
        else:
            document = read_document(file.data)
            brief = _brief(inside, document)
            path = target.agents.format(name=PurePosixPath(inside).stem)
            data = target.agent(brief).encode()
            lost += [
                f"{file.path}: `{key}` has no counterpart"
                for key in document.fields
                if key not in _CARRIED
            ]
            listed.append(f"- **{brief.name}** (`{path}`): {' '.join(brief.description.split())}")
        if path in files:
            raise AgentpackError(f"two agents would both be {path}")
        files[path] = Rendered(path, data, file.executable)
    if target.index and listed:
        text = _INDEX + "\n".join(listed) + "\n"
        files[target.index] = Rendered(target.index, text.encode(), executable=False)
    return Layout(tuple(files.values()), tuple(lost))


_INDEX = """\
# Agents

When a task is one of these, read the file behind it first and work as it says.

"""


def _brief(inside: str, document: Document) -> Brief:
    name = document.text("name") or PurePosixPath(inside).stem
    body = document.body.lstrip("\n")
    skills = document.names("skills")
    if skills:
        # Claude Code preloads them; elsewhere the agent has to be told.
        body = f"Load these skills first: {', '.join(f'`{skill}`' for skill in skills)}.\n\n{body}"
    return Brief(name, document.text("description") or "", body)
