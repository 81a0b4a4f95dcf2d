"""A pack of one page, proven."""

from __future__ import annotations

import pytest

from agentpack.pack import load
from agentpack.project import unknown
from agentpack.proof import Limits, Options, Proof, prove


@pytest.fixture
def proven(tmp_path, held):
    """Write a page, and what it stands on, and prove it."""

    def make(
        text: str, *, before: str = "", strict: bool = False,
        timeout_s: float = 180.0, memory_mb: int = 4096, pages: dict[str, str] | None = None,
    ) -> Proof:  # fmt: skip
        root = tmp_path / "pack"
        written = {"skills/x/SKILL.md": f"---\nname: x\ndescription: y\n---\n{text}"}
        written |= {f"skills/x/{name}": page for name, page in (pages or {}).items()}
        written |= {"proof/skills/x/SKILL.py": before} if before else {}
        for name, content in written.items():
            file = root / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content, "utf-8")
        limits = Limits(timeout_s, memory_mb, confine=held.confine)
        return prove(load(root), unknown(), Options(strict=strict, limits=limits))

    return make
