"""A token that is believed without a look at its signature.

`verify_signature: False` reads what anybody may have written: whoever sends the token chooses the
user that it names. To find the right key, read the header (`jwt.get_unverified_header`) or let
`PyJWKClient` do so. Reading the claims first is not told where the same function verifies the
token afterwards; nor is an ID token that no route or dependency reads itself: it comes from the
issuer over TLS.

Bad auth.py:
    import jwt
    from fastapi import Header

    def current_user(authorization: str = Header()) -> str:
        token = authorization.removeprefix("Bearer ")
        return jwt.decode(token, options={"verify_signature": False})["sub"]
Good auth.py:
    import jwt
    from fastapi import Header

    keys = jwt.PyJWKClient("https://id.example/jwks")

    def current_user(authorization: str = Header()) -> str:
        token = authorization.removeprefix("Bearer ")
        key = keys.get_signing_key_from_jwt(token)
        return jwt.decode(token, key, algorithms=["EdDSA"], audience="https://id.example")["sub"]
"""

from __future__ import annotations

from agentpack.audit.rule import Codebase, Hits, Severity, rule
from agentpack.audit.tokens import Decode, decodes
from agentpack.project.code import dotted


@rule(Severity.ERROR, page="backend-skill/references/auth.md")
def check(codebase: Codebase) -> Hits:
    found = list(decodes(codebase))
    verified = {one.call.scope for one in found if one.verifies}
    for one in found:
        if not one.verifies and one.call.scope not in verified and not _is_own(codebase, one):
            yield (
                one.call.place,
                "the token's signature is not verified: anybody can write one",
                "verify it with the issuer's public key and a fixed list of algorithms",
            )


def _is_own(codebase: Codebase, one: Decode) -> bool:
    """Whether it is an ID token that the project has fetched, as far as its name and place tell."""
    given = one.call.node.args[0] if one.call.node.args else None
    roles, function = codebase.roles, one.call.scope
    return "id_token" in dotted(given) and not (function in roles.routes or function in roles.uses)
