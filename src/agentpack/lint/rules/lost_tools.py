"""A list of tools that the client never reads, so that the agent has all of them.

The first `---` after the opening one ends the frontmatter, even inside a line or a block of
text, and what a block of text has swallowed is text. Where the list of `tools` stands behind
such a place, Claude Code 2.1.197 to 2.1.329 start the agent with every tool there is.

Bad .claude/agents/reviewer.md:
    ---
    name: reviewer
    description: Reviews changes --- and changes nothing. Use when one is ready.
    tools: Read, Grep
    ---
    Review the change.
Good .claude/agents/reviewer.md:
    ---
    name: reviewer
    description: Reviews changes, and changes nothing. Use when one is ready.
    tools: Read, Grep
    ---
    Review the change.
"""

import re

from agentpack.finding import Place
from agentpack.lazy import lazy
from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene
from agentpack.lint.toolnames import LISTED

_FENCE_LINE = lazy(r"^---[ \t]*\r?$", re.MULTILINE)
_TIP = "move the list above what ends the frontmatter, or out of the block of text"


@rule(Severity.ERROR)
def check(scene: Scene) -> Hits:
    for agent in scene.agents:
        document = agent.document
        if agent.tools is not None or "tools" in document.fields or "tools:" not in document.source:
            continue
        end = _FENCE_LINE.search(document.body)
        behind = LISTED.search(document.body, 0, end.start()) if end else None
        swallowed = any(
            isinstance(field.value, str) and "tools:" in field.value and LISTED.search(field.value)
            for field in document.fields.values()
        )
        first = LISTED.search(document.source) if behind or swallowed else None
        if first:
            line = document.source.count("\n", 0, first.start("key")) + 1
            column = first.start("key") - document.source.rfind("\n", 0, first.start("key"))
            ends = "stand in a text" if swallowed else f"stand below line {document.body_line - 1}"
            message = f"these tools are no key to the client: they {ends}, and it gives all tools"
            yield Place(agent.path, line, column), message, _TIP
