"""A list of `tools` in a skill.

A skill has no such key: it neither restricts tools nor allows them. With `tools: Bash` Claude Code
2.1.329 refuses the skill's commands where it runs them with `allowed-tools: Bash`. To restrict
what may be used, run the skill in an agent of its own, by `context: fork` and `agent`.

Bad .claude/skills/endpoints/SKILL.md:
    ---
    description: How endpoints are built
    tools: Read, Bash
    ---
    # Endpoints
Good .claude/skills/endpoints/SKILL.md:
    ---
    description: How endpoints are built
    allowed-tools: Read, Bash
    ---
    # Endpoints
"""

from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene
from agentpack.lint.toolnames import known
from agentpack.roster.tools import named


@rule(Severity.WARNING, needs="skill tools")
def check(scene: Scene) -> Hits:
    for skill in scene.skills_with("tools"):
        if skill.document.problem is not None:
            continue
        # Some list there, for people, the clients that a skill was tried with.
        if any(known(tool) for tool in named(skill.document.fields["tools"].value)):
            message = "a skill has no key 'tools': it allows nothing, and restricts nothing"
            yield skill.at("tools"), message, "write 'allowed-tools' for what it may use unasked"
