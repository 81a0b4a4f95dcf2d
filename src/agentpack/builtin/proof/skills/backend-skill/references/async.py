def check(page):
    """A stream whose model stays there ends with `done`."""
    import asyncio

    async def whole():
        yield "one"

    page.tokens = whole
    _, text = asyncio.run(page.read_answer())
    assert "event: done" in text, text
