"""Puts built files into a folder; nothing that is there already is overwritten unasked."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from agentpack.errors import AgentpackError
from agentpack.render import Rendered

_SHOWN = 3


def differences(out: Path, files: Iterable[Rendered]) -> tuple[tuple[str, str], ...]:
    """What is not in `out` as it is in `files`: each path with `missing` or `other`.

    Raises:
        AgentpackError: a link is in the way.
    """
    return tuple((file.path, state) for file in files if (state := _state(out, file)))


def write(out: Path, files: Iterable[Rendered], *, force: bool = False) -> tuple[str, ...]:
    """Write what is missing, and with `force` what is other; the paths that were written.

    Raises:
        AgentpackError: a file is other and `force` is not given, or cannot be written:
            in the first case nothing is.
    """
    files = tuple(files)
    wanted = dict(differences(out, files))
    other = [path for path, state in wanted.items() if state == "other"]
    if other and not force:
        more = f" and {len(other) - _SHOWN} more" if len(other) > _SHOWN else ""
        message = f"other files are in the way: {', '.join(other[:_SHOWN])}{more}"
        raise AgentpackError(message, path=out, mend="nothing was written; --force overwrites")
    try:
        for file in files:
            if file.path in wanted:
                place = out / file.path
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(file.data)
                place.chmod(0o755 if file.executable else 0o644)
    except OSError as error:
        raise AgentpackError(f"cannot be written: {error.strerror}", path=error.filename) from None
    return tuple(wanted)


def _state(out: Path, file: Rendered) -> str | None:
    place = out / file.path
    for above in (place, *place.parents):
        if above == out:
            break
        if above.is_symlink():
            raise AgentpackError("is a symbolic link", path=above, mend="move it away")
    if not place.exists():
        return "missing"
    return None if place.is_file() and place.read_bytes() == file.data else "other"
