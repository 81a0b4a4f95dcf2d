"""A request's body, decoded while it arrives, within bounds."""

from __future__ import annotations

from fastapi import Request

from agent_spy.wire.encoding import BodyTooLargeError, decoder


async def read_body(request: Request) -> bytes:
    """The whole body, its `Content-Encoding` undone. It comes in time or not at all
    (`agent_spy.bodies`).

    Raises:
        BodyTooLargeError: more comes out than the settings allow.
        ValueError: it is not of its encoding, or the encoding is unknown.
    """
    bound = request.app.state.settings.max_body_bytes
    undo = decoder(request.headers.get("content-encoding"), bound)
    body = request.state.body
    body.allow()
    pieces: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        plain = undo.feed(chunk)
        size += len(plain)
        if size > bound:
            raise BodyTooLargeError
        if len(plain) > len(chunk):
            await body.decoded(len(plain) - len(chunk))
        pieces.append(plain)
    undo.end()
    return b"".join(pieces)
