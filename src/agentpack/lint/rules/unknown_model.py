"""A `model` that is no name of a Claude model.

Claude Code sends it as it is, `bogus` or `Claude Sonnet 4.5` as well as `claude-sonnet-4-5`,
and the service refuses what it does not know: the agent fails when it is started. Seen in
2.1.197, 2.1.260 and 2.1.329. Only the short names (`sonnet`, `opus[1m]`, `inherit`, …) are
looked up, in any case. A gateway may have models of its own: names with `/`, `:` or `claude` in
them are not reported.

Bad .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    model: Sonnet 4.5
    ---
    Build endpoints.
Good .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    model: sonnet
    ---
    Build endpoints.
"""

from agentpack.lazy import lazy
from agentpack.lint.rule import Hits, Severity, did_you_mean, rule
from agentpack.lint.scene import Scene
from agentpack.lint.values import with_key
from agentpack.lint.vocabulary import MODELS

_FULL = lazy(r"\S*(?:claude|/|:)\S*")


@rule(Severity.WARNING, needs="key model")
def check(scene: Scene) -> Hits:
    for entry in with_key(scene, "model"):
        model = entry.document.text("model")
        if not model or not model.strip():
            continue
        name = model.strip().lower()
        if name.removesuffix("[1m]") in MODELS or _FULL.fullmatch(name):
            continue
        near = did_you_mean(name, MODELS) or next(
            (one for one in sorted(MODELS) if one in name), ""
        )
        tip = near if near.startswith("did") else f"write {near}" if near else "write its full name"
        yield entry.at("model"), f"model {model!r} is sent as it is, and no name of Claude's", tip
