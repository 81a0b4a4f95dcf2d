"""`Content-Encoding` undone, never beyond a bound of what comes out."""

from __future__ import annotations

import zlib
from typing import Protocol

import zstandard

_ZSTD_WINDOW = 1 << 27
KNOWN = ("", "identity", "gzip", "x-gzip", "deflate", "zstd")
"""What `Content-Encoding` may say."""


class BodyTooLargeError(Exception):
    """More bytes than the bound came out."""


class Decoder(Protocol):
    """Takes bytes as they arrive, gives bytes as they come out."""

    def feed(self, data: bytes) -> bytes:
        """Decode `data`; `ValueError` where it is not of the encoding."""

    def end(self) -> None:
        """Say that no more will come; `ValueError` where the body broke off."""


class _Plain:
    def feed(self, data: bytes) -> bytes:
        return data

    def end(self) -> None:
        """Nothing can be missing that this could know of."""


class _Zlib:
    """gzip, or deflate in its wrapper."""

    def __init__(self, bound: int, bits: int) -> None:
        self._left = bound
        self._stream = zlib.decompressobj(bits)
        self._bits = bits

    def feed(self, data: bytes) -> bytes:
        out: list[bytes] = []
        while data:
            try:
                piece = self._stream.decompress(data, self._left + 1)
            except zlib.error as error:
                raise ValueError(f"the body is not what its encoding says: {error}") from None
            self._left -= len(piece)
            if self._left < 0:
                # The exception keeps this frame, and with it these, until it is answered.
                piece = b""
                out.clear()
                raise BodyTooLargeError
            out.append(piece)
            data = self._stream.unconsumed_tail
            if self._stream.eof:
                data = self._stream.unused_data
                if data:
                    self._stream = zlib.decompressobj(self._bits)
        return b"".join(out)

    def end(self) -> None:
        if not self._stream.eof:
            raise ValueError("the compressed body breaks off before its end")


class _Zstd:
    """Zstandard, one frame after another.

    What a frame says of its size is not believed: it is fed in small pieces, and what comes out
    is counted. One piece can give at most a block of 128 KiB for every few bytes.
    """

    _PIECE = 256

    def __init__(self, bound: int) -> None:
        self._left = bound
        self._context = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW)
        self._frame = self._context.decompressobj()
        self._fed = False

    def feed(self, data: bytes) -> bytes:
        out: list[bytes] = []
        view = memoryview(data)
        while view:
            if self._frame.eof:
                self._frame, self._fed = self._context.decompressobj(), False
            piece, view = view[: self._PIECE], view[self._PIECE :]
            try:
                plain = self._frame.decompress(piece)
            except zstandard.ZstdError as error:
                raise ValueError(f"the body is not what its encoding says: {error}") from None
            self._fed = True
            self._left -= len(plain)
            if self._left < 0:
                plain = b""  # as above
                out.clear()
                raise BodyTooLargeError
            out.append(plain)
            if self._frame.unused_data:
                view = memoryview(self._frame.unused_data + bytes(view))
        return b"".join(out)

    def end(self) -> None:
        if self._fed and not self._frame.eof:
            raise ValueError("the compressed body breaks off before its end")


def decoder(encoding: str | None, bound: int) -> Decoder:
    """What undoes `encoding`, letting at most `bound` bytes out.

    Raises:
        ValueError: the encoding is not known.
    """
    match (encoding or "identity").strip().lower():
        case "identity" | "":
            return _Plain()
        case "gzip" | "x-gzip":
            return _Zlib(bound, 31)
        case "deflate":
            return _Zlib(bound, 15)
        case "zstd":
            return _Zstd(bound)
        case other:
            raise ValueError(f"no content encoding {other!r}; gzip, deflate and zstd are known")
