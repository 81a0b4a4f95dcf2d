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
