"""A skill that an agent preloads, but that does not exist.

Claude Code starts the agent without it and says so only in its debug log. A skill may be
called by its folder's name, by the `name` in its frontmatter, and in a plugin with or
without `plugin:` (2.1.197, 2.1.260, 2.1.329).

Bad .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    skills: [fastapi-backnd]
    ---
    Build endpoints.
Bad .claude/skills/fastapi-backend/SKILL.md:
    ---
    description: How endpoints are built
    ---
    # Endpoints
Good .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    skills: [fastapi-backend]
    ---
    Build endpoints.
Good .claude/skills/fastapi-backend/SKILL.md:
    ---
    description: How endpoints are built
    ---
    # Endpoints
"""

from agentpack.lint.mentions import preloadable
from agentpack.lint.rule import Hits, Severity, did_you_mean, rule
from agentpack.lint.scene import Scene


@rule(Severity.ERROR, tree=True, needs="key skills")
def check(scene: Scene) -> Hits:
    names = preloadable(scene)
    for agent in scene.agents_with("skills"):
        for name in agent.skills:
            # `plugin:skill` is another plugin's; whether it is installed cannot be seen here.
            if name not in names and ":" not in name:
                yield agent.at("skills"), f"no skill {name!r} here", did_you_mean(name, names)
