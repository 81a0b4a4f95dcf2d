"""What a template may do: choose words by facts, and print facts. Nothing that can run away.

Jinja2's sandbox closes the way into the interpreter, but not loops over huge ranges, texts
multiplied, or calls. So the syntax tree is walked before anything is compiled, and whatever is
not in the short list below stops the render at its line. What is left takes time and gives text
in proportion to the template's length: each expression prints at most a fact, once joined.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

FILTERS = {
    "join": lambda items, between="": between.join(items),
    "lower": str.lower,
    "before": lambda text, sign: text.partition(sign)[0],
    "after": lambda text, sign: text.partition(sign)[2],
}
"""`database | join(", ")`, `auth | lower`, `app | before(":")`, `app | after(":")`."""

MOST_NODES = 20_000
DEEPEST = 20
LONGEST_TEXT = 1000
_ALLOWED = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.Assign),
    *(nodes.Name, nodes.Const, nodes.Tuple, nodes.CondExpr),
    *(nodes.And, nodes.Or, nodes.Not, nodes.Compare, nodes.Operand),
    *(nodes.Concat, nodes.Filter),
)


class TemplateFault(Exception):  # noqa: N818 - as the others here: what was found, not what failed
    """A template does what none may."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.message, self.line = message, line


class UnknownFactError(Exception):
    """An expression came to `None`."""


def environment(newline: Any) -> jinja2.Environment:
    """Jinja2 with our delimiters, and of its own filters, tests and functions none."""
    made = ImmutableSandboxedEnvironment(
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
        optimized=False,
        cache_size=0,
    )
    made.globals.clear()
    made.tests.clear()
    made.filters.clear()
    made.filters.update(FILTERS)
    return made


def require_tame(tree: nodes.Template, facts: Collection[str]) -> None:
    """Raise unless a template only chooses by facts and prints them.

    Args:
        facts: the names that stand for facts; any other is the template's own.

    Raises:
        TemplateFault: it does something else, at this line.
    """
    for number, (node, depth) in enumerate(_walk(tree, 0)):
        if number > MOST_NODES:
            raise TemplateFault(f"more than {MOST_NODES:,} expressions", node.lineno)
        if depth > DEEPEST:
            raise TemplateFault(f"more than {DEEPEST} levels in one another", node.lineno)
        fault = _fault(node, facts)
        if fault:
            raise TemplateFault(fault, node.lineno)


def _fault(node: nodes.Node, facts: Collection[str]) -> str | None:
    if not isinstance(node, _ALLOWED):
        return f"a template may not use {type(node).__name__.lower()}"
    if isinstance(node, nodes.Const) and len(str(node.value)[: LONGEST_TEXT + 1]) > LONGEST_TEXT:
        return f"a text of more than {LONGEST_TEXT} characters in an expression"
    if isinstance(node, nodes.Filter):
        return _filter_fault(node, facts)
    if isinstance(node, nodes.Assign):
        # A text put together from itself, twenty times, is a million times as long.
        if not isinstance(node.target, nodes.Name) or node.target.name in facts:
            return "only a name of the template's own may be set"
        grown = [*node.node.find_all(nodes.Concat), *_own(node.node, facts)]
        if grown or isinstance(node.node, nodes.Concat):
            return "only facts may be set to a name, and no texts put together"
    return None


def _filter_fault(node: nodes.Filter, facts: Collection[str]) -> str | None:
    if node.name not in FILTERS:
        return f"there is no filter {node.name!r}: {', '.join(FILTERS)} are all"
    if node.node is None or node.kwargs or node.dyn_args is not None or node.dyn_kwargs is not None:
        return f"the filter {node.name!r} takes one text"
    if not all(isinstance(one, nodes.Const) and isinstance(one.value, str) for one in node.args):
        return f"the filter {node.name!r} takes one text that is written out"
    if node.name == "join":
        inner = (node.node, *node.node.find_all((nodes.Filter, nodes.Concat)))
        joined = any(isinstance(one, (nodes.Filter, nodes.Concat)) for one in inner)
        if joined or any(_own(node.node, facts)):
            return "only a fact may be joined"
    return None


def _own(node: nodes.Node, facts: Collection[str]) -> Iterator[nodes.Name]:
    """The names in an expression that are no facts."""
    names = [node] if isinstance(node, nodes.Name) else node.find_all(nodes.Name)
    return (name for name in names if name.name not in facts)


def _walk(tree: nodes.Node, depth: int) -> Iterator[tuple[nodes.Node, int]]:
    waiting = [(tree, depth)]
    while waiting:
        node, level = waiting.pop()
        yield node, level
        # `elif` is as deep as its `if`.
        waiting += [
            (child, level if isinstance(child, nodes.If) and child in _elifs(node) else level + 1)
            for child in node.iter_child_nodes()
        ]


def _elifs(node: nodes.Node) -> list[nodes.If]:
    return node.elif_ if isinstance(node, nodes.If) else []


def _printable(value: Any) -> Any:
    if value is None:
        raise UnknownFactError("prints a fact that is unknown here; put it into «% if … %»")
    return value


def names(tree: nodes.Template) -> Iterator[tuple[str, int]]:
    """The names that a template reads and does not set, each with its line."""
    own = {node.name for node in tree.find_all(nodes.Name) if node.ctx != "load"}
    for node in tree.find_all(nodes.Name):
        if node.ctx == "load" and node.name not in own:
            yield node.name, node.lineno
