"""The real Claude Code, driven on loopback by a script in the model's place."""

from agentpack.client.binary import Binary, find
from agentpack.client.verdict import AgentVerdict, Failure, SkillVerdict, Verification
from agentpack.client.verify import verify

__all__ = ["AgentVerdict", "Binary", "Failure", "SkillVerdict", "Verification", "find", "verify"]
