"""How long an endpoint may take, and where that is written.

```toml
[time]                       # in agentpack.toml
budget = 2.0                 # seconds; the default
baseline = "timings.json"    # where the baseline is kept [.agentpack-timings.json]

[time.budgets]
"GET /api/*" = 0.5           # by method and path; * is any text
"/reports/{id}" = 5          # of any method
"log in" = 1                 # a step of a scenario
```
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import urlsplit

from agentpack.errors import AgentpackError
from agentpack.project.documents import Table
from agentpack.timing.request import Request

DEFAULT_S = 2.0
BASELINE = ".agentpack-timings.json"
_KEYS = ("budget", "baseline", "budgets")


@dataclass(frozen=True, slots=True)
class Settings:
    """The table `[time]`."""

    budget_s: float = DEFAULT_S
    baseline: str = BASELINE
    """A path from the folder of `agentpack.toml`."""
    budgets: Mapping[str, float] = field(default_factory=dict)
    """Seconds by pattern."""

    def budget_of(self, request: Request) -> float:
        """What a request may take: by its name, else the longest pattern that fits."""
        if request.operation in self.budgets:
            return self.budgets[request.operation]
        fitting = [pattern for pattern in self.budgets if fits(pattern, request)]
        return self.budgets[max(fitting, key=len)] if fitting else self.budget_s


def fits(pattern: str, request: Request) -> bool:
    """Whether a pattern means a request: by its operation, or by its method and path."""
    method, _, path = pattern.rpartition(" ")
    paths = {urlsplit(request.url).path or "/", request.operation.rpartition(" ")[2]}
    if path.startswith(("/", "*")) and method in {"", "*", request.method}:
        return any(_like(one, path) for one in paths)
    return bool(request.operation) and _like(request.operation, pattern)


def _like(text: str, pattern: str) -> bool:
    # Only * has a meaning: brackets stand in paths as they are.
    return fnmatchcase(text, pattern.replace("[", "[[]").replace("?", "[?]"))


def read(text: str, path: str) -> Settings:
    """Read the table `[time]` of `agentpack.toml`.

    Args:
        text: the file's text.
        path: the file's name, for errors.

    Raises:
        AgentpackError: no TOML, an unknown key, or a value that is none.

    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise AgentpackError(f"not valid TOML: {str(error).lower()}", path=path) from error
    table = Table(path, text, data, toml=True)
    stated = data.get("time", {})
    if not isinstance(stated, dict):
        raise _wrong(table, "time", mend="write [time]", must="a table")
    for key in stated:
        if key not in _KEYS:
            near = get_close_matches(key, _KEYS, n=1)
            mend = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(_KEYS)}"
            raise AgentpackError(
                f"no setting {key!r} in [time]",
                path=path,
                line=table.line("time", key),
                mend=mend,
            )
    budgets = stated.get("budgets", {})
    if not isinstance(budgets, dict):
        raise _wrong(table, "time", "budgets", mend="write [time.budgets]", must="a table")
    baseline = stated.get("baseline", BASELINE)
    if not isinstance(baseline, str) or not baseline:
        raise _wrong(table, "time", "baseline", mend="such as timings.json", must="a path")
    return Settings(
        budget_s=_seconds(table, stated.get("budget", DEFAULT_S), "time", "budget"),
        baseline=baseline,
        budgets={
            pattern: _seconds(table, value, "time", "budgets", pattern)
            for pattern, value in budgets.items()
        },
    )


def _seconds(table: Table, value: Any, *keys: str) -> float:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not number or not math.isfinite(value) or value <= 0:
        raise _wrong(table, *keys, mend="such as 0.5", must="a number of seconds above 0")
    return float(value)


def _wrong(table: Table, *keys: str, must: str, mend: str) -> AgentpackError:
    return AgentpackError(
        f"{keys[-1]!r} must be {must}", path=table.path, line=table.line(*keys), mend=mend
    )
