"""A skill that is to run in an agent that does not exist.

Claude Code runs it in `general-purpose`, which has every tool. Seen in 2.1.197
and 2.1.329; names are case-sensitive, and only the debug log of 2.1.329 tells.

Bad .claude/skills/endpoints/SKILL.md:
    ---
    description: How endpoints are built
    context: fork
    agent: explore
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

from agentpack.lint.rule import Hits, Severity, did_you_mean, rule
from agentpack.lint.scene import Scene
from agentpack.lint.vocabulary import BUILT_IN_AGENTS


@rule(Severity.ERROR, tree=True, needs="key agent")
def check(scene: Scene) -> Hits:
    names = BUILT_IN_AGENTS | {agent.name for agent in scene.agents}
    short = {name.rpartition(":")[2] for name in names}
    for skill in scene.skills_with("agent"):
        agent = skill.document.text("agent")
        if not agent or skill.document.problem or skill.document.text("context") != "fork":
            continue
        # `plugin:agent` may be another plugin's; whether it is installed cannot be seen here.
        if agent not in short and ":" not in agent:
            message = f"no agent {agent!r} here: it runs in general-purpose"
            yield skill.at("agent"), message, did_you_mean(agent, short)
