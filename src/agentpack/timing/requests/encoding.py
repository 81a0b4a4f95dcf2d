"""A body as it was before it was compressed."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

_MOST = 256 * 1024 * 1024
"""Bytes that a body may become: a small one can be made to fill any memory."""


def decoded(headers: Sequence[tuple[str, str]], body: bytes) -> bytes:
    """The body with `gzip` and `deflate` undone; any other encoding leaves it as it is.

    Raises:
        ValueError: it is not what its header says.
    """
    named = next((value for name, value in headers if name.lower() == "content-encoding"), "")
    for name in reversed([part.strip().lower() for part in named.split(",")]):
        if name in ("gzip", "x-gzip"):
            body = _inflated(body, 31)
        elif name == "deflate":
            # Some servers send it without the zlib header.
            body = _inflated(body, 15 if body[:1] == b"\x78" else -15)
    return body


def _inflated(body: bytes, window: int) -> bytes:
    stream = zlib.decompressobj(window)
    try:
        made = stream.decompress(body, _MOST)
    except zlib.error as error:
        raise ValueError(f"the body is not what its Content-Encoding says: {error}") from None
    if not stream.eof:
        raise ValueError("the body ends in the midst of its encoding, or is larger than 256 MiB")
    return made
