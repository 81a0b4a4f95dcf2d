"""Characters that nobody sees and the model reads, or that show a text in another order.

Claude Code sends an agent's and a skill's body to the model as it stands. Tag characters can
carry whole sentences that no editor shows; controls of the reading direction show the
reviewer another text than the model gets. In a skill's description 2.1.329 puts spaces in
their place; in an agent's it does not. Emoji, flags, joiners within a script that needs them
and a byte-order mark at the start are left alone.

Bad .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    ---
    Build endpoints.{hidden}
Good .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints 👩‍💻 🏴󠁧󠁢󠁥󠁮󠁧󠁿. Use when one is to be added.
    ---
    Build endpoints. می‌خواهم
"""

from itertools import islice

from agentpack import unseen
from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene
from agentpack.lint.spot import spot

__doc__ = __doc__.replace("{hidden}", "\U000e0068\U000e0069")  # a linter reads this file too

_MOST = 20


@rule(Severity.WARNING)
def check(scene: Scene) -> Hits:
    texts = [(page.path, page.document.source) for page in scene.pages]
    for path, text in (*texts, *scene.texts.items()):
        for start, fault in islice(unseen.faults(text), _MOST):
            yield spot(path, text, start), fault, "delete it"
