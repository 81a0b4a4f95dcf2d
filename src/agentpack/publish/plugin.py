"""A pack as a Claude Code plugin and the marketplace that offers it.

One `.claude` folder serves as the project's own and as the plugin's: the manifest points into it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from agentpack.errors import AgentpackError
from agentpack.pack import Pack
from agentpack.render import Rendered

PLUGIN = ".claude-plugin/plugin.json"
MARKETPLACE = ".claude-plugin/marketplace.json"


def plugin(pack: Pack, laid_out: Iterable[Rendered]) -> tuple[Rendered, ...]:
    """The files of a plugin's repository: those laid out in `.claude`, and the two manifests.

    Raises:
        AgentpackError: the pack has no description, which a plugin must have.
    """
    files = tuple(laid_out)
    if "description" not in pack.about:
        raise AgentpackError(
            "a plugin needs a description",
            path=pack.root / "pack.toml",
            mend='add description = "…" under [pack]',
        )
    return (
        *files,
        _json(PLUGIN, _manifest(pack, files)),
        _json(MARKETPLACE, _marketplace(pack)),
    )


def _manifest(pack: Pack, files: Iterable[Rendered]) -> dict[str, Any]:
    said = dict(pack.about)
    said.pop("market", None)
    said.pop("author", None)
    agents = sorted(f"./{file.path}" for file in files if file.path.startswith(".claude/agents/"))
    return {
        "name": pack.name,
        "version": pack.version,
        "description": said.pop("description"),
        "author": {"name": _author(pack)},
        **said,
        # Each by its path: a folder of agents is not taken.
        **({"agents": agents} if agents else {}),
        **({"skills": "./.claude/skills/"} if pack.skills else {}),
    }


def _marketplace(pack: Pack) -> dict[str, Any]:
    description = pack.about["description"]
    return {
        "name": pack.name,
        "description": pack.about.get("market", description),
        "owner": {"name": _author(pack)},
        "plugins": [
            {
                "name": pack.name,
                "source": "./",
                "description": description,
                "version": pack.version,
            }
        ],
    }


def _author(pack: Pack) -> str:
    """Who made it: a plugin without an author is not clean."""
    return str(pack.about.get("author") or f"The {pack.name} authors")


def _json(path: str, table: dict[str, Any]) -> Rendered:
    text = json.dumps(table, indent=2, ensure_ascii=False) + "\n"
    return Rendered(path, text.encode(), executable=False)
