"""A skill whose frontmatter is missing or does not parse, which the portable specification needs.

Claude Code loads such a skill all the same, without its keys; other programs refuse it. Off
unless asked for: part of the separate verdict.

Bad .claude/skills/api/SKILL.md:
    # Endpoints
    Write the test first.
Good .claude/skills/api/SKILL.md:
    ---
    name: api
    description: Designs and tests endpoints. Use when a route is to be added.
    ---
    # Endpoints
    Write the test first.
"""

from agentpack.finding import Place
from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene


@rule(Severity.WARNING, default=False)
def check(scene: Scene) -> Hits:
    for skill in scene.skills:
        problem = skill.document.problem
        if problem:
            place = Place(skill.path, problem.line, problem.column)
            yield place, problem.reason, "begin with ---, name, description and ---"
        elif skill.document.mended:
            message = "the frontmatter is no YAML; Claude Code mends it, other programs do not"
            yield skill.at("description"), message, "put the value in quotes"
