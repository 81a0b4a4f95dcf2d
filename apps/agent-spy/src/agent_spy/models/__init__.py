"""The tables."""

from agent_spy.models.attachment import Attachment
from agent_spy.models.base import Base
from agent_spy.models.echo import Echo
from agent_spy.models.feedback import Feedback
from agent_spy.models.following import ChangedRuns, Followed, MinuteCount, RunCount
from agent_spy.models.key import ApiKey
from agent_spy.models.project import Project
from agent_spy.models.run import Run
from agent_spy.models.secret import Secret
from agent_spy.models.share import Share

__all__ = [
    "ApiKey",
    "Attachment",
    "Base",
    "ChangedRuns",
    "Echo",
    "Feedback",
    "Followed",
    "MinuteCount",
    "Project",
    "Run",
    "RunCount",
    "Secret",
    "Share",
]
