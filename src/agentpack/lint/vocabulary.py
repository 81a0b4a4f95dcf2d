"""The words that the client knows."""

KEYS = frozenset(
    {
        "name",
        "description",
        "tools",
        "disallowedTools",
        "model",
        "color",
        "skills",
        "version",
        "allowed-tools",
        "permissionMode",
        "maxTurns",
        "effort",
        "memory",
        "isolation",
        "background",
        "hooks",
        "mcpServers",
        "paths",
        "license",
        "metadata",
        "context",
        "agent",
        "disable-model-invocation",
        "user-invocable",
        "argument-hint",
        "when_to_use",
    }
)

# What follows was seen in clients 2.1.197, 2.1.260 and 2.1.329 alike, but for what says otherwise.

MODELS = frozenset({"sonnet", "opus", "haiku", "fable", "mythos", "best", "opusplan", "inherit"})
"""The short names of models; the client takes them in any case, and with `[1m]` behind."""

COLOURS = frozenset({"red", "blue", "green", "yellow", "purple", "orange", "pink", "cyan"})

PERMISSION_MODES = frozenset(
    {"acceptEdits", "auto", "bypassPermissions", "default", "dontAsk", "manual", "plan"}
)

EFFORTS = frozenset({"low", "medium", "high", "xhigh", "max"})
"""In any case; a number does as well."""

MEMORIES = frozenset({"user", "project", "local"})

ISOLATIONS = frozenset({"worktree", "remote"})

SHELLS = frozenset({"bash", "powershell"})

EVENTS = frozenset(
    {
        "PreToolUse",
        "PostToolUse",
        "PostToolUseFailure",
        "PostToolBatch",
        "Notification",
        "UserPromptSubmit",
        "UserPromptExpansion",
        "SessionStart",
        "SessionEnd",
        "Stop",
        "StopFailure",
        "SubagentStart",
        "SubagentStop",
        "PreCompact",
        "PostCompact",
        "PreModelSwitch",
        "PostModelSwitch",
        "PermissionRequest",
        "PermissionDenied",
        "Setup",
        "TeammateIdle",
        "TaskCreated",
        "TaskCompleted",
        "Elicitation",
        "ElicitationResult",
        "ConfigChange",
        "WorktreeCreate",
        "WorktreeRemove",
        "InstructionsLoaded",
        "CwdChanged",
        "FileChanged",
        "DirectoryAdded",
        "MessageDisplay",
    }
)
"""The events that hooks can wait for."""

EVENTS_SINCE_260 = frozenset({"PreModelSwitch", "PostModelSwitch", "DirectoryAdded"})
"""Those that 2.1.197 does not know, and 2.1.260 does."""

RETIRED_TOOLS = frozenset({"LS", "MultiEdit", "NotebookRead", "TodoRead", "View"})
"""Tools of earlier clients, which 2.1.197 and later pass over."""

BUILT_IN_AGENTS = frozenset(
    {"claude", "general-purpose", "Explore", "Plan", "statusline-setup", "claude-code-guide"}
)
