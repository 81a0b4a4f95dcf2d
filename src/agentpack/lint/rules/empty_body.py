"""An agent or a skill without instructions: its body is empty, only a heading, or a TODO.

Claude Code loads it all the same: the agent starts with nothing but the client's own notes,
and the skill tells the model nothing.

Bad .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    ---
    # API
Good .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    ---
    # API
    Write the test first.
"""

from agentpack.lazy import lazy
from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene
from agentpack.roster import Agent, Skill

_LONGEST_HEADING = 400
_NOTHING = lazy(r"#|[\W_]*(?:TODO|FIXME|TBD)\b")


@rule(Severity.WARNING)
def check(scene: Scene) -> Hits:
    entries: tuple[Agent | Skill, ...] = (*scene.agents, *scene.skills)
    for entry in entries:
        body = entry.document.body
        # Whatever is longer than a heading has instructions, which need not be read for it.
        if len(body) > _LONGEST_HEADING or (
            entry.document.problem and entry.document.body_line == 1
        ):
            continue
        lines = [line for line in map(str.strip, body.split("\n")) if line]
        if all(_NOTHING.match(line) for line in lines):
            what = "only a heading or a TODO for a body" if lines else "no body"
            yield (
                entry.at("name"),
                f"{entry.name!r} has {what}",
                "write what is to be done, and how",
            )
