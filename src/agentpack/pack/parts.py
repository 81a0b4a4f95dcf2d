"""What a layout finds in a tree: agents and skills by name, and which files they are."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from agentpack.pack.tree import Tree
from agentpack.pack.values import Kind

SKILL = "SKILL.md"
_LAST = "\U0010ffff"
_LITTER = {"__pycache__", ".DS_Store"}


@dataclass(frozen=True, slots=True)
class Part:
    """An agent or a skill of which no file has been read."""

    kind: Kind
    name: str
    version: str | None
    """None: the pack's own."""
    skills: tuple[str, ...] | None
    """None: what its frontmatter names, of what the pack has."""
    files: Mapping[str, str]
    """From the place below `.claude` to the path in the tree."""
    facts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def below(tree: Tree, folder: str) -> Iterator[str]:
    """The paths of all that is in `folder`, such as `skills/x/`, but what tools leave lying."""
    paths = sorted(tree.entries)
    for path in paths[bisect_left(paths, folder) : bisect_left(paths, f"{folder}{_LAST}")]:
        if _LITTER.isdisjoint(path[len(folder) :].split("/")):
            yield path


def agent(path: str, inside: str) -> Part:
    """The agent in the file at `path`, which stands at `inside` below the folder of agents."""
    name = inside.removesuffix(".md")
    return Part("agent", name, None, None, {f"agents/{inside}": path})


def skill(tree: Tree, folder: str, name: str) -> Part:
    """The skill in `folder`, such as `skills/x/`."""
    files = {
        f"skills/{name}/{path.removeprefix(folder)}": path
        for path in below(tree, folder)
        # A repository that is a skill has more in it than the skill.
        if folder or not path.startswith(".")
    }
    return Part("skill", name, None, None, files)


def agents_in(tree: Tree, folder: str) -> Iterator[Part]:
    """Every agent below `folder`, such as `agents/`."""
    for path in below(tree, folder):
        if path.endswith(".md"):
            yield agent(path, path.removeprefix(folder))


def skills_in(tree: Tree, folder: str) -> Iterator[Part]:
    """Every folder in `folder`, such as `skills/`, that has a `SKILL.md`."""
    for path in below(tree, folder):
        name, _, rest = path[len(folder) :].partition("/")
        if rest == SKILL:
            yield skill(tree, f"{folder}{name}/", name)
