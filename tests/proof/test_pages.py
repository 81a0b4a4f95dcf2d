"""Where blocks are in what the author wrote, templates included."""

from __future__ import annotations

from pathlib import Path

import pytest

from agentpack.cli import main
from agentpack.errors import AgentpackError
from agentpack.pack import load
from agentpack.project import unknown
from agentpack.proof.pages import pages

PACK = """\
[pack]
name = "p"
version = "1.0.0"
description = "d"

[skills.x]
version = "1.0.0"

[skills.x.facts]
"SKILL.md" = ["app", "port"]
"""
TEMPLATE = """\
---
name: x
description: y
---
«% if app %»
Its app is «app».

«% endif %»
Run it on «port or "any port"».

```python
1 / 0
```
"""


@pytest.fixture
def templated(tmp_path: Path) -> Path:
    (tmp_path / "pack.toml").write_text(PACK)
    (tmp_path / "skills/x").mkdir(parents=True)
    (tmp_path / "skills/x/SKILL.md.j2").write_text(TEMPLATE)
    return tmp_path


def test_a_line_of_a_template_is_the_authors(templated: Path, capsys) -> None:
    """What is left out of a page by a fact does not shift the lines that are told."""
    (page,) = pages(load(templated), unknown())
    assert [page.written(block.line) for block in page.blocks] == [11]
    assert page.blocks[0].line < 11
    assert main(["prove", str(templated)]) == 1
    assert "SKILL.md.j2:12  broken" in capsys.readouterr().out


def test_selects_pages(templated: Path) -> None:
    """By path or folder, as typed or as in the pack; a wrong one is an error."""
    (templated / "skills/x/references").mkdir()
    (templated / "skills/x/references/a.md").write_text("# A\n")
    pack = load(templated)
    for select in ("skills/x", "skills/x/references/a.md", str(templated / "skills")):
        assert pages(pack, unknown(), [select]), select
    assert len(pages(pack, unknown(), ["skills/x/references"])) == 1
    with pytest.raises(AgentpackError, match="no page 'skills/y'"):
        pages(pack, unknown(), ["skills/y"])
