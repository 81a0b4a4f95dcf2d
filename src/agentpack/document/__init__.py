"""Bytes to `Document`: what Claude Code reads in an agent's or a skill's file."""

from agentpack.document.document import Document, Field, Problem, read
from agentpack.document.scalars import SPACE, key_text
from agentpack.document.versions import NEWEST, RECORDED, Behaviour

__all__ = [
    "NEWEST",
    "RECORDED",
    "SPACE",
    "Behaviour",
    "Document",
    "Field",
    "Problem",
    "key_text",
    "read",
]
