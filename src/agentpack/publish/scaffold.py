"""The first files of a pack, an agent or a skill: short, lint clean, and loaded by the client."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from agentpack.errors import AgentpackError
from agentpack.render import Rendered

Kind = Literal["pack", "agent", "skill"]
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LONGEST = 64

_PACK = """\
[pack]
name = "{name}"
version = "0.1.0"
description = "The agents and skills of {name}."
author = "The {name} authors"
license = "MIT"

[agents.{name}-agent]
version = "0.1.0"
skills = ["{name}-conventions"]

[skills.{name}-conventions]
version = "0.1.0"
"""
_AGENT = """\
---
name: {name}
description: Makes one change to this repository and proves it. Use for a small, clear task.
{skills}---

# {title}

1. Read the code that the task is about, and the tests beside it.
2. Write a test that fails for want of the change.
3. Make the smallest change that lets it pass.
4. Run all tests, and report what was changed and what was run.

Stop and ask if the task allows two readings that lead to different changes.
"""
_SKILL = """\
---
name: {name}
description: How a change is made here, from branch to review. Use before the first edit of a task.
---

# {title}

- One purpose a commit; its subject says what it does, not how.
- A test comes with every change of behaviour.
- Names are those of the code around them.

## Before the review

Run the tests and the linters, and read the whole diff once as its reviewer will.
"""
_CHANGELOG = """\
# Changelog

## 0.1.0

- First version.
"""


def scaffold(kind: Kind, name: str, root: Path) -> tuple[Rendered, ...]:
    """The files of a new pack, agent or skill, by path from `root`.

    In the folder of a pack, an agent or a skill is entered into its `pack.toml`; elsewhere it
    goes into `.claude`.

    Raises:
        AgentpackError: it is no name, or is taken.
    """
    if not _NAME.fullmatch(name) or len(name) > _LONGEST:
        raise AgentpackError(
            f"{name!r} is no name", mend="use lower-case letters, digits and hyphens"
        )
    if kind == "pack":
        return tuple(
            _file(f"{name}/{path}", text)
            for path, text in (
                ("pack.toml", _PACK.format(name=name)),
                ("CHANGELOG.md", _CHANGELOG),
                (f"agents/{name}-agent.md", _agent(f"{name}-agent", f"{name}-conventions")),
                (f"skills/{name}-conventions/SKILL.md", _skill(f"{name}-conventions")),
            )
        )
    manifest = root / "pack.toml"
    folder = "" if manifest.is_file() else ".claude/"
    path = f"{folder}agents/{name}.md" if kind == "agent" else f"{folder}skills/{name}/SKILL.md"
    if (root / path).exists():
        raise AgentpackError("is there already", path=root / path)
    file = _file(path, _agent(name) if kind == "agent" else _skill(name))
    if folder:
        return (file,)
    entry = f'\n[{kind}s.{name}]\nversion = "0.1.0"\n'
    return (file, _file("pack.toml", manifest.read_text(encoding="utf-8").rstrip() + "\n" + entry))


def _agent(name: str, skill: str | None = None) -> str:
    skills = f"skills: [{skill}]\n" if skill else ""
    return _AGENT.format(name=name, title=_title(name), skills=skills)


def _skill(name: str) -> str:
    return _SKILL.format(name=name, title=_title(name))


def _title(name: str) -> str:
    return name.replace("-", " ").capitalize()


def _file(path: str, text: str) -> Rendered:
    return Rendered(path, text.encode(), executable=False)
