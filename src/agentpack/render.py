"""A pack and a project's facts to the files that Claude Code will read.

Templates are Jinja2 with `«` and `»`, which occur in no Markdown and no code:
`«port»`, `«% if port %»`, `«# a remark #»`. Only the facts that a file declares
in `pack.toml` are there, an unknown one (`None`) cannot be printed by mistake,
and files that are no templates are copied byte for byte.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from agentpack.errors import AgentpackError
from agentpack.pack import Component, PackFile
from agentpack.project import VOCABULARY, Facts


@dataclass(frozen=True, slots=True)
class Rendered:
    """A file as it is to stand below `.claude`."""

    path: str
    data: bytes
    executable: bool


def render(components: Iterable[Component], facts: Facts) -> tuple[Rendered, ...]:
    """Render every file of `components`.

    Raises:
        AgentpackError: a template has a fault, uses a fact that its pack does not
            declare or that does not exist, or prints one that is unknown.
    """
    return tuple(_render(file, facts) for component in components for file in component.files)


def _render(file: PackFile, facts: Facts) -> Rendered:
    data = file.source.read_bytes()
    if file.is_template:
        data = _fill(file, data, facts)
    elif file.facts:
        raise AgentpackError("declares facts, but is no template", path=file.source)
    return Rendered(file.target, data, executable=data.startswith(b"#!"))


def _fill(file: PackFile, data: bytes, facts: Facts) -> bytes:
    text = data.decode("utf-8")
    environment = _environment(newline="\r\n" if "\r\n" in text else "\n")
    try:
        _check_names(file, environment.parse(text))
        template = environment.from_string(text)
        template.filename = str(file.source)
        return template.render({name: facts[name].value for name in file.facts}).encode()
    except jinja2.TemplateSyntaxError as error:
        raise AgentpackError(
            f"not a template: {error.message}", path=file.source, line=error.lineno
        ) from None
    except (jinja2.TemplateError, TypeError, _UnknownFactError) as error:
        raise AgentpackError(
            str(error), path=file.source, line=_template_line(error, str(file.source))
        ) from None


def _check_names(file: PackFile, tree: nodes.Template) -> None:
    """Every name in the template, in branches not taken too, is a declared fact."""
    local = {node.name for node in tree.find_all(nodes.Name) if node.ctx in {"store", "param"}}
    loaded = [
        node for node in tree.find_all(nodes.Name) if node.ctx == "load" and node.name not in local
    ]
    for node in loaded:
        if node.name not in VOCABULARY:
            message, mend = f"there is no fact {node.name!r}", "see the vocabulary of facts"
        elif node.name not in file.facts:
            message, mend = (
                f"the fact {node.name!r} is not declared",
                "add it to the file's facts in pack.toml",
            )
        else:
            continue
        raise AgentpackError(message, path=file.source, line=node.lineno, mend=mend)
    unused = set(file.facts) - {node.name for node in loaded}
    if unused:
        raise AgentpackError(
            f"declares {min(unused)!r} in pack.toml and does not use it", path=file.source
        )


class _UnknownFactError(Exception):
    """An expression came to `None`."""


def _printable(value: Any) -> Any:
    if value is None:
        raise _UnknownFactError("prints a fact that is unknown here; put it into «% if … %»")
    return value


def _environment(newline: Any) -> jinja2.Environment:
    return ImmutableSandboxedEnvironment(
        block_start_string="«%",
        block_end_string="%»",
        variable_start_string="«",
        variable_end_string="»",
        comment_start_string="«#",
        comment_end_string="#»",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        newline_sequence=newline,
        undefined=jinja2.StrictUndefined,
        finalize=_printable,
        autoescape=False,
    )


def _template_line(error: BaseException, template: str) -> int | None:
    """The line of the template where `error` came up: Jinja2 writes it into the traceback."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == template]
    return lines[-1] if lines else None
