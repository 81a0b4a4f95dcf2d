"""Single values of the wire: ids, times, and which JSON is empty."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from uuid import UUID

_HEX_DIGITS, _WITH_DASHES = 32, 36
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SECOND = 1_000_000
_FIRST = (datetime.min.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND
LATEST = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND
"""The last microsecond of the year 9999."""
_LATEST_SECONDS = 4_102_444_800
"""The year 2100. A greater number counts milliseconds, as the JavaScript SDK's do."""
_LONGEST_NUMBER = 4_102_444_800_000


def run_id(text: str) -> bytes:
    """The 16 bytes of a UUID, in any of its usual spellings (`ValueError` for others)."""
    plain = text.replace("-", "") if len(text) == _WITH_DASHES else text
    if len(plain) == _HEX_DIGITS:
        try:
            return bytes.fromhex(plain)
        except ValueError:
            pass
    return UUID(text).bytes


def microseconds(value: str | float) -> int:
    """A time as microseconds since 1970. A text without a zone is UTC, as the SDK sends it.

    Raises:
        ValueError: it is no time between the years 1 and 9999.
    """
    if isinstance(value, str):
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        since = moment - _EPOCH
        found = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
        if not _FIRST <= found <= LATEST:  # its zone puts it into another year
            raise ValueError(f"{value} is no time between the years 1 and 9999")
        return found
    if not 0 <= value <= _LONGEST_NUMBER:
        raise ValueError(f"{value} is no time since 1970 in seconds or milliseconds")
    return round(value * (1_000_000 if value <= _LATEST_SECONDS else 1_000))


def moment(value: int) -> datetime:
    """The aware time of `value` microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=value)


@lru_cache(maxsize=4096)
def _second(seconds: str) -> str:
    return (_EPOCH + timedelta(seconds=int(seconds))).isoformat()[:19]


def iso(value: int) -> str:
    """`value` microseconds since 1970 in ISO 8601, in UTC."""
    if value < _SECOND:
        return moment(value).isoformat(timespec="microseconds")
    digits = str(value)  # to cut them costs less than to divide and to format
    return f"{_second(digits[:-6])}.{digits[-6:]}+00:00"


def id_text(value: bytes) -> str:
    """The usual spelling of a UUID's 16 bytes."""
    text = value.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
