"""A preloaded skill that is hidden from the model.

With `disable-model-invocation: true`, or with `paths` of which no file was touched yet,
Claude Code starts the agent without it and says in its debug log that the skill was not
found. Played with 2.1.197, 2.1.260 and 2.1.329.

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


@rule(Severity.ERROR, tree=True, needs="key skills")
def check(scene: Scene) -> Hits:
    hidden = {skill.name.rpartition(":")[2]: skill for skill in scene.skills if not skill.listed}
    for agent in scene.agents_with("skills") if hidden else ():
        for name in agent.skills:
            skill = hidden.get(name.rpartition(":")[2])
            if skill:
                waits = "paths" in skill.document.fields
                why = "waits for a file of its 'paths'" if waits else "is kept from the model"
                message = f"{name!r} {why}, so it is not preloaded"
                yield agent.at("skills"), message, "let the model see it, or name another"
