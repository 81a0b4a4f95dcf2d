"""A version in pack.toml that is missing, or not of the form MAJOR.MINOR.PATCH.

`agentpack install` compares versions by the rules of SemVer, to tell an update from a step
back, and refuses a pack that says none.

Bad pack.toml:
    [pack]
    name = "studio"
    version = "1.0"

    [agents.api]
    version = "1.0.0"
Bad agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    ---
    Build endpoints.
Good pack.toml:
    [pack]
    name = "studio"
    version = "1.0.0"

    [agents.api]
    version = "1.1.0-rc.1"
Good agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    ---
    Build endpoints.
"""

import re

from agentpack.lazy import lazy
from agentpack.lint import packfile
from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene

_NUMBER = r"(?:0|[1-9]\d*)"
_SEMVER = lazy(
    rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}"
    rf"(?:-(?:{_NUMBER}|\d*[A-Za-z-][\w-]*)(?:\.(?:{_NUMBER}|\d*[A-Za-z-][\w-]*))*)?"
    r"(?:\+[\dA-Za-z-]+(?:\.[\dA-Za-z-]+)*)?",
    re.ASCII,
)


@rule(Severity.WARNING, needs="text pack.toml")
def check(scene: Scene) -> Hits:
    table = packfile.read(scene)
    if not table:
        return
    parts = [(("pack",), packfile.table(table.get("pack")))]
    parts += [
        ((f"{kind}.{name}",), packfile.table(entry))
        for kind in packfile.PARTS
        for name, entry in packfile.table(table.get(kind)).items()
    ]
    for words, entry in parts:
        version = entry.get("version")
        if version is None:
            yield (
                packfile.at(scene, *words),
                f"[{words[0]}] has no version",
                'write: version = "1.0.0"',
            )
        elif not isinstance(version, str) or not _SEMVER.fullmatch(version):
            place = packfile.at(scene, *words, "version")
            yield place, f"{version!r} is no version", "write MAJOR.MINOR.PATCH, as in 1.0.0"
