"""The names by which a text may call agents and skills."""

from __future__ import annotations

from agentpack.lazy import lazy
from agentpack.lint.scene import Scene

BUILT_IN = (
    "general-purpose",
    "Explore",
    "Plan",
    "claude",
    "claude-code-guide",
    "code-explorer",
    "fork",
    "output-style-setup",
    "statusline-setup",
    "verification",
    "worker",
)
"""The agents that clients 2.1.197 to 2.1.329 have, in one setting or another."""

# Keys of the frontmatter, and skills that the client has built in.
_NO_SKILLS = ("allowed-tools", "disallowed-tools", "user-invocable", "argument-hint", "claude-api")
_PLACEHOLDER = lazy(
    r"^(?:your|my|some|other|example|sample|custom|new|foo|bar|test|name|agent|skill|sub-?agent|"
    r"plugin|type)\b|\b(?:name|here|type|example|x|xxx|foo|bar)$"
)


def placeholder(name: str) -> bool:
    """Whether a name only stands for one, as `your-agent` and `agent-name` do."""
    return _PLACEHOLDER.search(name) is not None


def agents_known(scene: Scene) -> frozenset[str]:
    """The names of agents that a text of this tree may use."""
    names = {*BUILT_IN, *(_last(agent.name) for agent in scene.agents)}
    # What does not load has a finding of its own; its name is its file's.
    names.update(_stem(path) for path in scene.files if "agents/" in path)
    return frozenset(names)


def skills_known(scene: Scene) -> frozenset[str]:
    """The names of skills that a text of this tree may use; commands are called alike."""
    names = {*_NO_SKILLS, *(_last(skill.name) for skill in scene.skills)}
    for page in scene.of("skill"):
        names.add(page.folder.rpartition("/")[2])
        names.add(page.document.text("name") or "")
    names.update(_stem(path) for path in scene.files if "commands/" in path or "agents/" in path)
    names.update(path.split("/")[-2] for path in scene.files if path.endswith("/SKILL.md"))
    return frozenset(names)


def preloadable(scene: Scene) -> frozenset[str]:
    """The names by which an agent may preload a skill, or a command."""
    names = {name for skill in scene.skills for name in (skill.name, _last(skill.name))}
    names.update(skill.document.text("name") or "" for skill in scene.skills)
    names.update(_stem(path) for path in scene.files if "commands/" in path)
    return frozenset(names)


def _last(name: str) -> str:
    return name.rpartition(":")[2]


def _stem(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(".md")
