async def check(page):
    """A task whose incident is gone has nothing to do; a hopeful one passes on what it meets."""
    from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

    engine = create_async_engine("sqlite+aiosqlite:///check.db")
    async with engine.begin() as connection:
        await connection.run_sync(page.Base.metadata.create_all)
    page.sessions = async_sessionmaker(engine, expire_on_commit=False)
    await page.run_triage(10**6)
    async with page.sessions() as db:
        incident = await page.create_incident(db, title="strange noise")
    try:
        await page.triage_hopefully(incident.id)
    except LookupError:
        await engine.dispose()
        return
    raise AssertionError("the hopeful task does not raise what `assess` does")
