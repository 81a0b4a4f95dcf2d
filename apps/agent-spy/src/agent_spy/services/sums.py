"""What runs and projects sum up to, in LangSmith's form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import exists

from agent_spy.models import Feedback, Run
from agent_spy.repositories.aggregates import Aggregates
from agent_spy.repositories.feedback import FeedbackReader
from agent_spy.services.query import Condition, Query, conditions
from agent_spy.services.shape import iso
from agent_spy.storage.database import Database

TOKENS = ("total_tokens", "prompt_tokens", "completion_tokens")


class Sums:
    """Sums runs up."""

    def __init__(self, database: Database) -> None:
        self._aggregates = Aggregates(database.reader)
        self._feedback = FeedbackReader(database.reader)

    async def of_runs(self, query: Query, *, only: bytes | None = None) -> bytes:
        """The sum of the runs that answer a query, as JSON."""
        wanted = conditions(query)
        if only is not None:
            wanted.append(Run.project_id == only)
        return orjson.dumps(await self.stats(wanted))

    async def of_project(self, project_id: UUID) -> dict[str, Any]:
        """The sum of a project's runs; latencies are those of its traces."""
        stats = await self.stats([Run.project_id == project_id])
        roots = await self._aggregates.of([Run.project_id == project_id, Run.parent_id.is_(None)])
        of_session = await self._feedback.sums(
            Feedback.project_id == project_id, Feedback.run_id.is_(None)
        )
        return stats | {
            "latency_p50": seconds(roots["latency_p50"]),
            "latency_p99": seconds(roots["latency_p99"]),
            "session_feedback_stats": of_session,
        }

    async def stats(self, wanted: Sequence[Condition]) -> dict[str, Any]:
        """The sum of runs, with that of their feedback."""
        found = await self._aggregates.of(wanted)
        count = found["run_count"]
        judged = exists().where(Run.id == Feedback.run_id, *wanted)
        return {
            "run_count": count,
            "latency_p50": seconds(found["latency_p50"]),
            "latency_p99": seconds(found["latency_p99"]),
            "first_token_p50": seconds(found["first_token_p50"]),
            "first_token_p99": seconds(found["first_token_p99"]),
            **{name: int(found[name] or 0) for name in TOKENS},
            "median_tokens": int(found["tokens_p50"] or 0),
            "total_cost": found["total_cost"],
            "prompt_cost": found["prompt_cost"],
            "completion_cost": found["completion_cost"],
            "tokens_p50": int(found["tokens_p50"] or 0),
            "tokens_p99": int(found["tokens_p99"] or 0),
            "last_run_start_time": iso(found["last_run_start_time"]),
            "error_rate": found["failed"] / count if count else 0.0,
            "streaming_rate": found["streamed"] / found["calls"] if found["calls"] else 0.0,
            "feedback_stats": await self._feedback.sums(judged),
            "run_facets": [],
        }


def seconds(microseconds: float | None) -> float | None:
    """Microseconds as seconds."""
    return None if microseconds is None else float(microseconds) / 1_000_000
