async def check(page):
    """A task whose incident is gone has nothing to do."""
    from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

    engine = create_async_engine("sqlite+aiosqlite:///check.db")
    async with engine.begin() as connection:
        await connection.run_sync(page.Base.metadata.create_all)
    page.sessions = async_sessionmaker(engine)
    await page.run_triage(10**6)
    await engine.dispose()
