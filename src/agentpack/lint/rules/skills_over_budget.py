"""Skills whose listing is longer than the client sends: the last lose their descriptions.

Claude Code sends at most 30,000 characters of names and descriptions, those of its own
skills included, and of what lies beyond that the bare name: the model cannot tell what such
a skill is for. Only the debug log says so. Seen with 100 skills of 300 characters in
2.1.197, 2.1.260 and 2.1.329; some models got as little as 6,000 characters of 2.1.197.
`skillListingBudgetFraction` in the settings is 0.01 unless it is set; 0.001 sent 3,000.

Bad .claude/settings.json:
    {"skillListingBudgetFraction": 0.0001}
Bad .claude/skills/api/SKILL.md:
    ---
    name: api
    description: >-
      Designs, writes and measures the endpoints of a web API. Use when a route, a list, a
      search, an upload, a stream or a background task is to be added, changed or removed.
    ---
    # Endpoints
Bad .claude/skills/database/SKILL.md:
    ---
    name: database
    description: >-
      Designs, writes and measures the queries of a web API. Use when a table, an index, a
      migration, a transaction or a pool is to be added, changed or removed.
    ---
    # Queries
Good .claude/settings.json:
    {"skillListingBudgetFraction": 0.01}
Good .claude/skills/api/SKILL.md:
    ---
    name: api
    description: Designs the endpoints of a web API. Use for any route.
    ---
    # Endpoints
"""

from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene

SETTINGS = ".claude/settings.json"
FRACTION = 0.01
CHARACTERS = 3_000_000
"""What the fraction is a fraction of, on the models with the largest window."""


@rule(Severity.WARNING)
def check(scene: Scene) -> Hits:
    most = int(CHARACTERS * _fraction(scene.texts.get(SETTINGS, "")))
    used = 0
    for skill in scene.skills:
        used += len(f"- {skill.name}: {skill.description}\n") if skill.listed else 0
        if used > most:
            message = f"the skills up to {skill.name!r} fill the {most:,} characters of the listing"
            tip = "shorten the descriptions, or set disable-model-invocation where nothing asks"
            yield skill.at("description"), message, tip
            return


def _fraction(settings: str) -> float:
    if "skillListingBudgetFraction" not in settings:
        return FRACTION
    import json  # noqa: PLC0415 - seldom needed

    try:
        found = json.loads(settings).get("skillListingBudgetFraction")
    except (ValueError, RecursionError, AttributeError):
        return FRACTION
    return found if isinstance(found, (int, float)) and 0 < found <= 1 else FRACTION
