"""An agent or a skill that is a link to nowhere.

Claude Code passes over it without a word.

Bad .claude/agents/api.md (link to ../gone.md):

Good .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    ---
    Build endpoints.
"""

from agentpack.lint.rule import Hits, Severity, lost, rule
from agentpack.lint.scene import Scene


@rule(Severity.ERROR, needs="loss dangling-link")
def check(scene: Scene) -> Hits:
    yield from lost(scene, "dangling-link", "mend the link, or delete it")
