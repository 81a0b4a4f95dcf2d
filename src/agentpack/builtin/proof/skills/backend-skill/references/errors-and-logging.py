async def check(page):
    """A lifespan passes through, and an answer that has begun is not answered twice."""
    import httpx
    from starlette.responses import StreamingResponse

    app = page.create_app()

    @app.get("/half")
    async def half():
        async def stream():
            yield b"begun"
            raise ConnectionError("gone")

        return StreamingResponse(stream())

    async with app.router.lifespan_context(app):
        pass
    received = []
    await app({"type": "lifespan", "app": app, "state": {}}, *_lifespan(received))
    assert received == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        try:
            await client.get("/half")
        except ConnectionError:
            return
    raise AssertionError("the error was kept from the server")


def _lifespan(received):
    sent = iter(["lifespan.startup", "lifespan.shutdown"])

    async def receive():
        return {"type": next(sent)}

    async def send(message):
        received.append(message["type"])

    return receive, send
