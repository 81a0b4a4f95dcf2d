"""The scenario that the documentation shows is one."""

from __future__ import annotations

import re
from pathlib import Path

from agentpack.timing.export import locust_scenario
from agentpack.timing.requests import load_scenario

DOCS = Path(__file__).parents[3] / "docs"


def test_the_scenario_in_the_documentation_is_read(tmp_path):
    """Each block of YAML with steps loads, with all its steps, and can be exported."""
    blocks = [
        block
        for page in sorted(DOCS.glob("timing*.md"))
        for block in re.findall(r"```yaml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
        if "steps:" in block
    ]
    assert blocks
    for block in blocks:
        path = tmp_path / "scenario.yaml"
        path.write_text(block, encoding="utf-8")
        scenario = load_scenario(path, environment={"PASSWORD": "x"})
        assert len(scenario.steps) == block.count("url: ") - len(scenario.login)
        compile(locust_scenario(scenario, "http://h"), "locustfile.py", "exec")
