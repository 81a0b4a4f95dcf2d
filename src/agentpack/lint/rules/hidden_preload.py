"""A preloaded skill that the model may not use.

`disable-model-invocation: true` keeps a skill from being preloaded, too: Claude Code starts
the agent without it and says in its debug log that it was not found. Played with 2.1.197,
2.1.260 and 2.1.329.

Bad .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    skills: [endpoints]
    ---
    Build endpoints.
Bad .claude/skills/endpoints/SKILL.md:
    ---
    description: How endpoints are built
    disable-model-invocation: true
    ---
    # Endpoints
Good .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    skills: [endpoints]
    ---
    Build endpoints.
Good .claude/skills/endpoints/SKILL.md:
    ---
    description: How endpoints are built
    ---
    # Endpoints
"""

from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene


@rule(Severity.ERROR, tree=True)
def check(scene: Scene) -> Hits:
    hidden = {
        skill.name.rpartition(":")[2]
        for skill in scene.skills
        if not skill.document.problem
        and "disable-model-invocation" in skill.document.fields
        and skill.document.fields["disable-model-invocation"].value in (True, "true")
    }
    for agent in scene.agents if hidden else ():
        for name in agent.skills:
            if name.rpartition(":")[2] in hidden:
                message = f"the model may not use {name!r}, so it is not preloaded"
                yield agent.at("skills"), message, "delete its disable-model-invocation"
