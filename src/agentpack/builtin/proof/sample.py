"""What the commands in the pages are tried on: an application with the endpoints they name."""

from __future__ import annotations

from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()


class Item(BaseModel):
    """What the examples post."""

    name: str


@app.get("/api/endpoint")
async def endpoint() -> dict[str, str]:
    """Answer the examples' GET."""
    return {"status": "ok"}


@app.post("/api/items", status_code=201)
async def create(item: Item) -> Item:
    """Answer the examples' POST."""
    return item
