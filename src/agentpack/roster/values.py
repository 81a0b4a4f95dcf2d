"""What Claude Code loads of a tree, and what it does not."""

from __future__ import annotations

from agentpack.document import Document
from agentpack.finding import Place
from agentpack.record import Record
from agentpack.roster.tools import told


class Source(Record):
    """A file as it was found on the disk.

    `data` is None where it could not be read; `fault` and `rule` then tell why,
    as they do for a file that the client passes over without reading it.
    """

    path: str
    """As it is shown: below the tree's root, with `/`."""
    data: bytes | None = None
    fault: str = ""
    rule: str = ""
    scope: str = ""
    """What the client puts before the name, such as `plugin:` for a plugin's files."""
    command: str = ""
    """The plugin's command of the same name, where a skill has one."""


class Agent(Record):
    """An agent that the client loads."""

    name: str
    description: str
    tools: tuple[str, ...] | None
    """None for all of them."""
    disallowed_tools: tuple[str, ...]
    model: str | None
    skills: tuple[str, ...]
    """The skills it names for preloading, whether or not they exist."""
    path: str
    line: int
    """Where its name stands."""
    tokens: int
    """What its entry in the roster adds to every conversation: an estimate."""
    document: Document
    toolless: bool = False
    """Whether it starts without any tool, though the roster may tell that it has them all."""

    @property
    def told(self) -> str:
        """Its tools as the model is told them, such as `All tools except Bash`."""
        return told(self.tools, self.disallowed_tools)

    def at(self, key: str) -> Place:
        """Where `key` stands in its file, or the file's beginning."""
        return place(self.path, self.document, key)


class Skill(Record):
    """A skill that the client loads."""

    name: str
    """Its folder's name."""
    description: str
    """As the client shows it: cut, or the first line of the body where there is none."""
    listed: bool
    """Whether the model is told of it before it is used."""
    path: str
    line: int
    tokens: int
    document: Document

    def at(self, key: str) -> Place:
        """Where `key` stands in its file, or the file's beginning."""
        return place(self.path, self.document, key)


class Loss(Record):
    """Something that is written and does not arrive, or arrives as something else.

    `rule` is the word by which a linter names it, such as `no-description`.
    """

    path: str
    line: int
    reason: str
    rule: str
    column: int = 1
    document: Document | None = None


class Roster(Record):
    """What the client of one version makes of a tree."""

    client: str
    agents: tuple[Agent, ...]
    skills: tuple[Skill, ...]
    dropped: tuple[Loss, ...]
    """Files that do not load."""
    changed: tuple[Loss, ...]
    """Parts of files that load, which are lost or changed on the way."""

    @property
    def lost(self) -> tuple[Loss, ...]:
        """All that does not arrive as it is written: whole files, and parts."""
        return (*self.dropped, *self.changed)

    @property
    def empty(self) -> bool:
        """Whether nothing was there that could have been loaded."""
        return not (self.agents or self.skills or self.dropped)


def place(path: str, document: Document, key: str) -> Place:
    """Where `key` stands in the file `path`, or the file's beginning."""
    found = document.fields.get(key)
    return Place(path, found.line, found.column) if found else Place(path)
