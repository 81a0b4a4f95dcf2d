"""A plugin's manifest that Claude Code refuses.

Nothing of the plugin loads: none of its agents, and none of its skills.

Bad .claude-plugin/plugin.json:
    {"name": "shop" "version": "1.0.0"}
Bad agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    ---
    Build endpoints.

Good .claude-plugin/plugin.json:
    {"name": "shop", "version": "1.0.0"}
Good agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    ---
    Build endpoints.
"""

from agentpack.lint.rule import Hits, Severity, lost, rule
from agentpack.lint.scene import Scene


@rule(Severity.ERROR, tree=True, needs="loss invalid-manifest")
def check(scene: Scene) -> Hits:
    yield from lost(scene, "invalid-manifest", "mend the manifest")
