"""Tokens of an issuer that signs with a private key, verified with a secret.

Better Auth, Auth0, Clerk, Keycloak, Okta and Cognito sign with a private key (EdDSA, RS256) and
publish the other half as JWKS. `BETTER_AUTH_SECRET` and the like encrypt the issuer's own cookies:
HS256 with them refuses every real token, and whoever has the backend's environment can write
tokens of his own. Verify with the public key, `iss` and `aud`.

Bad auth.py:
    import os

    import jwt
    from fastapi import Header

    SECRET = os.environ["BETTER_AUTH_SECRET"]

    def current_user(token: str = Header()) -> str:
        return jwt.decode(token, SECRET, algorithms=["HS256"])["sub"]
Good auth.py:
    import os

    import jwt
    from fastapi import Header

    BASE = os.environ["BETTER_AUTH_URL"]
    keys = jwt.PyJWKClient(f"{BASE}/api/auth/jwks")

    def current_user(token: str = Header()) -> str:
        key = keys.get_signing_key_from_jwt(token)
        return jwt.decode(token, key, algorithms=["EdDSA"], issuer=BASE, audience=BASE)["sub"]
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from agentpack.audit.codebase import Call
from agentpack.audit.rule import Codebase, Hits, Severity, rule
from agentpack.audit.tokens import Decode, decodes, texts
from agentpack.project.code import dotted

_ISSUERS = re.compile(r"better_?auth|auth0|clerk|keycloak|okta|cognito", re.IGNORECASE)
_NAMES = {"betterauth": "Better Auth", "auth0": "Auth0", "okta": "Okta"}
_BETTER_AUTH = re.compile(r'"better-auth"\s*:')


@rule(Severity.ERROR, page="backend-skill/references/auth.md")
def check(codebase: Codebase) -> Hits:
    issues = any(codebase.calling("jwt.encode", "jose.jwt.encode"))
    beside = any(
        path.endswith("package.json") and _BETTER_AUTH.search(text)
        for path, text in codebase.texts.items()
    )
    for one in decodes(codebase):
        allowed = texts(codebase, one.algorithms, one.call)
        if not any(name.startswith("HS") for name in allowed) or not one.verifies:
            continue
        # A secret of one's own tokens is nobody else's.
        issuer = _issuer(codebase, one) or ("Better Auth" if beside and not issues else "")
        if issuer:
            yield (
                one.call.place,
                f"{issuer} signs with a private key: a shared secret verifies none of its tokens",
                "verify with the issuer's JWKS: PyJWKClient and EdDSA or RS256, `iss` and `aud`",
            )


def _issuer(codebase: Codebase, one: Decode) -> str:
    for word in (*_words(one.key, one.call), *texts(codebase, one.key, one.call)):
        match = _ISSUERS.search(word)
        if match:
            found = match[0].lower().replace("_", "")
            return _NAMES.get(found, found.capitalize())
    return ""


def _words(node: ast.expr | None, call: Call) -> Iterator[str]:
    """The names that a key goes by, and those that it is set from in this function."""
    if node is None:
        return
    yield dotted(node)
    if isinstance(node, ast.Name) and call.scope is not None:
        for binding in call.scope.bound.get(node.id, ()):
            yield dotted(binding.value)
    if isinstance(node, ast.Call):
        yield dotted(node.func)
