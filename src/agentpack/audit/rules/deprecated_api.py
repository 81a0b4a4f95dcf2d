"""What still works, warns of its end, and has a better successor in the same version.

Pydantic 2's `validator`, `root_validator` and `parse_obj_as`; FastAPI's `ORJSONResponse` (slower
than what FastAPI does by itself since 0.130); SQLAlchemy's `ext.declarative`. One finding for each
name: the first place of it, and how many there are.

Bad requirements.txt:
    fastapi
    pydantic>=2.6
Bad schemas.py:
    import fastapi
    from pydantic import BaseModel, validator

    class Item(BaseModel):
        name: str

        @validator("name")
        def stripped(cls, value: str) -> str:
            return value.strip()
Good requirements.txt:
    fastapi
    pydantic>=2.6
Good schemas.py:
    import fastapi
    from pydantic import BaseModel, field_validator

    class Item(BaseModel):
        name: str

        @field_validator("name")
        @classmethod
        def stripped(cls, value: str) -> str:
            return value.strip()
"""

from __future__ import annotations

from agentpack.audit.codebase import at
from agentpack.audit.rule import Codebase, Hits, Severity, rule
from agentpack.audit.stale import NAMES
from agentpack.audit.uses import guarded, uses
from agentpack.finding import Place
from agentpack.project.code import MIGRATIONS


@rule(Severity.WARNING, page="fastapi-backend/references/testing.md")
def check(codebase: Codebase) -> Hits:
    old = {name: one for name, one in NAMES.items() if not one.gone}
    places: dict[str, list[Place]] = {}
    for module, node, name in uses(codebase, old):
        one = old[name]
        if module.aside or MIGRATIONS.search(module.path) or guarded(module, node):
            continue
        if codebase.versions.reaches(one.package, one.since, module.path):
            places.setdefault(name, []).append(at(module, node))
    for name, found in places.items():
        message = f"`{name}` is deprecated since {old[name].package} {old[name].since}"
        more = f", here and in {len(found) - 1} more" if len(found) > 1 else ""
        yield found[0], message + more, f"use {old[name].mend}"
