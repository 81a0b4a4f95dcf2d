async def check(page):
    """One ticket that is there can be read."""
    import httpx

    app = page.create_app("sqlite+aiosqlite:///one.db")
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://test") as client,
    ):
        made = (await client.post("/tickets", json={"title": "One"})).json()
        assert (await client.get(f"/tickets/{made['id']}")).json() == made
