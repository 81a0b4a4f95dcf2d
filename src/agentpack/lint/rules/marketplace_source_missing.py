"""A marketplace that offers a plugin from a folder that is not there.

The marketplace is added without a word, and then installing the plugin fails ("Source path
does not exist", 2.1.197 and 2.1.329). A path that does not begin with `./` fails as well
("must start with './'"), and so does one that leads out of the marketplace.

Bad .claude-plugin/marketplace.json:
    {"name": "fair", "owner": {"name": "a shop"},
     "plugins": [{"name": "till", "source": "./plugins/till"}]}
Bad skills/basket/SKILL.md:
    ---
    description: How baskets are kept. Use when one is changed.
    ---
    # Baskets
Good .claude-plugin/marketplace.json:
    {"name": "fair", "owner": {"name": "a shop"},
     "plugins": [{"name": "basket", "source": "./"}]}
Good skills/basket/SKILL.md:
    ---
    description: How baskets are kept. Use when one is changed.
    ---
    # Baskets
"""

import posixpath

from agentpack.lint import manifests
from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene
from agentpack.lint.whereabouts import Whereabouts


@rule(Severity.ERROR, tree=True, needs="text .claude-plugin/marketplace.json")
def check(scene: Scene) -> Hits:
    tree = Whereabouts(scene)
    market = manifests.value(scene, manifests.MARKETPLACE) or {}
    metadata = market.get("metadata")
    root = metadata.get("pluginRoot") if isinstance(metadata, dict) else None
    for offer in manifests.offers(scene):
        name, source = offer.name, offer.source
        if source is None:
            continue
        place = manifests.at(scene, manifests.MARKETPLACE, source, "plugins")
        if not source.startswith("./") and source != ".":
            # 2.1.329 looks for a bare word in `pluginRoot`.
            if not isinstance(root, str) and "://" not in source:
                message = f"the source of {name!r} does not begin with './'"
                yield place, message, f"write './{source.lstrip('./')}'"
        elif posixpath.normpath(source).startswith(".."):
            yield place, f"the source of {name!r} leads out of the marketplace", "move it inside"
        elif tree.at("", source) is None:
            yield place, f"there is no folder {source!r}, so {name!r} cannot be installed"
