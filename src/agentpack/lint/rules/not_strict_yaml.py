"""Frontmatter that is no YAML, and that only Claude Code's second try can read.

The client quotes the values it stumbles over and reads the block again. Other tools that read
agents and skills do not, and neither does the client when a line ends with CR LF.

Bad .claude/agents/api.md:
    ---
    name: api
    description: Use when: an endpoint is to be added
    ---
    Build endpoints.
Good .claude/agents/api.md:
    ---
    name: api
    description: 'Use when: an endpoint is to be added'
    ---
    Build endpoints.
"""

from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene


@rule(Severity.WARNING, needs="odd yaml")
def check(scene: Scene) -> Hits:
    for page in scene.of("agent", "skill"):
        if page.document.mended:
            place = page.at("description")
            yield (
                place,
                "the frontmatter is no YAML; Claude Code reads it on a second try",
                "quote it",
            )
