"""Why a text is not YAML to the client."""

from __future__ import annotations


class YamlError(Exception):
    """A text that the client's YAML reader refuses.

    Args:
        reason: what is wrong, as a phrase.
        place: where, in characters from the start of the text.
    """

    def __init__(self, reason: str, place: int) -> None:
        self.reason, self.place = reason, place
        super().__init__(reason)
