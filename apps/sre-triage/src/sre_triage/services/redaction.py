"""Take secrets out of text before it leaves the house.

It knows the shapes that secrets commonly have, and errs on the side of taking too much. It is a
net and no proof: whoever may read the reports sees all of it.
"""

from __future__ import annotations

import re

_GONE = "[redacted]"

# Each keeps what its group `kept` matches and loses the rest. Every repetition that another try
# could start within is bounded, so that no log makes them slow.
_SHAPES = (
    # Blocks of keys, also where the log was cut before their end.
    r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----.*?(?:-----END [A-Z0-9 ]{0,40}KEY-----|\Z)",
    # postgresql://user:password@host
    r"(?P<kept>\b[a-z][a-z0-9+.-]{0,20}://[^\s:/@]{0,200}:)[^\s/@]+(?=@)",
    r"(?P<kept>\bauthorization[\"']?\s*[:=]\s*[\"']?(?:basic|bearer|token)?\s*)[^\s\"',;]+",
    r"(?P<kept>\bbearer\s+)[\w.~+/=-]{8,}",
    r"(?P<kept>\bcookie\s*:\s*)[^\r\n]+",
    # password=…, "api_key": "…", AWS_SECRET_ACCESS_KEY=…
    (
        r"(?P<kept>(?:passw(?:or)?d|pwd|secret|token|credential|(?:api|access|private)[_-]?key)"
        r"[\w-]{0,40}[\"']?\s*[:=]\s*)(?:\"[^\"]*\"|'[^']*'|[^\s,;&\"']+)"
    ),
    # JSON Web Tokens, and keys whose issuers mark them.
    r"\beyJ[\w-]{8,500}\.[\w-]{8,}\.[\w-]*",
    r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b",
    r"\b(?:sk|pk|rk)[-_][\w-]{16,}",
    r"\b(?:gh[pousr]_|github_pat_|glpat-|xox[abprs]-|hf_|npm_|pypi-)[\w-]{10,}",
    r"\bAIza[\w-]{35}",
)
_PATTERNS = tuple(re.compile(shape, re.IGNORECASE | re.DOTALL) for shape in _SHAPES)


def redact(text: str) -> str:
    """Return `text` with what looks like a secret replaced by `[redacted]`."""
    for pattern in _PATTERNS:
        text = pattern.sub(lambda found: found.groupdict().get("kept", "") + _GONE, text)
    return text
