"""A plugin whose version in the marketplace is not the one in its `plugin.json`.

Claude Code goes by `plugin.json` (seen with 2.1.197 and 2.1.329): a version raised only in
the marketplace reaches nobody.

Bad .claude-plugin/marketplace.json:
    {"name": "fair", "owner": {"name": "a shop"},
     "plugins": [{"name": "till", "source": "./", "version": "2.0.0"}]}
Bad .claude-plugin/plugin.json:
    {"name": "till", "version": "1.0.0"}
Good .claude-plugin/marketplace.json:
    {"name": "fair", "owner": {"name": "a shop"},
     "plugins": [{"name": "till", "source": "./", "version": "2.0.0"}]}
Good .claude-plugin/plugin.json:
    {"name": "till", "version": "2.0.0"}
"""

import posixpath

from agentpack.lint import manifests
from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene


@rule(Severity.WARNING, tree=True, needs="text .claude-plugin/marketplace.json")
def check(scene: Scene) -> Hits:
    for offer in manifests.offers(scene):
        if offer.source is None or offer.version is None:
            continue
        path = posixpath.normpath(posixpath.join(offer.source, manifests.PLUGIN))
        own = (manifests.value(scene, path) or {}).get("version")
        if isinstance(own, str) and own != offer.version:
            place = manifests.at(scene, manifests.MARKETPLACE, offer.version, offer.name)
            message = f"{offer.version!r} here, and {own!r} in its plugin.json, which counts"
            yield place, message, "write the version in plugin.json only"
