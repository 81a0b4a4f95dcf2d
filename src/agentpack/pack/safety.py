"""What no pack may do, whatever it says: held before a single byte is written.

A pack is data from strangers. What is refused here is refused whole, with the path that is wrong;
nothing is repaired, skipped or renamed in silence.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Mapping

from agentpack import unseen
from agentpack.errors import AgentpackError
from agentpack.lazy import lazy
from agentpack.pack import bounds
from agentpack.pack.tree import Entry, Tree

# Names that Windows keeps for devices, with any suffix; and `.git` as NTFS may abbreviate it.
_RESERVED = lazy(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|git~\d+)(?:\..*)?", 2)  # IGNORECASE
_FORBIDDEN = frozenset('<>:"|?*\\')
_GIT = {".git", ".gitmodules", ".gitattributes", ".gitconfig"}
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def require_path(path: str) -> None:
    """Raise unless `path` leads, on every system, to a place below the folder it is put in.

    Raises:
        AgentpackError: it is absolute, goes up, or has a name that is not one everywhere.
    """
    fault = _path_fault(path)
    if fault:
        raise AgentpackError(fault, path=printable(path), mend="the pack is refused")


def require_inside(path: str) -> None:
    """Raise if `path` leads out of the folder that it is unpacked in, whatever is made of it.

    Raises:
        AgentpackError: it is absolute, goes up, or is a path of another system.
    """
    if not path or path[0] == "/" or "\0" in path or "\\" in path or path[1:2] == ":":
        fault = "an absolute path, or one of another system"
    elif ".." in path.split("/"):
        fault = "a path with '..' in it"
    else:
        return
    raise AgentpackError(fault, path=printable(path), mend="the pack is refused")


def require_safe(tree: Tree, picked: Collection[str]) -> None:
    """Raise if what is picked of `tree` is not all plain files of a bearable number and size.

    Raises:
        AgentpackError: a path, a kind of file, a size or a count is out of bounds, or two
            paths are one on some system.
    """
    if len(picked) > bounds.MOST_FILES:
        raise _refused(f"{len(picked):,} files, and at most {bounds.MOST_FILES:,} may be", tree)
    total = 0
    for path in picked:
        entry = tree.entries[path]
        fault = _path_fault(path) or _entry_fault(entry)
        if fault:
            raise _refused(fault, tree, path)
        total += entry.size
    if total > bounds.LARGEST_PACK:
        limit = bounds.megabytes(bounds.LARGEST_PACK)
        raise _refused(f"{bounds.megabytes(total)}, and at most {limit} may be", tree)


def require_targets(targets: Iterable[str]) -> None:
    """Raise unless each path leads to a file of an agent or a skill below `.claude`.

    Raises:
        AgentpackError: one does not.
    """
    for target in targets:
        require_path(target)
        parts = target.split("/")
        if parts[0] not in {"agents", "skills"} or len(parts) < _FEWEST[parts[0]]:
            message = "is no place for an agent or a skill"
            raise AgentpackError(message, path=printable(target), mend="the pack is refused")


_FEWEST = {"agents": 2, "skills": 3}


def require_apart(targets: Iterable[str]) -> None:
    """Raise if two paths are one where case or Unicode's forms are not told apart.

    Raises:
        AgentpackError: they are, or one is a file and the other a folder.
    """
    folders: dict[str, str] = {}
    files: dict[str, str] = {}
    for target in targets:
        parts = target.split("/")
        for end in range(1, len(parts)):
            _require_same("/".join(parts[:end]), folders)
        key = _folded(target)
        if key in files:
            what = "are" if files[key] != target else "is there twice:"
            message = f"{printable(files[key])} and {printable(target)} {what} one file"
            raise AgentpackError(message, mend="the pack is refused")
        files[key] = target
    for key in files.keys() & folders.keys():
        message = f"{printable(files[key])} is a file and a folder"
        raise AgentpackError(message, mend="the pack is refused")


def require_honest(tree: Tree, contents: Mapping[str, bytes]) -> None:
    """Raise if a text hides something, or a file is only a pointer to its contents.

    Raises:
        AgentpackError: with the file and line.
    """
    for path, data in contents.items():
        if data.startswith(b"version https://git-lfs.github.com/spec/"):
            raise _refused("is kept in Git LFS, and only a pointer to it is here", tree, path)
        if data.isascii() or b"\0" in data:
            continue
        try:
            text = data.decode()
        except UnicodeDecodeError:
            continue
        for offset, fault in unseen.faults(text):
            line = text.count("\n", 0, offset) + 1
            raise _refused(fault, tree, path, line)


def require_text(word: str, what: str, tree: Tree) -> None:
    """Raise if a name or a version, which is shown and kept, has more than plain characters.

    Raises:
        AgentpackError: it has.
    """
    if not _WORD.fullmatch(word):
        raise _refused(f"{what} {printable(word[:60])!r} is not letters, digits and . _ + -", tree)


_WORD = lazy(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,79}")


def printable(text: str) -> str:
    """`text` with all that cannot be shown, or shows something else, spelt out."""
    return "".join(
        c if unicodedata.category(c) not in _UNSEEN else c.encode("unicode-escape").decode()
        for c in text
    )


def _path_fault(path: str) -> str | None:
    if not path or path.startswith("/"):
        return "an absolute path"
    if len(path.encode(errors="replace")) > bounds.LONGEST_PATH:
        return f"a path longer than {bounds.LONGEST_PATH} bytes"
    parts = path.split("/")
    if len(parts) > bounds.DEEPEST:
        return f"more than {bounds.DEEPEST} folders deep"
    return next(filter(None, map(_name_fault, parts)), None)


def _name_fault(name: str) -> str | None:
    if name in {"", ".", ".."}:
        return f"a path with {name!r} in it"
    if len(name.encode(errors="replace")) > bounds.LONGEST_NAME:
        return f"a name longer than {bounds.LONGEST_NAME} bytes"
    if any(unicodedata.category(character) in _UNSEEN for character in name):
        return "a name with characters that cannot be seen"
    if unicodedata.normalize("NFC", name) != name:
        return "a name that is not in Unicode's composed form"
    if not _FORBIDDEN.isdisjoint(name):
        return "a name with one of " + " ".join(sorted(_FORBIDDEN))
    if name[-1] in ". " or name[0] == " ":
        return "a name that ends in a dot or a space, or begins with one"
    if name.lower() in _GIT:
        return "a name that is git's own"
    if _RESERVED.fullmatch(name):
        return "a name that Windows keeps for itself"
    return None


def _entry_fault(entry: Entry) -> str | None:
    if entry.kind != "file":
        return f"a {entry.kind}: a pack is plain files"
    if entry.size > bounds.LARGEST_FILE:
        limit = bounds.megabytes(bounds.LARGEST_FILE)
        return f"{bounds.megabytes(entry.size)}, and a file may have at most {limit}"
    return None


def _require_same(folder: str, known: dict[str, str]) -> None:
    other = known.setdefault(_folded(folder), folder)
    if other != folder:
        message = f"{printable(other)} and {printable(folder)} are one folder"
        raise AgentpackError(
            f"{message} where case or Unicode's forms are not told apart",
            mend="the pack is refused",
        )


def _folded(path: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", path).casefold())


def _refused(fault: str, tree: Tree, path: str = "", line: int | None = None) -> AgentpackError:
    # `/` would take an absolute path for the whole.
    place = f"{tree.place}/{printable(path)}" if path else tree.place
    return AgentpackError(fault, path=place, line=line, mend="the pack is refused")
