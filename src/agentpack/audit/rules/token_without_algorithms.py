"""A token is decoded without a list of the algorithms that may have signed it.

PyJWT 2 refuses every such token with a DecodeError, so that no login works. python-jose takes the
algorithm that the token itself names, which is the attacker's choice.

Bad auth.py:
    import jwt
    from fastapi import Header

    def current_user(token: str = Header()) -> str:
        return jwt.decode(token, "a-secret-of-at-least-32-characters")["sub"]
Good auth.py:
    import jwt
    from fastapi import Header

    def current_user(token: str = Header()) -> str:
        return jwt.decode(token, "a-secret-of-at-least-32-characters", algorithms=["HS256"])["sub"]
"""

from __future__ import annotations

from agentpack.audit.rule import Codebase, Hits, Severity, rule
from agentpack.audit.tokens import decodes


@rule(Severity.ERROR, page="backend-skill/references/auth.md")
def check(codebase: Codebase) -> Hits:
    for one in decodes(codebase):
        if one.algorithms is not None or one.open_ended or not one.verifies:
            continue
        if one.jose:
            yield one.call.place, "the token chooses its own algorithm", 'algorithms=["…"]'
        elif codebase.versions.reaches("pyjwt", "2.0", one.call.module.path):
            yield one.call.place, "PyJWT 2 decodes nothing without `algorithms`", 'algorithms=["…"]'
