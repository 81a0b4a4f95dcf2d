r"""An agent that starts without any tool.

An empty list of `tools`, one that is no text, or one that `disallowedTools` takes back whole,
leaves none. The model that chooses agents may still read `All tools` (seen in 2.1.197, 2.1.260
and 2.1.329 for `tools: []`, `tools: 5` and `tools: {Read: true}`).

Bad .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    tools: []
    ---
    Build endpoints.
Good .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    ---
    Build endpoints.
"""

from agentpack.lint.rule import Hits, Severity, lost, rule
from agentpack.lint.scene import Scene


@rule(Severity.ERROR, needs="loss no-tool-left")
def check(scene: Scene) -> Hits:
    yield from lost(scene, "no-tool-left", "name its tools, or delete the key to give it all")
