"""Backend agents and skills for Claude Code, proven before anyone installs them."""

__version__ = "1.0.0"
