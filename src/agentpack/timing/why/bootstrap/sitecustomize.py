"""Runs in the application's process at its start, put there by `PYTHONPATH`.

It begins to watch, then hands over to the `sitecustomize` that it hides. Whatever goes wrong here,
the application must start as it would without it.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module


def _chain(folder: str) -> None:
    """Run the `sitecustomize` that would have run without ours."""
    from importlib.machinery import PathFinder

    others = [entry for entry in sys.path if not entry or os.path.realpath(entry) != folder]
    found = PathFinder.find_spec("sitecustomize", others)
    if found is None or found.loader is None:
        return
    module = type(sys)("sitecustomize")
    module.__spec__ = found
    module.__file__ = found.origin
    sys.modules["sitecustomize"] = module
    found.loader.exec_module(module)


_folder = os.path.dirname(os.path.realpath(__file__))
try:
    import_module("_agentpack_why").start()
except Exception as _error:  # noqa: BLE001 - the application must start all the same
    sys.stderr.write(f"agentpack cannot watch this process: {_error!r}\n")
_chain(_folder)
