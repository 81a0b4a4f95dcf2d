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

from collections.abc import Iterator

from agentpack.lazy import lazy
from agentpack.lint.mentions import agents_known, placeholder
from agentpack.lint.page import Page
from agentpack.lint.rule import Hits, Severity, did_you_mean, rule
from agentpack.lint.scene import Scene

_CALL = lazy(
    r"subagent_type[\"'`]?[ \t]*[:=][ \t]*[\"'`]{1,2}(?P<name>[\w:-]+)[\"'`]"
    r"|@agent-(?P<at>[a-z][a-z0-9-]*[a-z0-9])"
)
_AGENT = lazy(r"[`\"'rt] (?:sub-?)?agent\b")
_BEFORE = lazy(
    r"(?:(?<!`)[`\"'](?P<name>[a-z][a-z0-9]*(?:-[a-z0-9]+)+)[`\"']|"
    r"\b(?:[Uu]se|[Ii]nvoke|[Dd]elegate to|[Ll]aunch|[Cc]all|[Aa]sk|[Ss]pawn|[Hh]and over to) "
    r"(?:the )?(?P<plain>[a-z][a-z0-9]*(?:-[a-z0-9]+)*-(?:reviewer|engineer|expert|specialist|"
    r"architect|developer|analyst|auditor|tester|writer|debugger|planner|fixer|checker|designer|"
    r"researcher)))$"
)
_LONGEST = 80


@rule(Severity.WARNING, tree=True, needs="word agent")
def check(scene: Scene) -> Hits:
    if not scene.agents:
        return
    known: frozenset[str] | None = None
    for page in scene.having("agent"):
        told: set[str] = set()
        for offset, name in _mentions(page):
            known = known or agents_known(scene)
            if name not in told and name not in known and ":" not in name and not placeholder(name):
                told.add(name)
                message = f"there is no agent {name!r} here"
                yield page.place(offset), message, did_you_mean(name, known)


def _mentions(page: Page) -> Iterator[tuple[int, str]]:
    """The agents that a text sends the model to, and where."""
    body = page.body
    if "subagent_type" in body or "@agent-" in body:
        for match in _CALL.finditer(body):
            kind = "name" if match["name"] else "at"
            yield match.start(kind), match[kind]
    for agent in _AGENT.finditer(body):
        start = max(agent.start() + 1 - _LONGEST, 0)
        before = _BEFORE.search(body[start : agent.start() + 1])
        if before and not page.in_block(agent.start()):
            kind = "name" if before["name"] else "plain"
            yield start + before.start(kind), before[kind]
