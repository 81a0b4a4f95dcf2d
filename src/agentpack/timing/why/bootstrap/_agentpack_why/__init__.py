"""Watches a served application from within: standard library only, Python 3.9 and later.

What it sees goes to the harness as JSON over loopback. Nothing of it runs until the application
imports what it hooks, and no request is watched that does not carry the harness's own mark.
"""

from __future__ import annotations

import os


def start() -> None:
    """Hook what is to be watched, as the application imports it; nothing without a receiver."""
    if not os.environ.get("AGENTPACK_WHY_PORT"):
        return
    from . import imports

    imports.install()
