"""A path in `plugin.json` to a folder where a file is wanted, or the other way round.

`agents` names files that end in `.md`: a folder there makes the manifest invalid, and
nothing of the plugin loads. `skills` names folders: a file is passed over. Seen with
2.1.197 and 2.1.329.

Bad .claude-plugin/plugin.json:
    {"name": "shop", "agents": "./helpers/"}
Bad helpers/basket.md:
    ---
    name: basket
    description: Keeps baskets. Use when one is changed.
    ---
    Keep the basket.
Good .claude-plugin/plugin.json:
    {"name": "shop", "agents": ["./helpers/basket.md"]}
Good helpers/basket.md:
    ---
    name: basket
    description: Keeps baskets. Use when one is changed.
    ---
    Keep the basket.
"""

from agentpack.lint import manifests
from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene


@rule(Severity.ERROR, tree=True, needs="text .claude-plugin/plugin.json")
def check(scene: Scene) -> Hits:
    manifest = manifests.value(scene, manifests.PLUGIN) or {}
    for path in manifests.paths(manifest, "agents"):
        if path.startswith("./") and not path.endswith(".md"):
            place = manifests.at(scene, manifests.PLUGIN, path, "agents")
            message = f"{path!r} is no .md file, so nothing of this plugin loads"
            yield place, message, "name each agent's file"
    for path in manifests.paths(manifest, "skills"):
        if path.startswith("./") and path.removeprefix("./") in scene.files:
            place = manifests.at(scene, manifests.PLUGIN, path, "skills")
            yield place, f"{path!r} is a file, and is not read", "name the skill's folder"
