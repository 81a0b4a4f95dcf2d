"""Agent Spy: a trace server that speaks LangSmith's protocol."""

__version__ = "0.1.0"
