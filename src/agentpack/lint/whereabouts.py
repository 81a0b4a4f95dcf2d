"""Where the paths that a page writes lead."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from urllib.parse import unquote

from agentpack.lint.page import Page
from agentpack.lint.scene import Scene

_HANDED_ON = ("/templates/", "/assets/", "/examples/", "/template/", "/evals/")


class Whereabouts:
    """The files and folders of a scene, and from where its pages see them."""

    def __init__(self, scene: Scene) -> None:
        self.files, self._unread = scene.files, scene.unread
        self.folders = {"", *_parents(scene.files)}
        self._ends: set[str] = set()
        self._skills = {page.folder for page in scene.pages if page.kind == "skill"}

    def skill_of(self, page: Page) -> str | None:
        """The folder of the skill that a page belongs to."""
        return self.above(page.path)

    def above(self, path: str) -> str | None:
        """The folder of the skill that a file belongs to."""
        while path:
            path = path.rpartition("/")[0]
            if path in self._skills:
                return path
        return None

    def find(self, page: Page, target: str) -> str | None:
        """The file or folder that `target` means on this page; None where there is none.

        It is sought beside the page, in the skill's folder, beside the skill, and at the root.
        """
        skill = self.skill_of(page)
        above = () if skill is None else (skill, skill.rpartition("/")[0])
        for base in dict.fromkeys((page.folder, *above, ".claude", "")):
            found = self.at(base, target)
            if found is not None:
                return found
        return None

    def at(self, base: str, target: str) -> str | None:
        """The file or folder at `target` below `base`."""
        path = f"{base}/{target}" if base else target
        if path in self.files:
            return path
        for spelling in (path, unquote(path)):
            path = posixpath.normpath(spelling)
            path = "" if path == "." else path
            if path in self.files or path in self.folders:
                return path
        return None

    def elsewhere(self, target: str) -> bool:
        """Whether some other skill has a file at `target`: then its name may stand nearby."""
        if not self._ends:
            self._ends.update("/".join(path.rsplit("/", 2)[-2:]) for path in self.files)
        return target.removeprefix("./") in self._ends

    def leads(self, page: Page, target: str) -> bool:
        """Whether `target` leads somewhere, or to where nothing can be known from here."""
        if self.find(page, target) is not None:
            return True
        path = posixpath.normpath(f"{page.folder}/{target}".lstrip("/"))
        top = posixpath.normpath(target).partition("/")[0]
        return path.startswith("..") or not self._unread.isdisjoint((path.partition("/")[0], top))


def handed_on(page: Page) -> bool:
    """Whether a page is made to be copied into the user's project, where its links will lead."""
    return any(folder in page.path for folder in _HANDED_ON)


def quoted(page: Page, offset: int) -> bool:
    """Whether what stands at this place of the body is shown as code, not meant."""
    start = page.body.rfind("\n", 0, offset) + 1
    return page.body.count("`", start, offset) % 2 == 1 or page.in_block(offset)


def _parents(files: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for path in files:
        folder = path.rpartition("/")[0]
        while folder and folder not in found:
            found.add(folder)
            folder = folder.rpartition("/")[0]
    return found
