"""A text that sends the model to an agent that does not exist.

The call fails ("Agent type 'x' not found") and the model makes do without it. Agents that
Claude Code has built in count as there, and so do those of other plugins (`plugin:agent`).

Bad .claude/agents/lead.md:
    ---
    name: lead
    description: Plans the work. Use when it is large.
    ---
    Ask with `subagent_type: "reviewr"` for a review.
Bad .claude/agents/reviewer.md:
    ---
    name: reviewer
    description: Reviews changes. Use when one is ready.
    ---
    Review the change.
Good .claude/agents/lead.md:
    ---
    name: lead
    description: Plans the work. Use when it is large.
    ---
    Ask with `subagent_type: "reviewer"` for a review.
Good .claude/agents/reviewer.md:
    ---
    name: reviewer
    description: Reviews changes. Use when one is ready.
    ---
    Review the change.
"""

import re

from agentpack.lint.mentions import agents_known, placeholder
from agentpack.lint.rule import Hits, Severity, did_you_mean, rule
from agentpack.lint.scene import Scene

_MENTION = re.compile(
    r"subagent_type[\"'`]?[ \t]*[:=][ \t]*[\"'`]{1,2}(?P<type>[\w:-]+)[\"'`]|"
    r"(?<![\w/])@agent-(?P<at>[a-z][a-z0-9-]*[a-z0-9])|"
    r"(?<!`)`(?P<named>[a-z][a-z0-9]*(?:-[a-z0-9]+)+)` (?:sub-?)?agent\b"
)


@rule(Severity.WARNING, tree=True)
def check(scene: Scene) -> Hits:
    if not scene.agents:
        return
    known = agents_known(scene)
    for page in scene.pages:
        body = page.body
        if not (
            "subagent_type" in body or "@agent-" in body or "` agent" in body or "` sub" in body
        ):
            continue
        told: set[str] = set()
        for match in _MENTION.finditer(body):
            kind = match.lastgroup or "type"
            name = match[kind]
            if name in told or name in known or ":" in name or placeholder(name):
                continue
            told.add(name)
            message = f"there is no agent {name!r} here"
            yield page.place(match.start(kind)), message, did_you_mean(name, known)
