"""What code allows: `# agentpack: allow RULE: reason`.

Behind code it covers its own line; alone in a line, that and the next one that is not blank.
"""

from __future__ import annotations

import io
import tokenize
from collections.abc import Iterator

from agentpack.audit.module import Module
from agentpack.finding import Place
from agentpack.lazy import lazy
from agentpack.lint.allow import Allowance

_MARK = lazy(
    r"#[ \t]*agentpack:[ \t]*allow[ \t]+(?P<rule>[a-z0-9-]+)"
    r"(?:[ \t]*:[ \t]*(?P<reason>.*?))?[ \t]*$"
)


def allowances(module: Module) -> Iterator[Allowance]:
    """Every mark in a module's comments; text that only looks like one is none."""
    if "agentpack:" not in module.source:
        return
    lines = module.source.split("\n")
    # What has a syntax tree has tokens.
    for token in tokenize.generate_tokens(io.StringIO(module.source).readline):
        match = _MARK.match(token.string) if token.type == tokenize.COMMENT else None
        if match is None:
            continue
        line, column = token.start
        below = line
        if not lines[line - 1][:column].strip():
            while below < len(lines) and not lines[below].strip():
                below += 1
            below += 1
        reason = (match["reason"] or "").strip()
        place = Place(module.path, line, column + 1)
        yield Allowance(match["rule"], reason, place, range(line, below + 1))
