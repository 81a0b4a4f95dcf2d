async def check(page):
    """What the page's own requests leave out: one that is there, and a log for one that is not."""
    import httpx

    async with page.engine.begin() as connection:
        await connection.run_sync(page.Base.metadata.create_all)
    async with page.sessions.begin() as db:
        db.add(page.Incident(title="Incident 1"))
    transport = httpx.ASGITransport(page.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        assert (await client.get("/incidents/1")).json()["title"] == "Incident 1"
        lost = await client.post("/incidents/9/logs", files={"file": ("a.log", b"x")})
        assert lost.status_code == 404
    await page.engine.dispose()
