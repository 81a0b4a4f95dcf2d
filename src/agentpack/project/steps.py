"""The commands of the continuous integration, and the pre-commit hooks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from agentpack.project.documents import line, mapping, read_yaml, scalar, sequence
from agentpack.project.survey import Survey
from agentpack.project.tree import under, within

NOT_CHECKS = re.compile(
    r"deploy|release|publish|docs?[-_.]|e2e|playwright|front|stale|label|codeql|"
    r"docker|build-|smokeshow",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Step:
    """A line that the continuous integration runs."""

    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Hook:
    """A pre-commit hook: its id, and its command where the repository itself defines it."""

    name: str
    text: str
    local: bool
    source: str


def _lines(path: str, node: yaml.Node) -> Iterator[Step]:
    block = isinstance(node, yaml.ScalarNode) and node.style in {"|", ">"}
    begun, start = "", 0
    for offset, text in enumerate(scalar(node).split("\n")):
        number = line(node) + offset + (1 if block else 0)
        start = start or number
        if text.rstrip().endswith("\\"):
            begun += text.strip()[:-1] + " "
            continue
        if (begun + text).strip():
            yield Step((begun + text).strip(), f"{path}:{start}")
        begun, start = "", 0


def _folder(node: yaml.Node | None) -> str:
    run = mapping(mapping(node).get("run"))
    return scalar(run.get("working-directory"))


def read_steps(survey: Survey) -> Iterator[Step]:
    """Yield the shell lines of the workflows that concern the backend, its own first."""
    near: list[Step] = []
    far: list[Step] = []
    for path in survey.tree.listed(".github/workflows", "*.yml", "*.yaml"):
        if NOT_CHECKS.search(path.rsplit("/", 1)[-1]):
            continue
        top = mapping(read_yaml(survey.tree, path))
        default = _folder(top.get("defaults"))
        for job in mapping(top.get("jobs")).values():
            body = mapping(job)
            inside = _folder(body.get("defaults")) or default
            for item in sequence(body.get("steps")):
                step = mapping(item)
                run = step.get("run")
                if run is None:
                    continue
                folder = within(".", scalar(step.get("working-directory")) or inside or ".")
                own = folder in survey.folders or under(folder, survey.folder)
                if folder != "." and not own:
                    continue
                (near if folder == survey.folder else far).extend(_lines(path, run))
    yield from near
    yield from far
    for path in survey.tree.listed(".", ".gitlab-ci.yml"):
        for job in mapping(read_yaml(survey.tree, path)).values():
            script = mapping(job).get("script")
            for item in sequence(script) or ([script] if script else []):
                yield from _lines(path, item)


def read_hooks(survey: Survey) -> Iterator[Hook]:
    """Yield the pre-commit hooks of the backend, and then those of the root."""
    for folder in survey.folders:
        for path in survey.tree.listed(folder, ".pre-commit-config.yaml", ".pre-commit-config.yml"):
            for repo in sequence(mapping(read_yaml(survey.tree, path)).get("repos")):
                body = mapping(repo)
                local = scalar(body.get("repo")) == "local"
                for item in sequence(body.get("hooks")):
                    hook = mapping(item)
                    source = f"{path}:{line(hook['entry'] if local and 'entry' in hook else item)}"
                    yield Hook(scalar(hook.get("id")), scalar(hook.get("entry")), local, source)
