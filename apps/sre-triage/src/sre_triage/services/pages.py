"""Slices of a list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """A slice of a list and the length of the whole."""

    items: Sequence[Row]
    total: int
    page: int
    per_page: int


async def read_page(
    db: AsyncSession, found: Select[Any], *, order: Sequence[Any], page: int, per_page: int
) -> Page[Any]:
    """Return page number `page` (from 1) of what `found` selects; past the end it is empty.

    `order` must end in a unique column, or rows that tie change places between two pages.
    """
    total = await db.scalar(select(func.count()).select_from(found.subquery()))
    items = await db.scalars(found.order_by(*order).limit(per_page).offset((page - 1) * per_page))
    return Page(items=items.all(), total=total or 0, page=page, per_page=per_page)
