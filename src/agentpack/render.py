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

from agentpack.errors import AgentpackError
from agentpack.pack import Component, PackFile
from agentpack.pack.bounds import LARGEST_RENDERED, LARGEST_TEMPLATE
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
        AgentpackError: a template has a fault, does what none may, uses a fact that its pack
            does not declare or that does not exist, or prints one that is unknown.
    """
    return tuple(_render(file, facts) for component in components for file in component.files)


def _render(file: PackFile, facts: Facts) -> Rendered:
    data = file.data
    if file.is_template:
        data = _fill(file, data, facts)
    elif file.facts:
        raise AgentpackError("declares facts, but is no template", path=file.source)
    return Rendered(file.target, data, executable=data.startswith(b"#!"))


def _fill(file: PackFile, data: bytes, facts: Facts) -> bytes:
    # A pack without templates does without Jinja2, which takes as long to import as to install.
    import jinja2  # noqa: PLC0415

    from agentpack import templates  # noqa: PLC0415

    if len(data) > LARGEST_TEMPLATE:
        raise AgentpackError(
            f"a template of more than {LARGEST_TEMPLATE:,} bytes", path=file.source
        )
    try:
        text = data.decode("utf-8")
        environment = templates.environment(newline="\r\n" if "\r\n" in text else "\n")
        tree = environment.parse(text)
        templates.require_tame(tree, VOCABULARY)
        _check_names(file, templates.names(tree))
        template = environment.from_string(tree)
        template.filename = str(file.source)
        return _bounded(file, template.generate({name: facts[name].value for name in file.facts}))
    except UnicodeDecodeError:
        raise AgentpackError("a template that is not UTF-8", path=file.source) from None
    except RecursionError:
        raise AgentpackError("a template too deep to be read", path=file.source) from None
    except templates.TemplateFault as fault:
        raise AgentpackError(fault.message, path=file.source, line=fault.line) from None
    except jinja2.TemplateSyntaxError as error:
        raise AgentpackError(
            f"not a template: {error.message}", path=file.source, line=error.lineno
        ) from None
    except (
        jinja2.TemplateError,
        TypeError,
        AttributeError,
        templates.UnknownFactError,
    ) as error:
        raise AgentpackError(
            str(error), path=file.source, line=_template_line(error, str(file.source))
        ) from None


def _bounded(file: PackFile, pieces: Iterable[str]) -> bytes:
    whole: list[str] = []
    size = 0
    for piece in pieces:
        whole.append(piece)
        size += len(piece)
        if size > LARGEST_RENDERED:
            message = f"comes to more than {LARGEST_RENDERED:,} characters"
            raise AgentpackError(message, path=file.source)
    return "".join(whole).encode()


def _check_names(file: PackFile, loaded: Iterable[tuple[str, int]]) -> None:
    """Every name in the template, in branches not taken too, is a declared fact."""
    used = set()
    for name, line in loaded:
        used.add(name)
        if name not in VOCABULARY:
            message, mend = f"there is no fact {name!r}", "see the vocabulary of facts"
        elif name not in file.facts:
            message, mend = (
                f"the fact {name!r} is not declared",
                "add it to the file's facts in pack.toml",
            )
        else:
            continue
        raise AgentpackError(message, path=file.source, line=line, mend=mend)
    unused = set(file.facts) - used
    if unused:
        raise AgentpackError(
            f"declares {min(unused)!r} in pack.toml and does not use it", path=file.source
        )


def _template_line(error: BaseException, template: str) -> int | None:
    """The line of the template where `error` came up: Jinja2 writes it into the traceback."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == template]
    return lines[-1] if lines else None
