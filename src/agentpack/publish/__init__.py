"""What a pack's author needs: the pack as a plugin or for other clients, and scaffolds."""

from agentpack.publish.plugin import plugin
from agentpack.publish.scaffold import scaffold
from agentpack.publish.write import differences, write

__all__ = ["differences", "plugin", "scaffold", "write"]
