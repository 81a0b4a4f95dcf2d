"""A preloaded skill with a command that needs a permission: its agent never starts.

Claude Code runs `` !`command` `` when the skill is loaded. Where that takes a permission
that the skill's `allowed-tools` does not grant, every launch of the agent fails ("Shell
command permission check failed"). Played with 2.1.197, 2.1.260 and 2.1.329, in prose, in
blocks of code and in double backticks.

Bad .claude/agents/releaser.md:
    ---
    name: releaser
    description: Cuts releases. Use when one is due.
    skills: [releases]
    ---
    Cut the release.
Bad .claude/skills/releases/SKILL.md:
    ---
    description: How releases are cut
    ---
    Open pull requests: !`gh pr list`
Good .claude/agents/releaser.md:
    ---
    name: releaser
    description: Cuts releases. Use when one is due.
    skills: [releases]
    ---
    Cut the release.
Good .claude/skills/releases/SKILL.md:
    ---
    description: How releases are cut
    allowed-tools: Bash(gh pr list:*)
    ---
    Open pull requests: !`gh pr list`
"""

import re

from agentpack.lazy import lazy
from agentpack.lint.manifests import SETTINGS
from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene
from agentpack.roster.tools import named

_COMMAND = lazy(r"(?:(?<=\s)|(?<![\s\S]))!`(?P<command>[^`\n]+)`")
_BLOCK = lazy(r"^```!\s*\n(?P<command>.*?)^```", re.DOTALL | re.MULTILINE)
# Each asked for a permission when it was played; what is not named here may or may not.
_ASKING = lazy(
    r"(?:^|[|;&\n]|&&)\s*(?:sudo|npm|npx|pnpm|yarn|bun|deno|pytest|pip|uv|cargo|go|make|cmake|bash|sh|"
    r"zsh|curl|wget|gh|ssh|rm|chmod|tee|perl|ruby|psql|tar|openssl|kubectl|terraform|aws|awk|"
    r"env|printenv|docker run|python3? [\w./$]|node [\w./$]|"
    r"git (?:add|commit|push|pull|fetch|checkout|stash|config)|"
    r"\./[\w./-]+|\$\{CLAUDE_SKILL_DIR\}/[\w./-]+)(?=[\s;&|]|$|(?<=[\w./$]))"
)
_ALLOWED = lazy(r"Bash(?:\((?P<prefix>[^)]*?)(?::?\*|[ ]\*)?\))?$")


@rule(Severity.ERROR, tree=True, needs="key skills")
def check(scene: Scene) -> Hits:
    wanted = {name: agent for agent in reversed(scene.agents) for name in agent.skills}
    if not wanted or "Bash" in scene.texts.get(SETTINGS, ""):
        return
    for page in scene.of("skill"):
        folder = page.folder.rpartition("/")[2]
        if folder not in wanted or "!" not in page.body:
            continue
        fields = {} if page.document.problem else page.document.fields
        granted = named(fields["allowed-tools"].value) if "allowed-tools" in fields else ()
        for match in (*_COMMAND.finditer(page.body), *_BLOCK.finditer(page.body)):
            command = match["command"].strip()
            if _ASKING.search(command) and not any(_grants(tool, command) for tool in granted):
                message = (
                    f"{command[:60]!r} needs a permission: {wanted[folder].name!r} cannot start"
                )
                tip = "grant it in allowed-tools, or let the agent run it"
                yield page.place(match.start()), message, tip
                break


def _grants(tool: str, command: str) -> bool:
    """Whether a tool of `allowed-tools` covers a command, or may do so."""
    found = _ALLOWED.match(tool)
    if not found:
        return False
    # Of a command in several parts each needs its own grant; which one this is, is left open.
    return command.startswith(found["prefix"] or "") or re.search(r"[|;&]", command) is not None
