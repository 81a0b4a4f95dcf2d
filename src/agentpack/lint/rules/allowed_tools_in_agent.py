"""An agent with `allowed-tools`, which only skills and commands have.

In an agent the key is `tools`. Claude Code passes over `allowed-tools` there and starts the
agent with every tool there is (2.1.197, 2.1.260, 2.1.329; anthropics/claude-code#27099).

Bad .claude/agents/reviewer.md:
    ---
    name: reviewer
    description: Reviews changes. Use when one is ready.
    allowed-tools: Read, Grep
    ---
    Review the change.
Good .claude/agents/reviewer.md:
    ---
    name: reviewer
    description: Reviews changes. Use when one is ready.
    tools: Read, Grep
    ---
    Review the change.
"""

from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene


@rule(Severity.ERROR, needs="key allowed-tools")
def check(scene: Scene) -> Hits:
    for agent in scene.agents_with("allowed-tools"):
        fields = agent.document.fields
        # A skill's file that was taken for an agent has no such fault.
        skill = agent.path.endswith("SKILL.md")
        if "tools" not in fields and not skill:
            message = f"'allowed-tools' means nothing in an agent: {agent.name!r} has all tools"
            yield agent.at("allowed-tools"), message, "write 'tools'"
