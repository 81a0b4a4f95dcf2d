"""A skill that may run every command without being asked.

`allowed-tools` of a skill are granted while it is in use: with plain `Bash`, or `Bash(*)`,
any command runs without a question. Off by default, as many skills are meant so.

Bad .claude/skills/history/SKILL.md:
    ---
    description: Tells when a line was written. Use when history matters.
    allowed-tools: Read, Bash(*)
    ---
    Read the history.
Good .claude/skills/history/SKILL.md:
    ---
    description: Tells when a line was written. Use when history matters.
    allowed-tools: Read, Bash(git log:*), Bash(git blame:*)
    ---
    Read the history.
"""

from agentpack.lazy import lazy
from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene
from agentpack.roster.tools import named

_BROAD = lazy(
    r"Bash(?:\((?:\*|\*:\*|\*\*|(?:sudo|rm|sh|bash|zsh|eval|xargs|env|curl|wget)[ :]\*)?\))?"
)


@rule(Severity.WARNING, default=False, needs="key allowed-tools")
def check(scene: Scene) -> Hits:
    for skill in scene.skills_with("allowed-tools"):
        document = skill.document
        value = None if document.problem else document.fields["allowed-tools"].value
        for name in named(value):
            if _BROAD.fullmatch(name):
                message = f"{name!r} runs without a question while this skill is in use"
                yield skill.at("allowed-tools"), message, "name the commands: Bash(git log:*)"
                break
