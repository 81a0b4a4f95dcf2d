"""A vector search that does not ask whose the points are, where points have owners.

The nearest passage may be another tenant's, and goes into the prompt and the answer. The filter
must come from the verified token, and stand in every `Prefetch`: one without searches everybody's
points first, and leaves few or none of the caller's. A project is taken for one with owners if it
writes an owner into its points, filters by one elsewhere, or makes an index with `is_tenant`.

Bad search.py:
    from fastapi import FastAPI
    from qdrant_client import AsyncQdrantClient, models

    client = AsyncQdrantClient("http://localhost:6333")

    async def store(user_id: str, vector: list[float]) -> None:
        point = models.PointStruct(id=1, vector=vector, payload={"user_id": user_id})
        await client.upsert("notes", [point])

    async def search(user_id: str, vector: list[float]) -> list[models.ScoredPoint]:
        return (await client.query_points("notes", query=vector, limit=5)).points
Good search.py:
    from fastapi import FastAPI
    from qdrant_client import AsyncQdrantClient, models

    client = AsyncQdrantClient("http://localhost:6333")

    async def store(user_id: str, vector: list[float]) -> None:
        point = models.PointStruct(id=1, vector=vector, payload={"user_id": user_id})
        await client.upsert("notes", [point])

    async def search(user_id: str, vector: list[float]) -> list[models.ScoredPoint]:
        mine = models.FieldCondition(key="user_id", match=models.MatchValue(value=user_id))
        found = await client.query_points(
            "notes", query=vector, query_filter=models.Filter(must=[mine]), limit=5
        )
        return found.points
"""

from __future__ import annotations

import ast
import re

from agentpack.audit.codebase import Call
from agentpack.audit.rule import Codebase, Hits, Severity, rule
from agentpack.project.code import keyword

_SEARCHES = {
    "query_points": "query_filter",
    "query_points_groups": "query_filter",
    "search": "query_filter",
    "recommend": "query_filter",
    "scroll": "scroll_filter",
}
_OWNER = re.compile(
    r"^(?:metadata\.)?(?:user|owner|tenant|org|organi[sz]ation|account|customer|workspace|team)"
    r"(?:_?id|_?uuid)?$",
    re.IGNORECASE,
)
_MEND = "filter by the owner from the verified token"


@rule(Severity.WARNING, page="backend-skill/references/security.md")
def check(codebase: Codebase) -> Hits:
    if not codebase.imports("qdrant_client") or not _has_owners(codebase):
        return
    for call in codebase.named(*_SEARCHES):
        if "qdrant_client" not in codebase.receiver(call).partition(".")[0]:
            continue
        name = getattr(call.node.func, "attr", "")
        open_ended = any(one.arg is None for one in call.node.keywords)
        if open_ended or _of_tenant(call):
            continue
        told = keyword(call.node, _SEARCHES[name]) or keyword(call.node, "filter")
        if told is None or (isinstance(told, ast.Constant) and told.value is None):
            yield call.place, f"`{name}` searches the points of every owner", _MEND
    for call in codebase.named("Prefetch"):
        if codebase.name(call).startswith("qdrant_client.") and not (
            keyword(call.node, "filter") or any(one.arg is None for one in call.node.keywords)
        ):
            yield call.place, "this prefetch searches the points of every owner", _MEND


def _of_tenant(call: Call) -> bool:
    """Whether the collection itself is the caller's: its name is made for the call."""
    name = keyword(call.node, "collection_name") or (call.node.args[0] if call.node.args else None)
    if isinstance(name, ast.JoinedStr | ast.Call | ast.BinOp):
        return True
    if isinstance(name, ast.Name) and call.scope is not None and name.id in call.scope.bound:
        return True
    return any(
        isinstance(one, ast.Attribute) and _OWNER.match(one.attr)
        for one in ast.walk(name or call.node.func)
    )


def _has_owners(codebase: Codebase) -> bool:
    for call in codebase.named("KeywordIndexParams", "UuidIndexParams"):
        if getattr(keyword(call.node, "is_tenant"), "value", False) is True:
            return True
    for call in codebase.named("FieldCondition"):
        if _OWNER.match(str(getattr(keyword(call.node, "key"), "value", ""))):
            return True
    for call in codebase.named("PointStruct"):
        payload = keyword(call.node, "payload")
        if isinstance(payload, ast.Name) and call.scope is not None:
            bound = call.scope.bound.get(payload.id, [])
            payload = bound[0].value if bound else None
        for key in payload.keys if isinstance(payload, ast.Dict) else ():
            if _OWNER.match(str(getattr(key, "value", ""))):
                return True
    return False
