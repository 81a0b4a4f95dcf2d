"""An agent or skill that pack.toml lists or needs, and that is not there.

`agentpack install` refuses the whole pack.

Bad pack.toml:
    [pack]
    name = "studio"
    version = "1.0.0"

    [agents.api]
    version = "1.0.0"
    skills = ["fastapi-backend"]
Bad agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    ---
    Build endpoints.
Good pack.toml:
    [pack]
    name = "studio"
    version = "1.0.0"

    [agents.api]
    version = "1.0.0"
Good agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    ---
    Build endpoints.
"""

from agentpack.lint import packfile
from agentpack.lint.rule import Hits, Severity, did_you_mean, rule
from agentpack.lint.scene import Scene


@rule(Severity.WARNING, needs="text pack.toml")
def check(scene: Scene) -> Hits:
    table = packfile.read(scene)
    skills = packfile.table(table.get("skills"))
    for kind, form in (("agents", "agents/{}.md"), ("skills", "skills/{}/SKILL.md")):
        for name, entry in packfile.table(table.get(kind)).items():
            path, head = form.format(name), f"{kind}.{name}"
            if path not in scene.files and f"{path}.j2" not in scene.files:
                yield packfile.at(scene, head), f"there is no {path}", "write it, or unlist it"
            needed = packfile.table(entry).get("skills")
            for skill in needed if isinstance(needed, list) else ():
                if skill not in skills:
                    place = packfile.at(scene, head, str(skill))
                    message = f"{name!r} needs a skill {skill!r} that the pack does not list"
                    yield place, message, did_you_mean(str(skill), skills)
