"""The document's server as its words and models have it, for comparison only: `literal:app`.

What it leaves open is filled in the most usual way: one session a request, `flush` for each run,
and a tree that asks for each run's children.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import Depends, FastAPI, HTTPException
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import JSON, DateTime, Index, String, Text, Uuid, func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

engine = create_async_engine(os.environ.get("DATABASE_URL", "sqlite+aiosqlite://"))
sessions = async_sessionmaker(engine, expire_on_commit=False)


class Base(DeclarativeBase):
    pass


class Run(Base):
    __tablename__ = "runs"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, index=True)
    name: Mapped[str] = mapped_column(String(500), index=True)
    run_type: Mapped[str] = mapped_column(String(50), index=True)
    start_time: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
    end_time: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), index=True)
    parent_run_id: Mapped[UUID | None] = mapped_column(Uuid, index=True)
    inputs: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    outputs: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    extra: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    serialized: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    events: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON)
    error: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(20), default="running", index=True)
    tags: Mapped[list[str] | None] = mapped_column(JSON)
    reference_example_id: Mapped[UUID | None] = mapped_column(Uuid, index=True)
    project_name: Mapped[str | None] = mapped_column(String(255), index=True)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=func.now())
    updated_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), default=func.now(), onupdate=func.now()
    )

    __table_args__ = (
        Index("idx_runs_parent_start", "parent_run_id", "start_time"),
        Index("idx_runs_project_time", "project_name", "start_time"),
        Index("idx_runs_type_time", "run_type", "start_time"),
        Index("idx_runs_status_time", "status", "start_time"),
    )


class RunCreate(BaseModel):
    model_config = ConfigDict(extra="ignore")

    id: UUID = Field(default_factory=uuid4)
    name: str
    run_type: str
    start_time: datetime
    end_time: datetime | None = None
    inputs: dict[str, Any] = Field(default_factory=dict)
    outputs: dict[str, Any] | None = None
    error: str | None = None
    parent_run_id: UUID | None = None
    extra: dict[str, Any] | None = None
    project_name: str | None = None


class Batch(BaseModel):
    post: list[RunCreate] = []


class TraceRun(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    run_type: str
    status: str
    start_time: datetime
    end_time: datetime | None
    inputs: dict[str, Any] | None
    outputs: dict[str, Any] | None
    project_name: str | None


class Roots(BaseModel):
    runs: list[TraceRun]
    total: int


class Node(BaseModel):
    id: UUID
    name: str
    run_type: str
    status: str
    start_time: datetime
    end_time: datetime | None
    children: list[Node]


class Hierarchy(BaseModel):
    root_run_id: UUID
    hierarchy: Node


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    yield
    await engine.dispose()


async def session() -> AsyncIterator[AsyncSession]:
    async with sessions() as one:
        yield one


Db = Annotated[AsyncSession, Depends(session)]
app = FastAPI(lifespan=lifespan)


def status_of(run: Run) -> str:
    if run.end_time:
        if run.error:
            return "failed"
        if run.outputs:
            return "completed"
    return "running"


@app.get("/health")
async def health() -> dict[str, str]:
    return {"status": "healthy"}


@app.post("/api/v1/runs/batch")
async def batch(runs: Batch, db: Db) -> dict[str, Any]:
    for new in runs.post:
        run = Run(**new.model_dump())
        run.status = status_of(run)
        db.add(run)
        await db.flush()
    await db.commit()
    return {"success": True, "created_count": len(runs.post), "updated_count": 0, "errors": []}


@app.get("/api/v1/dashboard/runs/roots")
async def roots(
    db: Db, project: str | None = None, status: str | None = None, limit: int = 50, offset: int = 0
) -> Roots:
    query = select(Run).where(Run.parent_run_id.is_(None))
    if project:
        query = query.where(Run.project_name == project)
    if status:
        query = query.where(Run.status == status)
    total = await db.scalar(select(func.count()).select_from(query.subquery())) or 0
    page = query.order_by(Run.start_time.desc()).offset(offset).limit(limit)
    found = (await db.execute(page)).scalars()
    return Roots(runs=[TraceRun.model_validate(run) for run in found], total=total)


@app.get("/api/v1/dashboard/runs/{trace_id}/hierarchy")
async def hierarchy(trace_id: UUID, db: Db) -> Hierarchy:
    run = await db.get(Run, trace_id)
    if run is None:
        raise HTTPException(404)
    return Hierarchy(root_run_id=trace_id, hierarchy=await below(db, run))


async def below(db: AsyncSession, run: Run) -> Node:
    children = select(Run).where(Run.parent_run_id == run.id).order_by(Run.start_time)
    return Node(
        id=run.id,
        name=run.name,
        run_type=run.run_type,
        status=run.status,
        start_time=run.start_time,
        end_time=run.end_time,
        children=[await below(db, child) for child in (await db.execute(children)).scalars()],
    )
