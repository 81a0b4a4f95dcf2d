"""The file that the development server logs to."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from agentpack.project.claims import Claim
from agentpack.project.code import called, keyword, literal
from agentpack.project.shell import expand
from agentpack.project.start import Start
from agentpack.project.survey import Survey
from agentpack.project.task import Task

REDIRECT = re.compile(r"(?:&>>?|1?>>?|\btee\s+(?:-a\s+|--append\s+)?)\s*[\"']?([^\s\"'|&;><]+)")
LOGS = re.compile(r"[\w./{}$-]*(?:\.log|\.jsonl|log[\w-]*\.txt)$")
HANDLERS = re.compile(
    r"\b(?:\w*FileHandler|basicConfig|logger\.add|dictConfig|"
    r"loguru_logger\.add)\(|[\"']filename[\"']\s*:"
)
HANDLER_WORDS = ("FileHandler", "basicConfig", "logger.add", "dictConfig", "filename")
OPTIONS = ("--log-file", "--error-logfile", "--logfile", "--access-logfile")


def _literal(text: str, variables: dict[str, str]) -> str | None:
    path = expand(text, variables).removeprefix("./")
    return path if LOGS.fullmatch(path) and not re.search(r"[${}]", path) else None


def _redirects(survey: Survey, start: Start) -> Iterator[Claim]:
    """Yield the files that the script or task behind a start redirects its output to."""
    lines: list[tuple[str, str, dict[str, str]]] = []
    for task in survey.tasks:
        if task.source == start.source or start.command_source.startswith(_file(task)):
            lines += [(text, source, dict(task.variables)) for text, source in task.lines]
    lines.append((start.typed, start.source, {}))
    for text, source, variables in lines:
        for match in REDIRECT.finditer(text):
            path = _literal(match[1], variables)
            if path:
                yield Claim("log_file", path, source, 0)
    if start.command:
        path = _literal(start.command.option(*OPTIONS) or "", dict(start.variables or {}))
        if path:
            yield Claim("log_file", path, start.command_source, 0)


def _file(task: Task) -> str:
    return task.source.rsplit(":", 1)[0] + ":" if task.kind == "script" else "\0"


def _handlers(survey: Survey) -> Iterator[Claim]:
    """Yield the literal paths that the code gives to its log handlers."""
    for path, _ in survey.code.matching(HANDLERS, *HANDLER_WORDS):
        if not path.startswith(survey.folder.removeprefix(".")):
            continue
        tree = survey.code.parse(path)
        for node in ast.walk(tree) if tree else ():
            for value in _paths(node):
                text = literal(value)
                if isinstance(text, str) and LOGS.fullmatch(text) and not re.search(r"[${}]", text):
                    minor = 1 if re.search(r"error|access|debug|test|script", text + path) else 0
                    yield Claim(
                        "log_file", text.removeprefix("./"), f"{path}:{value.lineno}", 1 + minor
                    )


def _paths(node: ast.AST) -> Iterator[ast.expr]:
    if isinstance(node, ast.Call):
        name = called(node).rsplit(".", 1)[-1]
        if name.endswith("FileHandler"):
            yield from node.args[:1]
            yield from filter(None, [keyword(node, "filename")])
        elif name == "basicConfig":
            yield from filter(None, [keyword(node, "filename")])
        elif called(node) in {"logger.add", "loguru_logger.add"}:
            yield from node.args[:1]
    elif isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if key is not None and literal(key) == "filename":
                yield value


def claim(survey: Survey, starts: list[Start]) -> Iterator[Claim]:
    """Claim the log file; a project that has several keeps the first without dispute."""
    if not starts:
        return
    found = sorted([*_redirects(survey, starts[0]), *_handlers(survey)], key=lambda one: one.rank)
    yield from found[:1]
