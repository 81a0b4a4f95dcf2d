"""A description that still says TODO, or is a template's placeholder.

The description is all that the model knows when it chooses an agent or a skill: this one
will never be chosen, or for the wrong task.

Bad .claude/agents/api.md:
    ---
    name: api
    description: TODO
    ---
    Build endpoints.
Bad .claude/skills/database/SKILL.md:
    ---
    name: database
    description: "[TODO: say what the skill does and when to use it]"
    ---
    # Queries
    Write them in repositories.
Good .claude/agents/api.md:
    ---
    name: api
    description: Finds and resolves TODO comments. Use before a release.
    ---
    Build endpoints.
"""

import re

from agentpack.lazy import lazy
from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene
from agentpack.roster import Agent, Skill

_PLACEHOLDER = lazy(
    r"[\W_]*(?:(?:todo|fixme|tbd|xxx)\b(?=[\W_]*$|[ \t]*[:\])\-\u2013\u2014.])"
    r"|(?:your |add |insert |enter |put )?(?:a |an |the )?(?:short |brief |skill |agent )?"
    r"(?:description|placeholder|summary)(?: goes)?(?: here| of (?:the|this|your) (?:skill|agent))?"
    r"[\W_]*$|replace (?:this|with)\b[^\n]*\b(?:description|text|summary)\b"
    r"|lorem ipsum)|[^\n]*\[TODO\b",
    re.IGNORECASE,
)


@rule(Severity.WARNING)
def check(scene: Scene) -> Hits:
    entries: tuple[Agent | Skill, ...] = (*scene.agents, *scene.skills)
    for entry in entries:
        text = entry.document.text("description")
        if text and not entry.document.problem and _PLACEHOLDER.match(text):
            shown = " ".join(text.split())[:60]
            yield entry.at("description"), f"the description is a placeholder: {shown!r}", TIP


TIP = "say what it does, and when to use it"
