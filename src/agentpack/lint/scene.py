"""All that a rule may look at: the roster, the pages, and which files are there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType

from agentpack.lint import index
from agentpack.lint.keys import AGENT_KEYS, SKILL_KEYS
from agentpack.lint.page import Kind, Page
from agentpack.lint.toolnames import KNOWN
from agentpack.lint.vocabulary import RETIRED_TOOLS
from agentpack.lint.words import Words
from agentpack.roster import Agent, Loss, Roster, Skill

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeVar

    Entry = TypeVar("Entry", Agent, Skill)

_MARK = "agentpack:"


class Scene:
    """A tree at one moment. What is asked of it by many rules is found once, and kept.

    Paths are below the tree's root, with `/`.

    Args:
        pages: every agent and skill, loaded or not, and the Markdown files in the skills' folders.
        files: every file of the agents', skills' and plugin's folders, and whether it may be run.
        unread: the names at the tree's root into which nobody looked.
        texts: the text of the manifests and settings that are there, by path.
        whole: whether this is a tree, and not one file alone.
    """

    def __init__(
        self,
        roster: Roster,
        pages: tuple[Page, ...],
        files: Mapping[str, bool] = MappingProxyType({}),
        unread: frozenset[str] = frozenset(),
        texts: Mapping[str, str] = MappingProxyType({}),
        *,
        whole: bool = True,
    ) -> None:
        self.roster, self.pages, self.files = roster, pages, files
        self.unread, self.texts, self.whole = unread, texts, whole
        self.agents, self.skills = roster.agents, roster.skills

    def has(self, need: str) -> bool:
        """Whether something is there that a rule says it needs.

        `key KEY`: an agent or skill has it, loaded or not. `skill KEY`: a skill that loads has it.
        `word WORD`: a page's body has it. `text PATH`: there is such a manifest. `file SUFFIX`:
        there is such a file. `loss RULE`: the client drops or changes something for this reason.
        `odd tool`, `odd key`, `odd yaml`: an agent has other tools, an agent or a skill other keys
        than the client knows, or frontmatter that is no YAML as it stands.
        """
        match need.partition(" "):
            case "key", _, key:
                return key in self._keys
            case "skill", _, key:
                return key in self._skills_by_key
            case "word", _, word:
                return bool(self.having(word))
            case "text", _, path:
                return path in self.texts
            case "file", _, suffix:
                return suffix in self._suffixes
            case "loss", _, rule:
                return rule in self._losses
            case "odd", _, "tool":
                return bool(self.odd_agents)
            case "odd", _, "key":
                return bool(self.agent_keys - AGENT_KEYS or self.skill_keys - SKILL_KEYS)
            case "odd", _, "yaml":
                return any(page.document.mended for page in self.pages)
        raise ValueError(need)

    def is_read(self, path: str) -> bool:
        """Whether the client reads from here: a project or a plugin, and no mere catalogue."""
        return path.startswith(".claude/") or ".claude-plugin/plugin.json" in self.texts

    def of(self, *kinds: Kind) -> tuple[Page, ...]:
        """The pages of these kinds."""
        return tuple(page for page in self.pages if page.kind in kinds)

    def having(self, *words: str) -> Sequence[Page]:
        """The pages whose body has one of these words."""
        found = [self._words.pages(word) for word in words]
        if len(found) == 1:
            return found[0]
        some = {page.path for pages in found for page in pages}
        return tuple(page for page in self.pages if page.path in some) if some else ()

    def allowing(self) -> tuple[Page, ...]:
        """The pages that may allow a finding."""
        below = {page.path for page in self.having(_MARK)}
        return tuple(
            page
            for page in self.pages
            if page.path in below
            or page.document.source.find(_MARK, 0, -len(page.body) or None) >= 0
        )

    def agents_with(self, key: str) -> Sequence[Agent]:
        """The agents that have a key."""
        return self._agents_by_key.get(key, ())

    def skills_with(self, key: str) -> Sequence[Skill]:
        """The skills that have a key, or where the client reads no frontmatter seem to."""
        return self._skills_by_key.get(key, ())

    def lost(self, rule: str) -> Sequence[Loss]:
        """What the client drops or changes for the reason that has this name."""
        return self._losses.get(rule, ())

    @cached_property
    def agent_keys(self) -> frozenset[str]:
        """Every key that an agent has."""
        return frozenset(self._agents_by_key)

    @cached_property
    def skill_keys(self) -> frozenset[str]:
        """Every key that a skill has, or seems to have."""
        return frozenset(self._skills_by_key)

    @cached_property
    def odd_agents(self) -> tuple[Agent, ...]:
        """The agents that name a tool other than by the name of one that the client knows."""
        plain = KNOWN - RETIRED_TOOLS
        return tuple(
            agent
            for agent in self.agents
            if not plain.issuperset(agent.tools or ())
            or (agent.tools is None and "tools" in agent.document.fields)
        )

    @cached_property
    def _words(self) -> Words:
        return Words(self.pages, (*index.needed("word"), _MARK))

    @cached_property
    def _keys(self) -> frozenset[str]:
        return frozenset().union(*(page.document.fields for page in self.pages))

    @cached_property
    def _suffixes(self) -> frozenset[str]:
        return frozenset("." + path.rpartition(".")[2] for path in self.files)

    @cached_property
    def _agents_by_key(self) -> dict[str, list[Agent]]:
        return _by_key(self.agents)

    @cached_property
    def _skills_by_key(self) -> dict[str, list[Skill]]:
        return _by_key(self.skills)

    @cached_property
    def _losses(self) -> dict[str, list[Loss]]:
        found: dict[str, list[Loss]] = {}
        for loss in self.roster.lost:
            found.setdefault(loss.rule, []).append(loss)
        return found


def _by_key(entries: Iterable[Entry]) -> dict[str, list[Entry]]:
    found: dict[str, list[Entry]] = {}
    for entry in entries:
        for key in entry.document.fields:
            found.setdefault(key, []).append(entry)
    return found
