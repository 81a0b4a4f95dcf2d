"""How many tokens a text costs: an estimate, since the client's tokenizer is not public."""

from __future__ import annotations

import re

METHOD = "characters / 4, Chinese, Japanese and Korean ones whole, rounded up"

# Of these scripts a tokenizer has about one character in a token, not four.
_WHOLE = (
    "[\u1100-\u11ff\u2e80-\u9fff\ua960-\ua97f\uac00-\ud7ff"
    "\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]+"
)


def estimate(text: str) -> int:
    """About how many tokens `text` takes, by `METHOD`."""
    if text.isascii():
        return -(-len(text) // 4)
    whole = sum(match.end() - match.start() for match in re.finditer(_WHOLE, text))
    return whole - (whole - len(text)) // 4
