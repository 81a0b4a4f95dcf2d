"""What the languages of fences are called, and what becomes of each."""

from __future__ import annotations

from typing import Literal

Kind = Literal[
    "python", "doctest", "shell", "console", "sql", "http", "script", "data", "shown", "unknown"
]

_NAMES: dict[Kind, tuple[str, ...]] = {
    "python": ("python", "py", "python3", "py3"),
    "doctest": ("pycon", "doctest"),
    "shell": ("bash", "sh", "shell", "zsh"),
    "console": ("console", "shell-session", "shellsession", "terminal"),
    "sql": ("sql", "postgresql", "postgres", "psql", "pgsql"),
    "http": ("http",),
    "script": ("typescript", "ts", "tsx", "javascript", "js", "jsx", "mjs", "mts"),
    "data": ("json", "jsonc", "json5", "jsonl", "yaml", "yml", "toml", "xml", "csv"),
    "shown": ("text", "txt", "plaintext", "plain", "markdown", "md", "mdx", "output", "log"),
}
_KINDS: dict[str, Kind] = {name: kind for kind, names in _NAMES.items() for name in names}
_SHORT = {
    "py": "python",
    "python3": "python",
    "py3": "python",
    "sh": "bash",
    "shell": "bash",
    "ts": "typescript",
    "js": "javascript",
    "yml": "yaml",
    "txt": "text",
    "plaintext": "text",
    "md": "markdown",
}


def kind(language: str) -> Kind:
    """What is done with a block of this language."""
    return _KINDS.get(language, "unknown")


def common(language: str) -> str:
    """The name under which blocks of a language are counted."""
    return _SHORT.get(language, language)
