"""`build`: the pack as a plugin that the real client takes, and as other clients read it."""

from __future__ import annotations

import json
import os
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

from agentpack.client import Binary
from agentpack.targets import TARGETS

ROOT = Path(__file__).parents[2]
PACK = {
    "pack.toml": (
        '[pack]\nname = "made"\nversion = "1.2.0"\ndescription = "Made \\"things\\"."\n'
        '[agents.reviewer]\nversion = "1.0.0"\nskills = ["style"]\nfacts = ["port"]\n'
        '[skills.style]\nversion = "1.0.0"\n'
    ),
    "agents/reviewer.md.j2": (
        "---\nname: reviewer\ndescription: 'Reviews: code, \"all\" of it. Use it.'\n"
        "tools: Read, Grep\nskills: [style]\n---\n\n# Review\n\n"
        "«% if port %»Port «port».«% else %»No port: C:\\x \u00e9.«% endif %»\n"
    ),
    "skills/style/SKILL.md": "---\nname: style\ndescription: Style. Use it.\n---\n# Style\n",
    "skills/style/scripts/run.sh": "#!/bin/sh\necho ran\n",
}


def validate(claude: Binary, folder: Path, home: Path) -> subprocess.CompletedProcess[str]:
    """What the client's own validator says of a plugin, at its strictest."""
    home.mkdir(exist_ok=True)
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "DISABLE_TELEMETRY": "1",
        "DISABLE_AUTOUPDATER": "1",
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    }
    return subprocess.run(
        [claude.path, "plugin", "validate", "--strict", folder],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_plugin_is_clean_to_the_real_client(agentpack, claude, make, tmp_path) -> None:
    """Validated at its strictest, and loaded from the same `.claude` as a project's own."""
    out = tmp_path / "out"
    assert agentpack("build", make(PACK), "--out", out)[0] == 0
    told = validate(claude, out, tmp_path / "home")
    assert told.returncode == 0, told.stdout + told.stderr
    assert "Validation passed" in told.stdout
    assert agentpack("verify", out)[0] == 0
    assert "No port" in (out / ".claude/agents/reviewer.md").read_text()
    assert os.access(out / ".claude/skills/style/scripts/run.sh", os.X_OK)


def test_the_validator_is_not_blind(agentpack, claude, make, tmp_path) -> None:
    """A manifest without its author fails: so passing means something."""
    out = tmp_path / "out"
    agentpack("build", make(PACK), "--out", out)
    manifest = out / ".claude-plugin/plugin.json"
    table = json.loads(manifest.read_text())
    del table["author"]
    manifest.write_text(json.dumps(table))
    assert validate(claude, out, tmp_path / "home").returncode != 0


def test_this_repository_is_what_build_makes(agentpack) -> None:
    """The root's `.claude` and `.claude-plugin` are the built-in pack, byte for byte."""
    code, out, _ = agentpack("build", ROOT / "src/agentpack/builtin", "--out", ROOT, "--check")
    assert (code, "is what is built" in out) == (0, True)


def test_this_repository_is_clean_to_the_real_client(claude, tmp_path) -> None:
    """The plugin that people install from here passes the client's validator."""
    told = validate(claude, ROOT, tmp_path / "home")
    assert told.returncode == 0, told.stdout + told.stderr


def test_a_built_plugin_is_a_pack_again(agentpack, make, tmp_path) -> None:
    """What was built installs like any plugin, with the same files."""
    out, one, two = tmp_path / "out", tmp_path / "one", tmp_path / "two"
    pack = make(PACK)
    agentpack("build", pack, "--out", out)
    for project, source in ((one, pack), (two, out)):
        project.mkdir()
        assert agentpack("install", project, "--from", source)[0] == 0
    for path in (".claude/agents/reviewer.md", ".claude/skills/style/SKILL.md"):
        assert (one / path).read_bytes() == (two / path).read_bytes()


def test_build_overwrites_only_when_told(agentpack, make, tmp_path) -> None:
    """A file that is other stops it before anything is written; the same one does not."""
    out, pack = tmp_path / "out", make(PACK)
    (out / ".claude/agents").mkdir(parents=True)
    (out / ".claude/agents/reviewer.md").write_text("mine")
    code, _, err = agentpack("build", pack, "--out", out)
    assert (code, sorted(p.name for p in out.iterdir())) == (2, [".claude"])
    assert "other files are in the way: .claude/agents/reviewer.md" in err
    assert agentpack("build", pack, "--out", out, "--check")[0] == 1
    assert agentpack("build", pack, "--out", out, "--force")[0] == 0
    assert agentpack("build", pack, "--out", out, "--check")[0] == 0
    code, told, _ = agentpack("build", pack, "--out", out, "--format", "json")
    assert (code, json.loads(told)["changes"]) == (0, [])


def test_build_follows_no_link(agentpack, make, tmp_path) -> None:
    """A linked folder would lead out of the place that was named."""
    out, other = tmp_path / "out", tmp_path / "other"
    out.mkdir()
    other.mkdir()
    (out / ".claude").symlink_to(other)
    code, _, err = agentpack("build", make(PACK), "--out", out, "--force")
    assert (code, "symbolic link" in err, list(other.iterdir())) == (2, True, [])


@pytest.mark.parametrize("target", [name for name in TARGETS if name != "claude"])
def test_every_target_has_each_skill_and_agent(agentpack, make, tmp_path, target) -> None:
    """Skills byte for byte; agents with name, description, instructions; what is lost is told."""
    out, pack = tmp_path / "out", make(PACK)
    code, told, _ = agentpack("build", pack, "--out", out, "--target", target, "--format", "json")
    assert code == 0
    assert json.loads(told)["lost"] == ["agents/reviewer.md: `tools` has no counterpart"]
    entry = TARGETS[target]
    skill = out / entry.skills / "style"
    assert (skill / "SKILL.md").read_text() == PACK["skills/style/SKILL.md"]
    assert os.access(skill / "scripts/run.sh", os.X_OK)
    text = (out / entry.agents.format(name="reviewer")).read_text()
    wanted = 'Reviews: code, "all" of it. Use it.'
    body = "Load these skills first: `style`.\n\n# Review\n\nNo port: C:\\x \u00e9."
    if entry.agents.endswith(".toml"):
        table = tomllib.loads(text)
        assert table == {"name": "reviewer", "description": wanted, "developer_instructions": body}
    elif text.startswith("---\n"):
        head, _, rest = text.removeprefix("---\n").partition("\n---\n\n")
        assert yaml.safe_load(head)["description"] == wanted
        assert rest == body
    else:
        assert text == f"# reviewer\n\n{wanted}\n\n{body}"
    if entry.index:
        listed = (out / entry.index).read_text()
        assert f"- **reviewer** (`{entry.agents.format(name='reviewer')}`): {wanted}" in listed


def test_every_target_says_where_it_is_documented() -> None:
    """The table is no hearsay: each layout names its makers' pages, and the docs list it."""
    manual = (ROOT / "docs/packs.md").read_text()
    for name, target in TARGETS.items():
        assert all(page.startswith("https://") for page in target.manual)
        assert f"| `{name}` | {target.title} |" in manual
