"""A skill's allowed-tools that is not text, as the portable specification has it.

It asks for the names in one line, with spaces between them. Claude Code takes a list and commas
too; other programs may not. Off unless asked for: part of the separate verdict.

Bad .claude/skills/api/SKILL.md:
    ---
    name: api
    description: Designs and tests endpoints. Use when a route is to be added.
    allowed-tools: [Read, Grep]
    ---
    # Endpoints
    Write the test first.
Good .claude/skills/api/SKILL.md:
    ---
    name: api
    description: Designs and tests endpoints. Use when a route is to be added.
    allowed-tools: Read Grep Bash(git log:*)
    ---
    # Endpoints
    Write the test first.
"""

from agentpack.lazy import lazy
from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene

# A comma within brackets belongs to a tool's own pattern.
_COMMA = lazy(r",(?![^()]*\))")


@rule(Severity.WARNING, default=False)
def check(scene: Scene) -> Hits:
    for skill in scene.skills:
        found = skill.document.fields.get("allowed-tools")
        if found is None or skill.document.problem:
            continue
        if not isinstance(found.value, str):
            yield skill.at("allowed-tools"), "allowed-tools is not text", TIP
        elif _COMMA.search(found.value):
            yield skill.at("allowed-tools"), "allowed-tools has commas between the tools", TIP


TIP = "write the tools in one line, with spaces between them"
