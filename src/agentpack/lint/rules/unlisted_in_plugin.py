"""An agent or command in its usual folder, which `plugin.json` leaves out.

Where the manifest has `agents`, Claude Code loads those files only and does not look into
the folder `agents`; so it does with `commands`. Skills are different: the folder `skills`
is always read. Seen with 2.1.197 and 2.1.329.

Bad .claude-plugin/plugin.json:
    {"name": "shop", "agents": ["./agents/basket.md"]}
Bad agents/basket.md:
    ---
    name: basket
    description: Keeps baskets. Use when one is changed.
    ---
    Keep the basket.
Bad agents/till.md:
    ---
    name: till
    description: Counts the money. Use when the day ends.
    ---
    Count the money.
Good .claude-plugin/plugin.json:
    {"name": "shop"}
Good agents/basket.md:
    ---
    name: basket
    description: Keeps baskets. Use when one is changed.
    ---
    Keep the basket.
Good agents/till.md:
    ---
    name: till
    description: Counts the money. Use when the day ends.
    ---
    Count the money.
"""

import posixpath

from agentpack.lint import manifests
from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene


@rule(Severity.ERROR, tree=True, needs="text .claude-plugin/plugin.json")
def check(scene: Scene) -> Hits:
    manifest = manifests.value(scene, manifests.PLUGIN) or {}
    for key in ("agents", "commands"):
        named = [posixpath.normpath(path) for path in manifests.paths(manifest, key)]
        if not named or isinstance(manifest.get(key), dict):
            continue
        folders = tuple(f"{path}/" for path in named)
        left = [
            path
            for path in scene.files
            if path.startswith(f"{key}/")
            and path.endswith(".md")
            and path not in named
            and not path.startswith(folders)
        ]
        if left:
            first = min(left)
            more = f" and {len(left) - 1} more" if len(left) > 1 else ""
            place = manifests.at(scene, manifests.PLUGIN, key)
            message = f"{key!r} stands in place of the folder: {first!r}{more} does not load"
            yield place, message, f"name it too, or delete {key!r}"
