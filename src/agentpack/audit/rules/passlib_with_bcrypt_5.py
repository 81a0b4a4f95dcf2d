"""passlib's bcrypt, beside a bcrypt that it cannot work with.

passlib 1.7.4, the last release (2020), tries bcrypt out with a password of more than 72 bytes when
it is first used. bcrypt 5 raises for such a password: no password can be hashed or verified, and
every login fails. Without a lock or an upper bound the next install brings bcrypt 5. pwdlib
hashes with Argon2 and reads the old hashes; or pin `bcrypt<5`.

Bad requirements.txt:
    fastapi
    passlib[bcrypt]==1.7.4
    bcrypt==5.0.0
Bad security.py:
    from fastapi import FastAPI
    from passlib.context import CryptContext

    passwords = CryptContext(schemes=["bcrypt"], deprecated="auto")
Good requirements.txt:
    fastapi
    pwdlib[argon2]
Good security.py:
    from fastapi import FastAPI
    from pwdlib import PasswordHash

    passwords = PasswordHash.recommended()
"""

from __future__ import annotations

import ast

from agentpack.audit.rule import Codebase, Hits, Severity, rule
from agentpack.project.code import keyword


@rule(Severity.ERROR, page="backend-skill/references/auth.md")
def check(codebase: Codebase) -> Hits:
    for call in codebase.calling("passlib.context.CryptContext", "passlib.hash.bcrypt.hash"):
        schemes = keyword(call.node, "schemes") or (call.node.args[0] if call.node.args else None)
        named = {
            one.value for one in ast.walk(schemes or call.node) if isinstance(one, ast.Constant)
        }
        uses = any("bcrypt" in str(name) for name in named) or "bcrypt" in codebase.name(call)
        if uses and codebase.versions.reaches("bcrypt", "5.0", call.module.path):
            pinned = codebase.versions.pinned("bcrypt", call.module.path)
            which = f"bcrypt {pinned}" if pinned else "bcrypt 5, which nothing here rules out"
            yield call.place, f"with {which}, passlib fails for every password", "use pwdlib"
