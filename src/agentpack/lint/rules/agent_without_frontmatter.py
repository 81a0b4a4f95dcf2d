"""A file among the agents that reads like one, and has no frontmatter.

Claude Code passes over it without a word: an agent needs at least `name` and `description`.
What is named like a README, an overview or a template is not reported.

Bad .claude/agents/api.md:
    # API agent
    You are an expert in endpoints.
Good .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    ---
    You are an expert in endpoints.
Good .claude/agents/README.md:
    # Our agents
    Each agent has a file of its own.
"""

import re

from agentpack.finding import Place
from agentpack.lazy import lazy
from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene

_ABOUT = lazy(
    r"readme|overview|index|guide|template|changelog|contributing|license|notes|todo|example|"
    r"catalog|roadmap|^(?:agents|claude|gemini|memory|security|skill)$|^_",
    re.IGNORECASE,
)
_LIKE_AN_AGENT = lazy(
    r"\byou are (?:an?|the)\b|^#.*\b(?:agent|specialist|expert|assistant|guardian|reviewer|"
    r"writer|analyst|engineer|developer|architect)\b",
    re.IGNORECASE | re.MULTILINE,
)
_FAR = 2048


@rule(Severity.WARNING, needs="loss no-frontmatter")
def check(scene: Scene) -> Hits:
    for loss in scene.lost("no-frontmatter"):
        stem = loss.path.rpartition("/")[2].partition(".")[0]
        text = loss.document.source[:_FAR] if loss.document else ""
        folders = loss.path.split("/")[:-1]
        if _ABOUT.search(stem) or text.lstrip().startswith("---") or "\nname:" in text:
            continue
        if (not folders or "agents" in folders) and _LIKE_AN_AGENT.search(text):
            message = "reads like an agent, and is none without frontmatter"
            yield Place(loss.path), message, "begin it with ---, name: and description:"
