"""An agent or skill that stands beside pack.toml and is not in it, so that nobody gets it.

`agentpack install` writes only what pack.toml lists.

Bad pack.toml:
    [pack]
    name = "studio"
    version = "1.0.0"
Bad agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    ---
    Build endpoints.
Good pack.toml:
    [pack]
    name = "studio"
    version = "1.0.0"

    [agents.api]
    version = "1.0.0"
Good agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    ---
    Build endpoints.
"""

from agentpack.finding import Place
from agentpack.lint import packfile
from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene


@rule(Severity.WARNING, needs="text pack.toml")
def check(scene: Scene) -> Hits:
    table = packfile.read(scene)
    if "pack" not in table:
        return
    for path in sorted(scene.files):
        kind, _, rest = path.partition("/")
        bare = rest.removesuffix(".j2")
        name = bare.removesuffix(".md" if kind == "agents" else "/SKILL.md")
        if kind not in packfile.PARTS or name == bare or "/" in name:
            continue
        if name not in packfile.table(table.get(kind)):
            message = f"pack.toml does not list the {kind[:-1]} {name!r}"
            yield Place(path), message, f"add [{kind}.{name}] with its version"
