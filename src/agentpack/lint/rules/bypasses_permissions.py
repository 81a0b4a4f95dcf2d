"""An agent that asks for no permission at all.

With `permissionMode: bypassPermissions` Claude Code 2.1.197 and 2.1.260 run whatever the
agent likes, without a question, in every project that has it; 2.1.329 does so only where
the session does it too, and else passes over the key.

Bad .claude/agents/fixer.md:
    ---
    name: fixer
    description: Mends what fails. Use when a test is red.
    permissionMode: bypassPermissions
    ---
    Mend the test.
Good .claude/agents/fixer.md:
    ---
    name: fixer
    description: Mends what fails. Use when a test is red.
    permissionMode: acceptEdits
    ---
    Mend the test.
"""

from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene


@rule(Severity.WARNING, needs="key permissionMode")
def check(scene: Scene) -> Hits:
    for agent in scene.agents_with("permissionMode"):
        if agent.document.text("permissionMode") == "bypassPermissions":
            message = f"{agent.name!r} runs every command without a question"
            yield agent.at("permissionMode"), message, "let the session decide: delete the line"
