"""A skill whose entry in the listing costs every conversation more than 250 tokens.

Claude Code sends the name and the description of every listed skill, up to 1,536
characters, with every conversation, whether or not the skill is used. The Agent Skills
specification reckons with about 100 tokens.

Bad .claude/skills/api/SKILL.md:
    ---
    name: api
    description: >-
      Designs, writes, measures, secures and documents the endpoints of a web API. Use when the
      user asks for a new route, a changed route, a removed route, a renamed route, a list, a
      detail page, a search, a filter, an order, a page size, a cursor, a total, an export, an
      import, a bulk change, an upload, a download, a stream, a webhook, a callback, a queue, a
      background task, a schedule, a retry, a time limit, a rate limit, a quota, a key, a token,
      a session, a login, a logout, a role, a permission, a tenant, an audit trail, a log line,
      a metric, a trace, a health check, a readiness check, a feature flag, a version, a
      deprecation, a redirect, a cache, an etag, a compression, a language, a time zone, a
      currency, a unit, a rounding, a validation, an error, a problem document, an example, a
      client, a mock, a fixture, a load test, a smoke test, a contract test, or a change log, or
      asks how any of these is designed, written, measured, secured, documented or explained,
      whatever the language, the framework, the database or the size of the team may be.
    ---
    # Endpoints
    Write the test first.
Good .claude/skills/api/SKILL.md:
    ---
    name: api
    description: Designs, writes and measures the endpoints of a web API. Use for any route.
    ---
    # Endpoints
    Write the test first.
"""

from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene

MOST = 250


@rule(Severity.WARNING)
def check(scene: Scene) -> Hits:
    for skill in scene.skills:
        if skill.tokens > MOST:
            yield (
                skill.at("description"),
                f"skill {skill.name!r} costs every conversation about {skill.tokens} tokens",
                "say in two sentences what it does and when to use it",
            )
