"""All that a rule may look at: the roster, the pages, and which files are there."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from agentpack.lint.page import Kind, Page
from agentpack.record import Record
from agentpack.roster import Agent, Loss, Roster, Skill


class Scene(Record):
    """A tree at one moment, as values.

    Paths are below the tree's root, with `/`.
    """

    roster: Roster
    pages: tuple[Page, ...]
    """Every agent and skill, loaded or not, and the Markdown files in the skills' folders."""
    files: Mapping[str, bool] = MappingProxyType({})
    """Every file of the agents', skills' and plugin's folders, and whether it may be run."""
    unread: frozenset[str] = frozenset()
    """The names at the tree's root into which nobody looked."""
    texts: Mapping[str, str] = MappingProxyType({})
    """The text of the manifests and settings that are there, by path."""
    whole: bool = True
    """Whether this is a tree, and not one file alone."""

    def is_read(self, path: str) -> bool:
        """Whether the client reads from here: a project or a plugin, and no mere catalogue."""
        return path.startswith(".claude/") or ".claude-plugin/plugin.json" in self.texts

    def of(self, *kinds: Kind) -> tuple[Page, ...]:
        """The pages of these kinds."""
        return tuple(page for page in self.pages if page.kind in kinds)

    @property
    def agents(self) -> tuple[Agent, ...]:
        """The agents that load."""
        return self.roster.agents

    @property
    def skills(self) -> tuple[Skill, ...]:
        """The skills that load."""
        return self.roster.skills

    def lost(self, rule: str) -> tuple[Loss, ...]:
        """What the client drops or changes for the reason that has this name."""
        losses = (*self.roster.dropped, *self.roster.changed)
        return tuple(loss for loss in losses if loss.rule == rule)
