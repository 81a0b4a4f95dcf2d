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

from agentpack.lazy import lazy
from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene
from agentpack.lint.spot import spot

__doc__ = __doc__.replace("{hidden}", "\U000e0068\U000e0069")  # a linter reads this file too

_MOST = 20
_ASCII = bytes(range(128))
_TAGS = r"\U000e0000-\U000e007f"
_DIRECTION = r"\u202a-\u202e\u2066-\u2069"
_UNSEEN = r"\u180e\u200b\u2060-\u2064\u3164\ufeff"
_JOINERS = r"\u200c\u200d"
_SELECTORS = r"\ufe00-\ufe0e\U000e0100-\U000e01ef"
# The selector for emoji is in most texts: it is no sign of anything, but part of a run.
_SIGN = lazy(f"[{_TAGS}{_DIRECTION}{_UNSEEN}{_JOINERS}{_SELECTORS}]")
_RUN = lazy(f"[{_TAGS}{_DIRECTION}{_UNSEEN}{_JOINERS}{_SELECTORS}\ufe0f]+")
_TAG = lazy(f"[{_TAGS}]")
_TURN = lazy(f"[{_DIRECTION}]")
_BLANK = lazy(f"[{_UNSEEN}]")
_JOINER = lazy(f"[{_JOINERS}]")
_SELECTOR = lazy(f"[{_SELECTORS}\ufe0f]")
_FLAG, _FLAG_END, _FLAG_LONGEST = "\U0001f3f4", "\U000e007f", 8


@rule(Severity.WARNING)
def check(scene: Scene) -> Hits:
    texts = [(page.path, page.document.source) for page in scene.pages]
    for path, text in (*texts, *scene.texts.items()):
        if text.isascii() or not _SIGN.search(_beyond_ascii(text)):
            continue
        found = ((run.start(), _fault(text, run)) for run in _RUN.finditer(text))
        for start, fault in islice((pair for pair in found if pair[1]), _MOST):
            yield spot(path, text, start), fault, "delete it"


def _beyond_ascii(text: str) -> str:
    """What is left without ASCII: a small part of most texts, and quickly found."""
    return text.encode(errors="replace").translate(None, _ASCII).decode()


def _fault(text: str, run: re.Match[str]) -> str:
    """What is wrong with these characters; nothing where they are of use."""
    before, after = text[max(run.start() - 1, 0) : run.start()], text[run.end() : run.end() + 3]
    tags = _TAG.findall(run[0])
    if tags:
        if before == _FLAG and run[0].endswith(_FLAG_END) and len(tags) < _FLAG_LONGEST:
            return ""
        words = "".join(chr(ord(tag) & 0x7F) for tag in tags)
        return f"hidden text {words[:60]!r} in tag characters"
    turn = _TURN.search(run[0])
    if turn:
        return f"U+{ord(turn[0]):04X} changes the order in which the text is shown"
    blank = _BLANK.search(run[0])
    # At the very start it marks the byte order; before a fence it keeps it from being one.
    if blank and not (run.start() == 0 and run[0] == "\ufeff") and after != "```":
        return f"an unseen character U+{ord(blank[0]):04X}"
    joiner = _JOINER.search(run[0])
    if joiner and before.isascii() and before.isalnum() and after[:1].isascii():
        return f"an unseen character U+{ord(joiner[0]):04X} between letters that need none"
    if len(_SELECTOR.findall(run[0])) > 1:
        return "several variation selectors in a row, which may hide a text"
    return ""
