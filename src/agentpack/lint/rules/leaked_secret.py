"""A key, token or private key of a known provider, written into a file that is handed around.

Whoever gets the repository or the pack has it, and Claude Code sends it to the model with the
text around it. The formats are those that the providers publish; documented examples such as
`AKIAIOSFODNN7EXAMPLE`, and whatever is too regular to be drawn at random, are left alone.

Bad .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    ---
    Sign in with {token}.
Good .claude/agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    ---
    Sign in with `$GITHUB_TOKEN`; it looks like ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx.
"""

import re
from collections.abc import Iterator

from agentpack.lazy import lazy
from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene
from agentpack.lint.spot import spot

# Put together here, so that no scanner takes this file for a leak.
__doc__ = __doc__.replace("{token}", "ghp_" + "R7vLq2ZtXw9KdM4sYb1NcH8uJf5PgA3eTiOk")

# What each begins with, or cannot be without, and what it looks like.
_FORMATS = tuple(
    (sign.encode(), provider, lazy(pattern.encode()))
    for sign, provider, pattern in (
        ("AKIA", "AWS", r"\bAKIA[A-Z2-7]{16}\b"),
        ("ASIA", "AWS", r"\bASIA[A-Z2-7]{16}\b"),
        ("ghp_", "GitHub", r"\bghp_[A-Za-z0-9]{36}\b"),
        ("gho_", "GitHub", r"\bgho_[A-Za-z0-9]{36}\b"),
        ("ghs_", "GitHub", r"\bghs_[A-Za-z0-9]{36}\b"),
        ("github_pat_", "GitHub", r"\bgithub_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}\b"),
        ("glpat-", "GitLab", r"\bglpat-[\w-]{20,64}"),
        ("xox", "Slack", r"\bxox[abeoprs]-\d{8,16}-[A-Za-z0-9-]{12,90}"),
        ("hooks.slack.com", "Slack", r"hooks\.slack\.com/services/T\w{8,12}/B\w{8,12}/\w{24}"),
        ("k_live_", "Stripe", r"\b[rs]k_live_[A-Za-z0-9]{24,120}"),
        ("sk-ant-", "Anthropic", r"\bsk-ant-[a-z]{3,5}\d\d-[\w-]{80,120}"),
        ("T3BlbkFJ", "OpenAI", r"\bsk-[\w-]{16,90}T3BlbkFJ[\w-]{16,90}"),
        ("AIza", "Google", r"\bAIza[\w-]{35}\b"),
        ("npm_", "npm", r"\bnpm_[A-Za-z0-9]{36}\b"),
        ("pypi-AgEI", "PyPI", r"\bpypi-AgEIcHlwaS5vcmc[\w-]{50,400}"),
        ("hf_", "Hugging Face", r"\bhf_[A-Za-z0-9]{34}\b"),
        ("SG.", "SendGrid", r"\bSG\.[\w-]{22}\.[\w-]{43}\b"),
        (
            "PRIVATE KEY-----",
            "",
            r"-----BEGIN (?:[A-Z]{2,9} ){0,2}PRIVATE KEY-----\s{1,9}[A-Za-z0-9+/]{60,76}(?=\s)",
        ),
    )
)
_MADE_UP = lazy(
    r"example|xxx|\.\.\.|your|placeholder|fake|dummy|sample|redacted|secret|test|1234|abcd|0000|7890",
    re.IGNORECASE,
)
_FEWEST_DISTINCT = 10
_COUNTED = ("12345", "abcde")
_WORD = bytes(0x61 if chr(n).isalnum() and n < 0x80 else 0x20 for n in range(256))  # noqa: PLR2004
_LONG_WORD = b"a" * 16
_AROUND = 200


@rule(Severity.WARNING)
def check(scene: Scene) -> Hits:
    texts = [(page.path, page.document.source) for page in scene.pages]
    for path, text in (*texts, *scene.texts.items()):
        raw = text.encode(errors="replace")
        for place, secret, provider in _secrets(raw):
            what = f"a secret of {provider}: {secret[:8]}…" if provider else "a private key"
            yield spot(path, text, len(raw[:place].decode(errors="replace"))), what, TIP


def _secrets(raw: bytes) -> Iterator[tuple[int, str, str]]:
    """What looks like a secret, where it is, and whose: looked for around what seems drawn.

    All of them have what few words have, a long run of letters and digits, with both in it.
    """
    words = raw.translate(_WORD)
    done = 0
    start = words.find(_LONG_WORD)
    while start >= 0:
        end = words.find(b" ", start)
        end = end if end >= 0 else len(raw)
        if not raw[start:end].isalpha():
            low = max(start - _AROUND, done)
            for place, secret, provider in _known(raw[low : min(end, start + _AROUND) + _AROUND]):
                yield low + place, secret, provider
                done = low + place + len(secret)
        start = words.find(_LONG_WORD, end)


def _known(window: bytes) -> Iterator[tuple[int, str, str]]:
    for sign, provider, format_ in _FORMATS:
        if sign in window:
            for match in format_.finditer(window):
                secret = match[0].decode().rpartition("-----")[2].strip()
                if not _made_up(secret):
                    yield match.start(), secret, provider
                    return


def _made_up(secret: str) -> bool:
    """Whether it is too regular to be drawn at random, or says what it is."""
    letters = "".join(filter(str.isalpha, secret)).lower()
    digits = "".join(filter(str.isdigit, secret))
    return (
        len(set(secret)) < _FEWEST_DISTINCT
        or _MADE_UP.search(secret) is not None
        or any(row in letters or row in digits for row in _COUNTED)
    )


TIP = "withdraw it at the provider, and name the environment variable that holds it"
