"""Multipart bodies as any client may write them, not only LangSmith's SDKs."""

from __future__ import annotations

import pytest

from agent_spy.wire.multipart import gather

RUN = "550e8400-e29b-41d4-a716-446655440000"


@pytest.mark.parametrize(
    "head",
    [
        f'Content-Disposition: form-data; name="post.{RUN}.inputs"',
        f'Content-Disposition: form-data; filename="a.json"; name="post.{RUN}.inputs"',
        f'Content-Disposition: form-data;name="post.{RUN}.inputs"',
        f'Content-Type: text/plain\r\ncontent-disposition: form-data; NAME = "post.{RUN}.inputs"',
    ],
)
def test_a_part_is_known_by_its_name_however_its_head_is_written(head):
    """The name counts, and not that of a file beside it."""
    body = f'--b\r\n{head}\r\n\r\n{{"a": 1}}\r\n--b--\r\n'.encode()
    (run,) = gather("multipart/form-data; boundary=b", body).runs
    assert (run.run_id, run.patch, run.payloads) == (RUN, False, {"inputs": b'{"a": 1}'})


def test_what_stands_before_the_first_part_is_passed_over():
    """A preamble is no part; a part without a name is told."""
    body = b"hello\r\n--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--\r\n"
    parts = gather("multipart/form-data; boundary=b", body)
    assert (parts.runs, parts.faults) == ([], [("", "a part without a name")])
