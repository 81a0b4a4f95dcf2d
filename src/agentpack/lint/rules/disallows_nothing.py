"""A `disallowedTools` that takes nothing from the agent.

`*` refuses no tool at all, and names are case-sensitive: with `disallowedTools: "*"` or
`disallowedTools: bash` Claude Code 2.1.197, 2.1.260 and 2.1.329 start the agent with Bash.

Bad .claude/agents/reviewer.md:
    ---
    name: reviewer
    description: Reviews changes. Use when one is ready.
    disallowedTools: write, edit
    ---
    Review the change.
Good .claude/agents/reviewer.md:
    ---
    name: reviewer
    description: Reviews changes. Use when one is ready.
    disallowedTools: Write, Edit
    ---
    Review the change.
"""

from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene
from agentpack.lint.toolnames import known, meant
from agentpack.roster.tools import EVERYTHING, named


@rule(Severity.ERROR, needs="key disallowedTools")
def check(scene: Scene) -> Hits:
    for agent in scene.agents_with("disallowedTools"):
        names = named(agent.document.fields["disallowedTools"].value)
        place = agent.at("disallowedTools")
        if EVERYTHING in names:
            yield place, "'*' refuses no tool at all", "name the tools, or list 'tools' instead"
            continue
        for name in names:
            right = None if known(name) else meant(name)
            if right:
                yield place, f"{name!r} is no tool, so it is not refused", f"write {right!r}"
