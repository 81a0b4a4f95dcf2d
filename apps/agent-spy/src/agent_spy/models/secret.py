"""What the servers of one database share and tell nobody."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from agent_spy.models.base import Base


class Secret(Base):
    """Made at random by the first server that needs it."""

    __tablename__ = "secrets"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[bytes]
