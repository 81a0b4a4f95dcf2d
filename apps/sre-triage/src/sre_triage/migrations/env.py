"""What Alembic runs: on the connection that it was handed, or, by its own command, on ours."""

from __future__ import annotations

import asyncio

from alembic import context
from sqlalchemy import Connection

from sre_triage.database import create_engine
from sre_triage.models import Base
from sre_triage.settings import Settings


def migrate(connection: Connection) -> None:
    """Run what was asked for, in one transaction."""
    context.configure(connection=connection, target_metadata=Base.metadata)
    with context.begin_transaction():
        context.run_migrations()


async def migrate_settings() -> None:
    """Do the same on the database that the settings name."""
    engine = create_engine(Settings().database_url)
    async with engine.begin() as connection:
        await connection.run_sync(migrate)
    await engine.dispose()


handed: Connection | None = context.config.attributes.get("connection")
if handed is not None:
    migrate(handed)
else:
    asyncio.run(migrate_settings())
