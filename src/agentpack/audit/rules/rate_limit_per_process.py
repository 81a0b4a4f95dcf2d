"""A rate limit that each worker counts for itself.

Without `storage_uri` slowapi counts in the process. With two workers, a limit of 5 a minute let 10
of 12 requests through; with the counter in Redis 5. The limit is told where the project itself
starts several workers.

Bad Dockerfile:
    CMD ["uvicorn", "main:app", "--host", "0.0.0.0", "--workers", "4"]
Bad main.py:
    from fastapi import FastAPI
    from slowapi import Limiter
    from slowapi.util import get_remote_address

    limiter = Limiter(key_func=get_remote_address)
    app = FastAPI()
Good Dockerfile:
    CMD ["uvicorn", "main:app", "--host", "0.0.0.0", "--workers", "4"]
Good main.py:
    from fastapi import FastAPI
    from slowapi import Limiter
    from slowapi.util import get_remote_address

    limiter = Limiter(key_func=get_remote_address, storage_uri="redis://redis:6379/0")
    app = FastAPI()
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from agentpack.audit.codebase import at
from agentpack.audit.rule import Codebase, Hits, Severity, rule
from agentpack.project.code import keyword

_SEVERAL = r"(?:[2-9]|[1-9]\d+|\$\{?\w+(?::-(?:[2-9]|[1-9]\d+)\}|\}?))"
_STARTS = re.compile(r"\b(?:uvicorn|gunicorn|fastapi|hypercorn|granian)\b")
_WORKERS = re.compile(
    rf"""(?:--workers|--web-concurrency|(?<![\w-])-w)["',\s=]+["']?{_SEVERAL}\b"""
    rf"""|^\s*(?:-\s*|ENV\s+|export\s+)?["']?WEB_CONCURRENCY["']?\s*[:=\s]\s*["']?{_SEVERAL}""",
    re.MULTILINE,
)
_LIMITERS = ("slowapi.Limiter", "slowapi.extension.Limiter")
_MEMORY = ("limits.storage.MemoryStorage", "limits.aio.storage.MemoryStorage")


@rule(Severity.ERROR, page="backend-skill/references/api-design.md")
def check(codebase: Codebase) -> Hits:
    where = next(_starts(codebase), "")
    if not where:
        return
    for call in codebase.calling(*_LIMITERS, *_MEMORY):
        told = keyword(call.node, "storage_uri")
        open_ended = any(one.arg is None for one in call.node.keywords)
        limiter = codebase.name(call) in _LIMITERS
        memory = str(getattr(told, "value", "")).startswith("memory:")
        if not limiter or memory or (told is None and not open_ended):
            yield (
                call.place,
                f"each worker counts for itself, and {where} starts several",
                "count in Redis: storage_uri",
            )


def _starts(codebase: Codebase) -> Iterator[str]:
    """Where the project starts more than one worker."""
    for path, text in codebase.texts.items():
        match = _WORKERS.search(text) if _STARTS.search(text) or "WEB_CONC" in text else None
        if match:
            yield f"{path}:{text.count(chr(10), 0, match.start()) + 1}"
    for call in codebase.calling("uvicorn.run"):
        workers = keyword(call.node, "workers")
        if isinstance(getattr(workers, "value", None), int) and workers.value > 1:  # type: ignore[union-attr]
            yield f"{call.module.path}:{call.node.lineno}"
    for module in codebase.modules:
        if module.path.rpartition("/")[2] in {"gunicorn.conf.py", "gunicorn_conf.py"}:
            for binding in module.bound.get("workers", ()):
                value = binding.value
                if not (isinstance(value, ast.Constant) and value.value == 1):
                    yield f"{module.path}:{at(module, binding.node).line}"
