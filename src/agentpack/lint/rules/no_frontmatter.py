"""Keys that are no frontmatter, for want of a `---` as the file's first line.

Claude Code reads frontmatter only where the file begins with `---` and nothing else on that
line. A blank line, a comment or a blank before it is enough: the agent is dropped, and a skill
loads without its keys. A README without keys is nobody's loss, and is not reported.

Bad .claude/agents/api.md:
    # API
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    ---
    Build endpoints.
Good .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    ---
    # API
    Build endpoints.
Good .claude/agents/README.md:
    # Our agents
    They are kept small.
"""

import re

from agentpack.finding import Place
from agentpack.lazy import lazy
from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene

_KEYS = lazy(
    r"\s*(?:name|description)[ \t]*:|[^`]*?^---[ \t]*\r?\n(?:name|description)[ \t]*:",
    re.MULTILINE,
)
_FAR = 2048


@rule(Severity.ERROR, needs="loss no-frontmatter")
def check(scene: Scene) -> Hits:
    for loss in scene.lost("no-frontmatter"):
        text = loss.document.source[:_FAR] if loss.document else ""
        if text.lstrip().startswith("---") or _KEYS.match(text):
            yield Place(loss.path, loss.line, loss.column), loss.reason, "begin the file with ---"
