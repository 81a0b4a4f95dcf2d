"""The faults that other linters of agents and skills do not find, or only one of them finds.

One entry a fault: a small tree that has it, its twin that has not, and our rule.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

AGENT, SKILL = ".claude/agents/api.md", ".claude/skills/basket/SKILL.md"
NAMED = "---\nname: api\n"
SAYS = "description: Builds endpoints. Use when one is to be added.\n"
BODY = "---\nBuild endpoints.\n"
KEPT = "---\ndescription: How baskets are kept. Use when one is changed.\n---\n"
PAGE = f"{KEPT}# Baskets\n\nA basket is kept for a day.\n"
TOKEN = "ghp_" + "R7vLq2ZtXw9KdM4sYb1NcH8uJf5PgA3eTiOk"
HOOK = (
    '{"hooks": {"PreToolUse": [{"matcher": "Bash", "hooks": [{"type": "command", '
    '"command": "$CLAUDE_PROJECT_DIR/.claude/hooks/guard.sh"}]}]}}'
)


MARKET = (
    '{"name": "fair", "owner": {"name": "a shop"}, '
    '"plugins": [{"name": "till", "source": "./till"}]}'
)
PLUGIN = '{"name": "till", "version": "1.0.0"}'


@dataclass(frozen=True)
class Fault:
    """What is wrong in `bad`, and mended in `good`; files whose path begins with `+` may be run."""

    rule: str
    bad: dict[str, str]
    good: dict[str, str]


def agent(rule: str, bad: str, good: str) -> Fault:
    return Fault(rule, {AGENT: bad}, {AGENT: good})


def skill(rule: str, bad: str, good: str) -> Fault:
    return Fault(rule, {SKILL: bad}, {SKILL: good})


CAUGHT_BY_NONE = {
    "`---` inside a line of the description, which ends the frontmatter": agent(
        "fence-inside-line",
        f"{NAMED}description: Builds endpoints --- nothing else.\n{BODY}",
        f"{NAMED}description: Builds endpoints, nothing else.\n{BODY}",
    ),
    "`---` as a line of the description, which ends the frontmatter": agent(
        "fence-too-early",
        f"{NAMED}description: |\n  Builds endpoints.\n---\ncolor: blue\n{BODY}",
        f"{NAMED}description: |\n  Builds endpoints.\ncolor: blue\n{BODY}",
    ),
    "the same, and `tools` behind it: the agent has all of them": agent(
        "lost-tools",
        f"{NAMED}description: Builds endpoints --- nothing else.\ntools: Read\n{BODY}",
        f"{NAMED}description: Builds endpoints, nothing else.\ntools: Read\n{BODY}",
    ),
    "a description that ends at ` #`": agent(
        "comment-in-value",
        f"{NAMED}description: Use for ticket #12 and its like.\n{BODY}",
        f'{NAMED}description: "Use for ticket #12 and its like."\n{BODY}',
    ),
    "a NUL": agent(
        "nul", f"{NAMED}{SAYS}color: b\0lue\n{BODY}", f"{NAMED}{SAYS}color: blue\n{BODY}"
    ),
    "a template's marks left over": agent(
        "leftover-template",
        f'{NAMED}description: "Builds the endpoints of {{{{ product }}}}."\n{BODY}',
        f"{NAMED}description: Builds the endpoints of Studio.\n{BODY}",
    ),
    "a body that names an agent that is missing": Fault(
        "missing-agent",
        {AGENT: f'{NAMED}{SAYS}---\nAsk with `subagent_type: "reviewer"`.\n'},
        {
            AGENT: f'{NAMED}{SAYS}---\nAsk with `subagent_type: "reviewer"`.\n',
            ".claude/agents/r.md": f"---\nname: reviewer\n{SAYS}---\nReview.\n",
        },
    ),
    "a reference in backticks that is missing": Fault(
        "missing-file",
        {SKILL: f"{KEPT}Read `references/prices.md` first.\n"},
        {
            SKILL: f"{KEPT}Read `references/prices.md` first.\n",
            ".claude/skills/basket/references/prices.md": "# Prices\n",
        },
    ),
    "`skill.md` in small letters": Fault(
        "wrong-case-manifest", {".claude/skills/basket/skill.md": PAGE}, {SKILL: PAGE}
    ),
    "a skill that is one level too deep": Fault(
        "nested-skill", {".claude/skills/shop/basket/SKILL.md": PAGE}, {SKILL: PAGE}
    ),
    "a script without its run bit": Fault(
        "script-may-not-run",
        {
            SKILL: f"{KEPT}Count:\n\n```sh\n./scripts/count.sh\n```\n",
            ".claude/skills/basket/scripts/count.sh": "#!/bin/sh\n",
        },
        {
            SKILL: f"{KEPT}Count:\n\n```sh\n./scripts/count.sh\n```\n",
            "+.claude/skills/basket/scripts/count.sh": "#!/bin/sh\n",
        },
    ),
    "an anchor that no heading has": skill(
        "broken-anchor",
        f"{KEPT}Mind the [rounding](#rounding-up).\n\n## Rounding\n",
        f"{KEPT}Mind the [rounding](#rounding).\n\n## Rounding\n",
    ),
    "a description still to be written": agent(
        "todo-description",
        f"{NAMED}description: TODO\n{BODY}",
        f"{NAMED}{SAYS}{BODY}",
    ),
    "a marketplace's source that is missing": Fault(
        "marketplace-source-missing",
        {".claude-plugin/marketplace.json": MARKET, "skills/basket/SKILL.md": PAGE},
        {
            ".claude-plugin/marketplace.json": MARKET,
            "till/.claude-plugin/plugin.json": PLUGIN,
            "till/skills/basket/SKILL.md": PAGE,
        },
    ),
    "CRLF, which keeps the client from mending `: `": agent(
        "yaml-syntax",
        f"{NAMED}description: Use when: an endpoint is due.\n{BODY}".replace("\n", "\r\n"),
        f'{NAMED}description: "Use when: an endpoint is due."\n{BODY}'.replace("\n", "\r\n"),
    ),
}

CAUGHT_BY_ONE = {
    "a secret in an agent": agent(
        "leaked-secret",
        f"{NAMED}{SAYS}---\nSign in with {TOKEN}.\n",
        f"{NAMED}{SAYS}---\nSign in with `$GITHUB_TOKEN`.\n",
    ),
    "hidden Unicode in an agent": agent(
        "hidden-unicode",
        f"{NAMED}{SAYS}---\nBuild\u202e endpoints.\n",
        f"{NAMED}{SAYS}{BODY}",
    ),
    "hidden Unicode tags in an agent": agent(
        "hidden-unicode",
        f"{NAMED}{SAYS}---\nBuild\U000e0041\U000e0042 endpoints.\n",
        f"{NAMED}{SAYS}{BODY}",
    ),
    "a colour with a capital": agent(
        "unknown-colour", f"{NAMED}{SAYS}color: Blue\n{BODY}", f"{NAMED}{SAYS}color: blue\n{BODY}"
    ),
    "an empty body": agent("empty-body", f"{NAMED}{SAYS}---\n", f"{NAMED}{SAYS}{BODY}"),
    "a hook whose script is missing": Fault(
        "missing-hook-script",
        {".claude/settings.json": HOOK, SKILL: PAGE},
        {".claude/settings.json": HOOK, SKILL: PAGE, "+.claude/hooks/guard.sh": "#!/bin/sh\n"},
    ),
}

PRIVILEGE_WIDENED = {
    "`allowed-tools` in an agent, which is given all": agent(
        "allowed-tools-in-agent",
        f"{NAMED}{SAYS}allowed-tools: Read\n{BODY}",
        f"{NAMED}{SAYS}tools: Read\n{BODY}",
    ),
    "a tool that there is not": agent(
        "unknown-tool",
        f"{NAMED}{SAYS}tools: Read, Search\n{BODY}",
        f"{NAMED}{SAYS}tools: Read, Grep\n{BODY}",
    ),
}

FAULTS = {**CAUGHT_BY_NONE, **CAUGHT_BY_ONE, **PRIVILEGE_WIDENED}


def found(agentpack, make, files: dict[str, str]) -> list[dict]:
    root: Path = make({path.removeprefix("+"): text for path, text in files.items()})
    for path in files:
        if path.startswith("+"):
            (root / path[1:]).chmod(0o755)
    out = agentpack("lint", root, "--format", "json")[1]
    return json.loads(out)["findings"]


@pytest.mark.parametrize("what", FAULTS)
def test_the_fault_is_found_once(agentpack, make, what) -> None:
    """One finding, of the rule that is named for the fault, and no other beside it."""
    fault = FAULTS[what]
    assert [one["rule"] for one in found(agentpack, make, fault.bad)] == [fault.rule]


@pytest.mark.parametrize("what", FAULTS)
def test_its_twin_is_clean(agentpack, make, what) -> None:
    """The same tree without the fault has no finding at all."""
    assert found(agentpack, make, FAULTS[what].good) == []
