"""Regular expressions that are compiled when they are first needed.

Most rules look for a word before they match a pattern, and find none; most frontmatter is too
simple for most of YAML. To compile all patterns would take longer than to lint a small repository.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, AnyStr

_METHODS = ("search", "match", "fullmatch", "finditer", "findall", "sub", "subn", "split")


class _Lazy:
    def __init__(self, pattern: Any, flags: int) -> None:
        self._source = (pattern, flags)

    def __getattr__(self, name: str) -> Any:
        compiled = re.compile(*self._source)
        for method in _METHODS:
            setattr(self, method, getattr(compiled, method))
        return getattr(compiled, name)


def lazy(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """What `re.compile` gives, compiled at its first use."""
    made: Any = _Lazy(pattern, flags)
    return made  # type: ignore[no-any-return] # it has the methods of a pattern
