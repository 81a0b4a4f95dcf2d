"""A SKILL.md of more than 500 lines, with nothing beside it to read only when needed.

Claude Code puts the whole file into the conversation when the skill is used, and it stays
there. The Agent Skills specification advises to keep SKILL.md under 500 lines and to move
what is not always needed to files that it names: those are read only when they are wanted.
Skills in a mere catalogue, such as the translations of a project's own below `docs`, are not
reported: nothing reads them from there.

Bad .claude/skills/api/SKILL.md:
    ---
    description: How endpoints are built
    ---
    # Endpoints
    - Write the test first.
    ⋮ 500 times
Good .claude/skills/api/SKILL.md:
    ---
    description: How endpoints are built
    ---
    # Endpoints
    Write the test first. How streams are tested: [streams](references/streams.md).
Good .claude/skills/api/references/streams.md:
    # Streams
"""

from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene

MOST = 500


@rule(Severity.WARNING)
def check(scene: Scene) -> Hits:
    long = [
        skill
        for skill in scene.skills
        if skill.document.source.count("\n") > MOST and scene.is_read(skill.path)
    ]
    if not long:
        return
    split = {
        folder
        for path in scene.files
        if not path.endswith("/SKILL.md")
        for folder in _folders(path)
    }
    for skill in long:
        if skill.path.rpartition("/")[0] not in split:
            lines = skill.document.source.count("\n")
            tip = "move what is not always needed to files in references/, and name them here"
            yield skill.at("description"), f"{lines} lines are read at every use", tip


def _folders(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:number]) for number in range(1, len(parts))]
