"""A skill that names an `agent` and does not say `context: fork`.

Claude Code ignores the agent, and runs the skill in the conversation, with its tools and its
model. Seen in 2.1.197, 2.1.260 and 2.1.329.

Bad .claude/skills/endpoints/SKILL.md:
    ---
    description: How endpoints are built
    agent: Explore
    ---
    # Endpoints
Good .claude/skills/endpoints/SKILL.md:
    ---
    description: How endpoints are built
    context: fork
    agent: Explore
    ---
    # Endpoints
"""

from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene


@rule(Severity.ERROR, needs="key agent")
def check(scene: Scene) -> Hits:
    for skill in scene.skills_with("agent"):
        fields = skill.document.fields
        if skill.document.problem is None and "context" not in fields:
            message = "'agent' is ignored: the skill runs in the conversation"
            yield skill.at("agent"), message, "add 'context: fork', or delete the key"
