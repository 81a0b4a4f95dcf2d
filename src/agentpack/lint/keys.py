"""The keys of frontmatter: what the client reads, and what people write for people."""

AGENT_KEYS = frozenset(
    {
        "name",
        "description",
        "tools",
        "disallowedTools",
        "model",
        "color",
        "permissionMode",
        "effort",
        "memory",
        "isolation",
        "maxTurns",
        "background",
        "hooks",
        "mcpServers",
        "skills",
        "initialPrompt",
        "omitClaudeMd",
        "autoCompactWindow",
        "observer",
        "observerMessage",
        "observeSubagents",
        "observeToolResults",
    }
)
"""The keys of agents of which 2.1.329 does not say that it knows them not."""

SKILL_KEYS = frozenset(
    {
        "name",
        "description",
        "model",
        "allowed-tools",
        "disallowed-tools",
        "disallowedTools",
        "argument-hint",
        "arguments",
        "disable-model-invocation",
        "user-invocable",
        "effort",
        "shell",
        "version",
        "when_to_use",
        "paths",
        "hooks",
        "context",
        "agent",
        "background",
        "mcpServers",
        "license",
        "metadata",
        "compatibility",
    }
)
"""The keys of skills that the client, or the Agent Skills specification, has a use for."""

NOTES = frozenset(
    {
        "version",
        "author",
        "authors",
        "category",
        "categories",
        "tags",
        "keywords",
        "license",
        "metadata",
        "compatibility",
        "homepage",
        "repository",
        "source",
        "origin",
        "created",
        "updated",
        "date",
        "date_added",
        "title",
        "displayName",
        "display_name",
        "icon",
        "emoji",
        "vibe",
        "language",
        "languages",
        "domain",
        "type",
        "status",
    }
)
"""Keys that people write for people: nobody expects the client to act on them."""
