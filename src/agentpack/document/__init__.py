"""Bytes to `Document`: what Claude Code reads in an agent's or a skill's file."""

from agentpack.document.document import Document, Field, Problem, read

__all__ = ["Document", "Field", "Problem", "read"]
