"""Which pages speak of commands that reach out to the net: found once for all rules."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from agentpack.lint.page import Page

_FETCHERS = ("curl", "wget")
_known: WeakKeyDictionary[Page, bool] = WeakKeyDictionary()


def fetches(page: Page) -> bool:
    """Whether its body names curl or wget."""
    found = _known.get(page)
    if found is None:
        body = page.body
        found = _known[page] = any(word in body for word in _FETCHERS)
    return found
