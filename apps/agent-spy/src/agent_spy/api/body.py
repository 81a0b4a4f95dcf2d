"""A request's body, decoded while it arrives, within bounds of size and time."""

from __future__ import annotations

import asyncio

from fastapi import HTTPException, Request

from agent_spy.wire.encoding import BodyTooLargeError, decoder


async def read_body(request: Request) -> bytes:
    """The whole body, its `Content-Encoding` undone.

    Raises:
        BodyTooLargeError: more comes out than the settings allow.
        ValueError: it is not of its encoding, or the encoding is unknown.
        HTTPException: it takes too long to arrive (408).
    """
    settings = request.app.state.settings
    bound = settings.max_body_bytes
    undo = decoder(request.headers.get("content-encoding"), bound)
    pieces: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(settings.request_timeout):
            async for chunk in request.stream():
                plain = undo.feed(chunk)
                size += len(plain)
                if size > bound:
                    raise BodyTooLargeError
                pieces.append(plain)
    except TimeoutError:
        raise HTTPException(408, "The body did not arrive in time") from None
    undo.end()
    return b"".join(pieces)
