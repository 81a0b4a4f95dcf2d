r"""Two agents of one name, or two skills of a plugin.

Claude Code loads only one of them, and does not say so: of agents the one that it reads last. A
plugin's skill is called as its folder, with hyphens for signs: `a.b` and `a-b` have one name.

Bad .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    ---
    Build endpoints.
Bad .claude/agents/rest/api.md:
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
    Build endpoints.
"""

from agentpack.lint.rule import Hits, Severity, lost, rule
from agentpack.lint.scene import Scene


@rule(Severity.ERROR, tree=True, needs="loss shadowed-name")
def check(scene: Scene) -> Hits:
    for hit in lost(scene, "shadowed-name", "rename one of them"):
        # Of a catalogue one takes this or that.
        if scene.is_read(hit[0].path):
            yield hit
