"""The page serves `shop.app:create_app`; its blocks show what is in there."""

from pathlib import Path

Path("shop").mkdir()
Path("shop/app.py").write_text(
    "from fastapi import FastAPI\n\n\ndef create_app() -> FastAPI:\n    return FastAPI()\n", "utf-8"
)


async def check(page):
    """The health route answers from the application's own settings."""
    import httpx

    transport = httpx.ASGITransport(page.create_app())
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        assert (await client.get("/health")).json()["database"].endswith("second.db")
