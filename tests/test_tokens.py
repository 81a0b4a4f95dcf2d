"""What a text is said to cost."""

from __future__ import annotations

import pytest

from agentpack.tokens import estimate


@pytest.mark.parametrize(
    ("text", "cost"),
    [
        ("", 0),
        ("abcd", 1),
        ("abcde", 2),
        ("é" * 4, 1),
        ("日本語", 3),
        ("한국어abcd", 4),
        ("日本語abcde", 5),
    ],
)
def test_four_characters_are_a_token_and_one_where_a_sign_is_a_word(text: str, cost: int) -> None:
    """Latin text costs a quarter of its length; Chinese, Japanese and Korean their length."""
    assert estimate(text) == cost
