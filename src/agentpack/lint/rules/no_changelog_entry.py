"""A version of a pack that its CHANGELOG.md says nothing about.

Those who have the pack see the new version, and nowhere what it changes.

Bad pack.toml:
    [pack]
    name = "studio"
    version = "1.1.0"
Bad CHANGELOG.md:
    # Changelog

    ## 1.0.0
    - The agent `api`.
Bad agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    ---
    Build endpoints.
Good pack.toml:
    [pack]
    name = "studio"
    version = "1.1.0"

    [agents.api]
    version = "1.0.0"
Good CHANGELOG.md:
    # Changelog

    ## [1.1.0] - 2026-11-21
    - The agent `api` tests what it builds.
Good agents/api.md:
    ---
    name: api
    description: Builds endpoints. Use when one is to be added.
    ---
    Build endpoints.
"""

import re

from agentpack.lint import packfile
from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene

CHANGELOG = "CHANGELOG.md"


@rule(Severity.WARNING, needs="text pack.toml")
def check(scene: Scene) -> Hits:
    text = scene.texts.get(CHANGELOG)
    version = packfile.table(packfile.read(scene).get("pack")).get("version")
    if text is None or not isinstance(version, str):
        return
    heading = rf"^#{{1,6}}[^\n]*(?<![\d.]){re.escape(version)}(?![\w.-])"
    if not re.search(heading, text, re.MULTILINE):
        message = f"{CHANGELOG} has no entry for {version}"
        yield (
            packfile.at(scene, "pack", "version"),
            message,
            f"write what changed below ## {version}",
        )
