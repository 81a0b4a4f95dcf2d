"""Bounds on requests' bodies: how long one may take, and how much of all is in memory at once."""

from __future__ import annotations

import asyncio

from fastapi import HTTPException
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agent_spy.settings import Settings
from agent_spy.storage.writer import UnavailableError

_PATIENCE_SECONDS = 10.0
"""How long a body waits for room, and how long the rest of a refused one is awaited."""
_LARGEST_QUERY = 1024 * 1024
"""Of what is read as JSON: as Python's objects it takes up to a hundred times its size."""
_BODY_FOLLOWS = {b"content-length", b"transfer-encoding"}


class Budget:
    """Bytes of bodies that may be in memory at once.

    When it is spent one body may still grow, up to its own bound: otherwise bodies that are half
    there could wait for each other. So at most the budget and one body are in memory.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._used = 0
        self._favoured: Held | None = None
        self._changed = asyncio.Condition()

    async def take(self, held: Held, size: int) -> None:
        """Wait until there is room for `size` bytes more.

        Raises:
            UnavailableError: there was none for long.
        """
        if not self._fits(held, size):
            try:
                async with asyncio.timeout(_PATIENCE_SECONDS), self._changed:
                    await self._changed.wait_for(lambda: self._fits(held, size))
            except TimeoutError:
                raise UnavailableError("too many large bodies at once") from None
        self._used += size
        held.size += size
        if self._used > self._most:
            self._favoured = held

    async def give_back(self, held: Held) -> None:
        """The body is no longer in memory."""
        if not held.size:
            return
        self._used -= held.size
        held.size = 0
        if self._favoured is held:
            self._favoured = None
        async with self._changed:
            self._changed.notify_all()

    def _fits(self, held: Held, size: int) -> bool:
        return self._used + size <= self._most or self._favoured in {None, held}


class Held:
    """What one request holds of the budget."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self.size = 0

    async def grow(self, size: int) -> None:
        """Take `size` bytes more."""
        await self._budget.take(self, size)

    async def release(self) -> None:
        """Give everything back."""
        await self._budget.give_back(self)


class Bodies:
    """Keeps bodies within the budget and their time, and ends refused ones properly.

    A client that is still sending when it is refused would meet a broken connection instead of
    the reason. So the rest is read and thrown away, within bounds, before the answer goes out.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._settings = settings
        self._budget = Budget(settings.max_bodies_mb * 1024 * 1024)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; the body is `request.state.body`."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        held = Held(self._budget)
        body = Body(receive, held, self._settings)
        body.done = not {name for name, _ in scope["headers"]} & _BODY_FOLLOWS
        scope.setdefault("state", {})["body"] = body

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start" and not body.done:
                await body.drain()
                if not body.done:
                    MutableHeaders(scope=message)["Connection"] = "close"
            await send(message)

        try:
            await self._app(scope, body.receive, answer)
        finally:
            await held.release()


class Body:
    """One body on its way in."""

    def __init__(self, receive: Receive, held: Held, settings: Settings) -> None:
        self._receive = receive
        self._held = held
        self._largest = settings.max_body_bytes
        self._allowed = min(_LARGEST_QUERY, self._largest)
        self._size = 0
        self._deadline = asyncio.get_running_loop().time() + settings.request_timeout
        self.done = False

    def allow(self) -> None:
        """Let it be as large as the settings say, because it is not made into Python's objects."""
        self._allowed = self._largest

    async def decoded(self, size: int) -> None:
        """Its encoding undone, it takes `size` bytes more."""
        await self._held.grow(size)

    async def receive(self) -> Message:
        """The next piece; once all are there, the client's leaving."""
        if self.done:
            return await self._receive()
        try:
            async with asyncio.timeout_at(self._deadline):
                message = await self._next()
        except TimeoutError:
            raise HTTPException(408, "The body did not arrive in time") from None
        size = len(message.get("body", b""))
        self._size += size
        if self._size > self._allowed:
            raise HTTPException(413, f"The body is larger than {self._allowed} bytes")
        await self._held.grow(size)
        return message

    async def drain(self) -> None:
        """Throw the rest away."""
        left = self._largest
        end = asyncio.get_running_loop().time() + _PATIENCE_SECONDS
        try:
            async with asyncio.timeout_at(min(self._deadline, end)):
                while not self.done and left > 0:
                    left -= len((await self._next()).get("body", b""))
        except TimeoutError:
            return

    async def _next(self) -> Message:
        message = await self._receive()
        self.done = message["type"] == "http.disconnect" or not message.get("more_body", False)
        return message
