"""A marketplace that offers two plugins of one name.

Claude Code installs the first; the other cannot be had (2.1.197 and 2.1.329).

Bad .claude-plugin/marketplace.json:
    {"name": "fair", "owner": {"name": "a shop"},
     "plugins": [{"name": "till", "source": "./"},
                 {"name": "till", "source": "./skills/"}]}
Bad skills/basket/SKILL.md:
    ---
    description: How baskets are kept. Use when one is changed.
    ---
    # Baskets
Good .claude-plugin/marketplace.json:
    {"name": "fair", "owner": {"name": "a shop"},
     "plugins": [{"name": "till", "source": "./"}]}
Good skills/basket/SKILL.md:
    ---
    description: How baskets are kept. Use when one is changed.
    ---
    # Baskets
"""

from agentpack.lint import manifests
from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene


@rule(Severity.ERROR, tree=True, needs="text .claude-plugin/marketplace.json")
def check(scene: Scene) -> Hits:
    seen: set[str] = set()
    for offer in manifests.offers(scene):
        name = offer.name
        if name in seen:
            place = manifests.at(scene, manifests.MARKETPLACE, name, "plugins")
            yield place, f"{name!r} is offered twice, and only the first can be had", "rename one"
        seen.add(name)
