"""The commands of all hooks in a scene, and the scripts that they name."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from agentpack.finding import Place
from agentpack.lazy import lazy
from agentpack.lint import manifests
from agentpack.lint.scene import Scene
from agentpack.record import Record

_ROOTED = lazy(
    r"\$(?:CLAUDE_(?P<bare>PROJECT_DIR|PLUGIN_ROOT)\b|"
    r"\{CLAUDE_(?P<braced>PROJECT_DIR|PLUGIN_ROOT)(?::-[^}]*)?\})[\"']?/(?P<path>[\w./@+-]+)"
)
_CHECKED = lazy(r"(?:\[|\btest)[ \t]+!?[ \t]*-[efxsrd]\b|\|\||/dev/null")
_SCRIPT = lazy(r"\.(?:sh|bash|zsh|py|rb|pl|js|mjs|cjs|ts|php|ps1|cmd|exe)$")
NEEDS = ("key hooks", f"text {manifests.SETTINGS}", f"text {manifests.HOOKS}")
"""What a rule about them needs one of."""


class Command(Record):
    """A hook's command, and the file that has it."""

    text: str
    place: Place


class Script(Record):
    """A script that a command names, from the tree's root."""

    path: str
    direct: bool
    """Whether it is what the command runs, and not an argument of an interpreter."""


def commands(scene: Scene) -> Iterator[Command]:
    """Every command of a hook: in settings, in a plugin's hooks, in frontmatter."""
    for path in (manifests.SETTINGS, manifests.HOOKS):
        if '"hooks"' in scene.texts.get(path, ""):
            found = manifests.value(scene, path)
            for text in manifests.commands((found or {}).get("hooks")):
                yield Command(text, manifests.at(scene, path, text))
    for page in scene.of("agent", "skill"):
        if "hooks" in page.document.fields:
            for text in manifests.commands(page.document.fields["hooks"].value):
                yield Command(text, page.at("hooks"))


def scripts(scene: Scene, command: Command) -> Iterator[Script]:
    """The scripts below the tree's root that a command runs without asking if they are there."""
    text = command.text.strip()
    if "CLAUDE_P" not in text or _CHECKED.search(text):
        return
    plugin = manifests.is_plugin(scene)
    for match in _ROOTED.finditer(text):
        of_plugin = (match["bare"] or match["braced"]) == "PLUGIN_ROOT"
        path = posixpath.normpath(match["path"])
        if of_plugin != plugin and not (plugin and path.startswith(".claude/")):
            continue
        if of_plugin or path.startswith(".claude/"):
            direct = text[: match.start()].strip("\"' ") == ""
            if direct or _SCRIPT.search(path):
                yield Script(path, direct)
