"""The tools that the client knows, and the keys by which an agent is meant to get some."""

from __future__ import annotations

import re

from agentpack.lazy import lazy

# Seen in what clients 2.1.197 to 2.1.329 offer or say of themselves; some only in some settings.
KNOWN = frozenset(
    {
        "Agent",
        "Artifact",
        "AskUserQuestion",
        "Bash",
        "BashOutput",
        "Brief",
        "Config",
        "CronCreate",
        "CronDelete",
        "CronList",
        "Edit",
        "EnterPlanMode",
        "EnterWorktree",
        "ExitPlanMode",
        "ExitWorktree",
        "Glob",
        "Grep",
        "KillBash",
        "KillShell",
        "ListAgents",
        "LSP",
        "ListMcpResources",
        "ListMcpResourcesTool",
        "ListPeers",
        "Monitor",
        "NotebookEdit",
        "PowerShell",
        "PushNotification",
        "REPL",
        "Read",
        "ReadMcpResource",
        "ReadMcpResourceDirTool",
        "ReadMcpResourceTool",
        "RemoteTrigger",
        "ReportFindings",
        "ScheduleWakeup",
        "SendMessage",
        "SendUserFile",
        "SendUserMessage",
        "Skill",
        "Sleep",
        "SlashCommand",
        "StructuredOutput",
        "Task",
        "TaskCreate",
        "TaskGet",
        "TaskList",
        "TaskOutput",
        "TaskStop",
        "TaskUpdate",
        "TeamCreate",
        "TeamDelete",
        "TodoRead",
        "TodoWrite",
        "ToolSearch",
        "WebFetch",
        "WebSearch",
        "Workflow",
        "Write",
    }
)

LISTED = lazy(
    r"^[ \t]*(?P<key>tools):[ \t]*(?:\n[ \t]*-[ \t]*)?\[?[\"']?"
    r"(?:Read|Write|Edit|Bash|Grep|Glob|Task|Agent|Skill|WebFetch|WebSearch|NotebookEdit|LS|"
    r"MultiEdit|TodoWrite|mcp__\w+)\b",
    re.MULTILINE,
)
"""A line that lists tools, wherever it stands."""


def plain(tool: str) -> str:
    """A tool's name without what stands in brackets after it."""
    return tool.partition("(")[0].strip()


def known(tool: str) -> bool:
    """Whether the client may know this tool: those of MCP servers cannot be seen from here."""
    name = plain(tool)
    return name in KNOWN or name.startswith("mcp__")


def meant(tool: str) -> str | None:
    """The known tool whose name differs only in case."""
    name = plain(tool).lower()
    return next((one for one in sorted(KNOWN) if one.lower() == name), None)
