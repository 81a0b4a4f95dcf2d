"""Where the paths that a page writes lead."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from urllib.parse import unquote

from agentpack.lint.page import Page
from agentpack.lint.scene import Scene


class Whereabouts:
    """The files and folders of a scene, and from where its pages see them."""

    def __init__(self, scene: Scene) -> None:
        self.files = scene.files
        self.folders = {"", *_parents(scene.files)}
        self._skills = {page.folder for page in scene.pages if page.kind == "skill"}

    def skill_of(self, page: Page) -> str | None:
        """The folder of the skill that a page belongs to."""
        folder = page.folder
        while folder not in self._skills:
            if not folder:
                return None
            folder = folder.rpartition("/")[0]
        return folder

    def bases(self, page: Page) -> list[str]:
        """The folders from which a page's paths may be meant, the likeliest first."""
        skill = self.skill_of(page)
        above = [] if skill is None else [skill, posixpath.dirname(skill)]
        return list(dict.fromkeys([page.folder, *above, ".claude", ""]))

    def find(self, page: Page, target: str) -> str | None:
        """The file or folder that `target` means on this page; None where there is none."""
        for base in self.bases(page):
            found = self.at(base, target)
            if found is not None:
                return found
        return None

    def at(self, base: str, target: str) -> str | None:
        """The file or folder at `target` below `base`."""
        for spelling in (target, unquote(target)):
            path = posixpath.normpath(posixpath.join(base, spelling.strip()))
            path = "" if path == "." else path
            if path in self.files or path in self.folders:
                return path
        return None

    def leaves(self, page: Page, target: str) -> bool:
        """Whether a path climbs out of what is known here, so that nothing can be said of it."""
        path = posixpath.normpath(posixpath.join(page.folder, target))
        if path.startswith(("..", "/")):
            return True
        # What is above the agents and skills is a project, of which only a part is read.
        return (
            target.startswith("..")
            and not any(
                path.startswith(f"{top}/") for top in (self.skill_of(page), page.folder) if top
            )
            and posixpath.dirname(path) not in self.folders
        )


def _parents(files: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for path in files:
        folder = path.rpartition("/")[0]
        while folder and folder not in found:
            found.add(folder)
            folder = folder.rpartition("/")[0]
    return found
