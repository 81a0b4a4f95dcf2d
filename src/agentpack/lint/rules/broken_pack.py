"""A pack.toml that is not TOML.

`agentpack install` refuses the whole pack.

Bad pack.toml:
    [pack
    name = "studio"
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
from agentpack.lazy import lazy
from agentpack.lint import packfile
from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene

_WHERE = lazy(r" \(at line (\d+), column (\d+)\)| \(at end of document\)")


@rule(Severity.WARNING, needs="text pack.toml")
def check(scene: Scene) -> Hits:
    text = scene.texts.get(packfile.PATH)
    if text is None:
        return
    import tomllib  # noqa: PLC0415 - seldom needed

    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        where = _WHERE.search(str(fault))
        line, column = (int(where[1]), int(where[2])) if where and where[1] else (1, 1)
        message = _WHERE.sub("", str(fault))
        yield Place(packfile.PATH, line, column), f"not TOML: {message[:1].lower()}{message[1:]}"
