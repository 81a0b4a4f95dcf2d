r"""An agent or a skill that is another one's file by another name.

Claude Code loads a file once, whatever it is linked by. The other name does not exist to it.

Bad .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    ---
    Build endpoints.
Bad .claude/agents/rest.md (hard link to api.md):

Good .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    ---
    Build endpoints.
"""

from agentpack.lint.rule import Hits, Severity, lost, rule
from agentpack.lint.scene import Scene


@rule(Severity.ERROR, tree=True)
def check(scene: Scene) -> Hits:
    yield from lost(scene, "same-file", "copy it, or delete one")
