"""passlib, which has had no release since 2020.

It still works with bcrypt below 5; each new Python and each new bcrypt may be the one that ends
it, and no fix will come. pwdlib verifies the hashes that it has written.

Bad requirements.txt:
    fastapi
    passlib==1.7.4
    bcrypt==4.3.0
Bad security.py:
    from fastapi import FastAPI
    from passlib.context import CryptContext

    passwords = CryptContext(schemes=["bcrypt"])
Good security.py:
    from fastapi import FastAPI
    from pwdlib import PasswordHash

    passwords = PasswordHash.recommended()
"""

from __future__ import annotations

from agentpack.audit.codebase import at
from agentpack.audit.rule import Codebase, Hits, Severity, rule


@rule(Severity.WARNING, page="backend-skill/references/auth.md")
def check(codebase: Codebase) -> Hits:
    # Once is enough: what is to be done is done for the project.
    for module, node in codebase.importing("passlib"):
        if not codebase.versions.reaches("bcrypt", "5.0", module.path):
            yield at(module, node), "passlib is unmaintained since 2020", "use pwdlib"
            return
