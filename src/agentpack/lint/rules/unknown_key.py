"""A key in an agent that the client does not know.

Claude Code passes over it: `temperature: 0.3` sets no temperature, `prompt:` says nothing to
the model. 2.1.329 warns in its debug log that it "does not recognize" the key. Notes for people,
such as `version`, `author` and `tags`, are not reported here.

Bad .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    temperature: 0.3
    ---
    Build endpoints.
Good .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    effort: low
    version: "1.0"
    ---
    Build endpoints.
"""

from agentpack.lint.keys import AGENT_KEYS, NOTES
from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.rules.misspelt_key import meant
from agentpack.lint.scene import Scene


@rule(Severity.WARNING, needs="odd key")
def check(scene: Scene) -> Hits:
    for key in sorted(scene.agent_keys - AGENT_KEYS - NOTES):
        # What looks like a key of tools, or is misspelt, has rules of its own.
        if "tool" in key.lower() or key.startswith("x-") or meant(key, of_agent=True):
            continue
        for agent in scene.agents_with(key):
            yield agent.at(key), f"{key!r} is no key of agents: nothing reads it", "delete it"
