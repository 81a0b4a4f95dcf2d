"""Writes into the pages on which versions their claims were last seen to be true."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from agentpack.errors import AgentpackError
from agentpack.pack import Pack
from agentpack.project import Facts
from agentpack.proof.claims import stamped
from agentpack.proof.pages import pages
from agentpack.proof.values import Proof


def stamp(proof: Proof, pack: Pack, facts: Facts) -> Iterator[str]:
    """Stamp the claims that are true on other versions than they say; the paths that changed.

    Raises:
        AgentpackError: the pack's files are not where they could be written.
    """
    sources = {page.path: page.source for page in pages(pack, facts)}
    date = f"{datetime.now(UTC):%Y-%m}"
    for path in dict.fromkeys(one.path for one in proof.claims):
        fresh = {
            one.line: one.now
            for one in proof.claims
            if one.path == path and one.state == "true" and one.outdated
        }
        if not fresh:
            continue
        file = sources[path]
        if not file.is_file():
            raise AgentpackError("is no file here that could be stamped", path=path)
        text = file.read_bytes().decode()
        _write(file, stamped(text, fresh, date))
        yield path


def _write(file: Path, text: str) -> None:
    beside = file.with_name(f".{file.name}.stamping")
    beside.write_bytes(text.encode())
    beside.chmod(file.stat().st_mode & 0o777)
    beside.replace(file)
