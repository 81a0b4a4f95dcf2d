"""How much a pack may hold. The largest public ones known stay below a third of each."""

from __future__ import annotations

MOST_ENTRIES = 200_000
"""Files in the place that a pack is found in: a repository may have many that are no part of it."""
MOST_FILES = 10_000
LARGEST_FILE = 10 * 2**20
"""Bytes of one file."""
LARGEST_PACK = 150 * 2**20
"""Bytes of all files of a pack."""
LARGEST_REPOSITORY = 1 << 30
"""Bytes that git may fetch."""
LARGEST_LISTING = 64 * 2**20
"""Bytes of the list of a commit's files, or of a repository's refs."""
LARGEST_WHEEL = 500 * 2**20
LARGEST_MANIFEST = 2**20
DEEPEST = 16
"""Folders in one another, and the file."""
LONGEST_NAME = 120
"""Bytes of one part of a path."""
LONGEST_PATH = 240
"""Bytes of a path below `.claude`."""
LARGEST_TEMPLATE = 2**18
LARGEST_RENDERED = 2**21
"""Bytes that a template may come to."""


def megabytes(size: int) -> str:
    """A bound as it is told."""
    return f"{size / 2**20:.0f} MB"
