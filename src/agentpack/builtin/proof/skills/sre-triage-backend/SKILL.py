async def check(page):
    """The page's service over HTTP: an incident is made, triaged in the background and read."""
    import httpx
    from fastapi import FastAPI

    app = FastAPI()
    app.include_router(page.router)
    async with page.engine.begin() as connection:
        await connection.run_sync(page.Base.metadata.create_all)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        made = await client.post("/incidents", json={"title": "API is down"})
        assert (made.status_code, made.json()["status"]) == (201, "pending")
        assert (await client.get("/incidents/1")).json()["status"] == "triaged"
        assert (await client.get("/incidents/2")).status_code == 404
    await page.engine.dispose()
