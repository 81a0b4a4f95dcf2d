"""Packs: where they come from, what they may contain, and what is in them."""

from agentpack.pack.opening import (
    Origin,
    builtin_root,
    cache_folder,
    fetch,
    load,
    open_pack,
    resolve,
)
from agentpack.pack.values import TEMPLATE_SUFFIX, Component, Kind, Pack, PackFile

__all__ = [
    "TEMPLATE_SUFFIX",
    "Component",
    "Kind",
    "Origin",
    "Pack",
    "PackFile",
    "builtin_root",
    "cache_folder",
    "fetch",
    "load",
    "open_pack",
    "resolve",
]
