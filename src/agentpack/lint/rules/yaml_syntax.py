r"""Frontmatter that is no YAML, even after the client has mended it.

Claude Code drops such an agent, and loads such a skill without any of its keys: without its
description, its tools, its model. It says so only in its debug log.

Bad .claude/agents/api.md:
    ---
    name: api
    description: "Builds endpoints" for FastAPI
    ---
    Build endpoints.
Good .claude/agents/api.md:
    ---
    name: api
    description: Builds "endpoints" for FastAPI
    ---
    Build endpoints.
"""

from agentpack.lint.rule import Hits, Severity, lost, rule
from agentpack.lint.scene import Scene


@rule(Severity.ERROR, needs="loss yaml-syntax")
def check(scene: Scene) -> Hits:
    yield from lost(scene, "yaml-syntax", "quote the value, or write it as a block after |-")
