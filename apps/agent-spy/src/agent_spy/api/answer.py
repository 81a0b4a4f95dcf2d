"""Answers that clients may keep: the same one is sent once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import Request, Response

from agent_spy.services.answers import Answer

_KEEP = {
    # A browser asks before it shows what it has kept, and keeps it for one key only.
    "Cache-Control": "private, no-cache",
    "Vary": "x-api-key, authorization",
}


async def kept(
    request: Request, only: bytes | None, make: Callable[[], Awaitable[bytes | Answer]]
) -> Response:
    """The answer to this address and key, from memory where nothing has changed since."""

    async def answer() -> Answer:
        found = await make()
        return found if isinstance(found, Answer) else Answer.of(found)

    key = request.method, str(request.url), await request.body(), only
    return known(request, await request.app.state.answers.get(key, answer))


def known(request: Request, answer: Answer) -> Response:
    """The answer; 304 where the client has it."""
    headers = {"ETag": answer.tag, **_KEEP}
    if request.method == "GET" and _has(request.headers.get("if-none-match", ""), answer.tag):
        return Response(status_code=304, headers=headers)
    return Response(answer.body, media_type="application/json", headers=headers)


def _has(offered: str, tag: str) -> bool:
    tags = {one.strip().removeprefix("W/") for one in offered.split(",")}
    return "*" in tags or tag.removeprefix("W/") in tags
