"""A block of YAML that does not parse.

Off unless asked for. The model copies what it is shown, and a pipeline or manifest that does
not parse stops whatever reads it. Templates, placeholders, tabs of diagrams and blocks with
dots that leave something out are left alone.

Bad .claude/skills/api/SKILL.md:
    ---
    description: How endpoints are built
    ---
    # Endpoints
    ```yaml
    services:
      api: [web
    ports:
    ```
Good .claude/skills/api/SKILL.md:
    ---
    description: How endpoints are built
    ---
    # Endpoints
    ```yaml
    services:
      api: [web]
    ```
"""

import re

from agentpack.lazy import lazy
from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene

_PARTIAL = lazy(r"\.\.\.|…|\{\{|\{%|<[\w -]+>|\$\{|^\s*\[[^\]\n]*\]\s*$", re.MULTILINE)


@rule(Severity.WARNING, default=False, needs="word ```y")
def check(scene: Scene) -> Hits:
    import yaml  # noqa: PLC0415 - slow to import, and seldom needed

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for page in scene.having("```y"):
        for block in page.blocks:
            if block.language not in ("yaml", "yml") or _PARTIAL.search(block.text):
                continue
            try:
                # Only composed: tags of other programs, such as !Ref, are none of our business.
                for _ in yaml.compose_all(block.text, Loader=loader):
                    pass
            except yaml.MarkedYAMLError as fault:
                mark = fault.problem_mark
                row = mark.line if mark else 0
                lines = block.text.split("\n")[:row]
                place = page.place(
                    min(block.offset + sum(len(line) + 1 for line in lines), len(page.body))
                )
                yield place, f"not YAML: {fault.problem}"
            except (yaml.YAMLError, RecursionError) as fault:
                yield page.place(block.offset), f"not YAML: {str(fault)[:80]}"
