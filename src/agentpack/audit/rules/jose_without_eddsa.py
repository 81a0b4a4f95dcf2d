"""python-jose is asked to verify EdDSA, which it cannot.

It knows RSA, EC and HMAC keys only: every token of Better Auth, and of any other issuer that signs
with Ed25519, is refused with "Unable to find an algorithm". PyJWT and joserfc can.

Bad auth.py:
    from fastapi import Header
    from jose import jwt

    def current_user(token: str = Header(), key: dict[str, str] = {}) -> str:
        return jwt.decode(token, key, algorithms=["EdDSA"], audience="api")["sub"]
Good auth.py:
    import jwt
    from fastapi import Header

    keys = jwt.PyJWKClient("https://id.example/jwks")

    def current_user(token: str = Header()) -> str:
        key = keys.get_signing_key_from_jwt(token)
        return jwt.decode(token, key, algorithms=["EdDSA"], audience="api")["sub"]
"""

from __future__ import annotations

from agentpack.audit.rule import Codebase, Hits, Severity, rule
from agentpack.audit.tokens import decodes, texts


@rule(Severity.ERROR, page="backend-skill/references/auth.md")
def check(codebase: Codebase) -> Hits:
    for one in decodes(codebase):
        if one.jose and "EdDSA" in texts(codebase, one.algorithms, one.call):
            yield one.call.place, "python-jose cannot verify EdDSA", "use PyJWT[crypto] or joserfc"
