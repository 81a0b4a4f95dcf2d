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

import re
from itertools import islice

from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene
from agentpack.lint.spot import spot

__doc__ = __doc__.replace("{hidden}", "\U000e0068\U000e0069")  # a linter reads this file too

_MOST = 20
_HIDDEN = re.compile(
    # A flag's tags follow a black flag and end with a cancelling tag.
    r"\U0001f3f4[\U000e0020-\U000e007e]{2,6}\U000e007f"
    r"|(?P<tags>[\U000e0000-\U000e007f]+)"
    r"|(?P<direction>[\u202a-\u202e\u2066-\u2069]+)"
    # Before a fence, a space of no width keeps the fence from being one.
    r"|(?P<unseen>\u200b+(?!```)|[\u180e\u2060-\u2064\u3164]+"
    r"|(?<=[!-~])[\u200c\u200d]+(?=[!-~])|(?<!\\A)\ufeff+|[\ufe00-\ufe0f\U000e0100-\U000e01ef]{2,})"
)
# One of these is in whatever hides something; each is looked for as fast as memory is read.
_SIGNS = (
    *"\u200b\u200c\u200d\u2060\u2062\u2063\u2064\u202a\u202b\u202c\u202d\u202e",
    *"\u2066\u2067\u2068\u2069\ufeff\u180e\u3164",
    *(chr(0xE0000 + ord(tag)) for tag in " aeiot\x01\x7f"),
    *(chr(0xE0100 + number) for number in range(0, 240, 40)),
)


@rule(Severity.WARNING)
def check(scene: Scene) -> Hits:
    texts = [(page.path, page.document.source) for page in scene.pages]
    for path, text in (*texts, *scene.texts.items()):
        if text.isascii() or not any(sign in text for sign in _SIGNS):
            continue
        found = (match for match in _HIDDEN.finditer(text) if match.lastgroup)
        for match in islice(found, _MOST):
            yield spot(path, text, match.start()), _message(match), "delete it"


def _message(match: re.Match[str]) -> str:
    if match.lastgroup == "tags":
        words = "".join(chr(ord(tag) & 0x7F) for tag in match[0])
        return f"hidden text {words[:60]!r} in tag characters"
    name = f"U+{ord(match[0][0]):04X}"
    if match.lastgroup == "direction":
        return f"{name} changes the order in which the text is shown"
    return f"an unseen character {name}"
