"""Patches modules as the application imports them, and never imports one by itself."""

from __future__ import annotations

import sys
from importlib import import_module

# Each Python that the application starts runs this: `typing` alone would take longer.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

# The module that is hooked, ours that hooks it, and the function there.
_HOOKS = {
    "uvicorn.config": ("server", "uvicorn"),
    "starlette.applications": ("server", "starlette"),
    "starlette.middleware.base": ("server", "base_middleware"),
    "starlette.responses": ("framework", "responses"),
    "starlette.background": ("framework", "background"),
    "fastapi": ("framework", "telemetry"),
    "fastapi.routing": ("framework", "routing"),
    "fastapi.dependencies.utils": ("framework", "dependencies"),
    "anyio.to_thread": ("threads", "anyio"),
    "threading": ("threads", "thread"),
    "concurrent.futures.thread": ("threads", "executor"),
    "asyncio.locks": ("waits", "asyncio_locks"),
    "anyio._backends._asyncio": ("waits", "anyio_locks"),
    "sqlalchemy.engine": ("database", "engine"),
    "sqlalchemy.pool.impl": ("database", "pool"),
    "asyncpg.pool": ("database", "asyncpg_pool"),
    "psycopg_pool.pool": ("database", "psycopg_pool"),
    "psycopg_pool.pool_async": ("database", "psycopg_async_pool"),
    "sqlite3": ("drivers", "sqlite"),
    "aiosqlite.core": ("drivers", "aiosqlite"),
    "asyncpg.connection": ("drivers", "asyncpg"),
    "asyncpg.prepared_stmt": ("drivers", "asyncpg_prepared"),
    "psycopg.cursor": ("drivers", "psycopg"),
    "psycopg.cursor_async": ("drivers", "psycopg_async"),
    "httpx": ("outgoing", "httpx"),
    "httpx2": ("outgoing", "httpx"),
    "requests.sessions": ("outgoing", "requests"),
    "urllib3.connectionpool": ("outgoing", "urllib3"),
    "http.client": ("outgoing", "http_client"),
    "urllib.request": ("outgoing", "urllib"),
    "aiohttp.client": ("outgoing", "aiohttp"),
    "aiohttp.client_reqrep": ("outgoing", "aiohttp_response"),
}
failures: list[str] = []
"""What could not be hooked, and why."""


def install() -> None:
    """Hook what is imported already, and the rest when it is."""
    sys.meta_path.insert(0, _Finder())
    for name in _HOOKS:
        module = sys.modules.get(name)
        if module is not None:
            _hook(name, module)


def _hook(name: str, module: ModuleType) -> None:
    ours, function = _HOOKS[name]
    try:
        getattr(import_module("." + ours, __package__), function)(module)
    except Exception as error:  # noqa: BLE001 - a version unknown to us must work all the same
        failures.append(f"{name}: {error!r}")


class _Finder:
    """Finds nothing by itself: it asks the others, and notes the module's end of import."""

    def __init__(self) -> None:
        self._busy: set[str] = set()

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if name not in _HOOKS or name in self._busy:
            return None
        self._busy.add(name)
        try:
            for finder in list(sys.meta_path):
                find = None if finder is self else getattr(finder, "find_spec", None)
                spec = find(name, path, target) if find else None
                if spec is not None:
                    _after_import(name, spec)
                    return spec
        finally:
            self._busy.discard(name)
        return None


def _after_import(name: str, spec: Any) -> None:
    loader = spec.loader
    run = getattr(loader, "exec_module", None)
    if run is None or isinstance(loader, type):
        return

    def exec_module(module: ModuleType) -> None:
        run(module)
        _hook(name, module)

    try:
        loader.exec_module = exec_module
    except AttributeError:
        failures.append(f"{name}: its loader cannot be hooked")
