"""Where references lead, in a project, a plugin and bare folders."""

from __future__ import annotations

import json

import pytest

from agentpack.lint.anchors import slug

MANIFEST = {".claude-plugin/plugin.json": '{"name": "shop"}'}


@pytest.mark.parametrize("base", [".claude/skills/s", "skills/s"])
@pytest.mark.parametrize(
    ("body", "number"),
    [
        ("[a](references/a.md)", 0),
        ("[a](./references/a.md#part)", 0),
        ("`references/a.md` and `scripts/run.sh`", 0),
        ("[a](references/b.md)", 1),
        ("`references/b.md`", 1),
        ("`scripts/other.sh`", 1),
        ("Run ${CLAUDE_SKILL_DIR}/scripts/other.sh", 1),
        ("Run ${CLAUDE_SKILL_DIR}/scripts/run.sh", 0),
        ("`assets/logo.png` and `src/app.py`", 0),
        ("[a](https://example.org/a.md) [b](/etc/a.md) [c](../../../../a.md)", 0),
        ("`[a](references/b.md)`", 0),
        ("```\n[a](references/b.md)\n```", 0),
        ("**File:** `references/b.md`\n\n```sh\necho\n```", 0),
        ("See `references/b.md`\n\nThen:\n\n```sh\necho\n```", 1),
        ("Write SKILL.md so that it names `references/b.md`", 0),
    ],
)
def test_files(find, skill, base, body, number) -> None:
    """A path is sought beside the page; what is shown as code is not meant."""
    files = {
        f"{base}/SKILL.md": skill(body),
        f"{base}/references/a.md": "# A\n## Part\n",
        f"+{base}/scripts/run.sh": "#!/bin/sh\n",
    }
    assert len(find("missing-file", files)) == number


def test_a_reference_is_sought_from_its_skill_and_from_the_root(find, skill) -> None:
    """A page in `references` may write paths from the skill's folder, or from the root."""
    files = {
        "skills/s/SKILL.md": skill("Work."),
        "skills/s/references/a.md": "[b](references/b.md), [c](skills/s/SKILL.md), [d](b.md)\n",
        "skills/s/references/b.md": "# B\n",
    }
    assert find("missing-file", files) == []


@pytest.mark.parametrize(("folder", "number"), [("references", 1), ("assets", 0)])
def test_a_page_that_is_handed_on_leads_where_it_is_copied_to(find, skill, folder, number) -> None:
    """The anchors of a template are those of the project that it becomes part of."""
    page = {f"skills/s/{folder}/a.md": "# A\n[b](#gone)\n", "skills/s/SKILL.md": skill("Work.")}
    assert len(find("broken-anchor", page)) == number


def test_nothing_is_said_of_folders_that_nobody_looked_into(find, agent) -> None:
    """A project's own documents are no part of what was read."""
    files = {".claude/agents/a.md": agent("model: opus", "[d](docs/d.md)"), "docs/d.md": "# D\n"}
    assert find("missing-file", files) == []


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [
        ("Rounding up", "rounding-up"),
        ("Do & don't", "do--dont"),
        ("The `run_all` step", "the-run_all-step"),
        ("See [the docs](x.md)", "see-the-docs"),
        ("Größe 2.0", "größe-20"),
    ],
)
def test_anchors_are_made_as_github_makes_them(heading, anchor) -> None:
    """Small letters, hyphens for blanks, no punctuation."""
    assert slug(heading) == anchor


@pytest.mark.parametrize(
    ("body", "number"),
    [
        ("[x](#one) [y](#one-1)\n# One\n# One", 0),
        ("[x](#one-2)\n# One\n# One", 1),
        ("[x](#given)\n<a id='given'></a>", 0),
        ("[x](#title)\n\nTitle\n=====", 0),
        ("[x](references/a.md#part) [y](references/a.md#gone)", 1),
        ("[x](#in-code)\n```\n# In code\n```", 1),
    ],
)
def test_anchors(find, skill, body, number) -> None:
    """Within a page and across pages."""
    files = {"skills/s/SKILL.md": skill(body), "skills/s/references/a.md": "# A\n## Part\n"}
    assert len(find("broken-anchor", files)) == number


@pytest.mark.parametrize(
    ("body", "number"),
    [
        ('Task(subagent_type="helper")', 1),
        ('```\nsubagent_type: "helper"\n```', 1),
        ("Ask @agent-helper.", 1),
        ("Let the `db-helper` agent do it.", 1),
        ("Use the db-reviewer agent.", 1),
        ("Use the read-only agent.", 0),
        ('subagent_type: "general-purpose", or `a`', 0),
        ('subagent_type: "other:helper"', 0),
        ('subagent_type: "your-agent"', 0),
    ],
)
def test_agents_in_texts(find, agent, body, number) -> None:
    """Names that call an agent, and words that only look like it."""
    files = {".claude/agents/a.md": agent("model: opus", body)}
    assert len(find("missing-agent", files)) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("bash scripts/run.sh", 0),
        ("scripts/run.sh --fast", 1),
        ("${CLAUDE_SKILL_DIR}/scripts/run.sh", 1),
        ("$ ./scripts/run.sh", 1),
        ("cat scripts/run.sh", 0),
    ],
)
def test_scripts_that_are_run_by_their_path(find, skill, text, number) -> None:
    """Only what is run by its path needs a run bit."""
    files = {
        "skills/s/SKILL.md": skill(f"```bash\n{text}\n```"),
        "skills/s/scripts/run.sh": "#!/bin/sh\n",
    }
    assert len(find("script-may-not-run", files)) == number


def hooks(command: str) -> str:
    entry = {"type": "command", "command": command}
    return json.dumps({"hooks": {"PreToolUse": [{"matcher": "Bash", "hooks": [entry]}]}}, indent=1)


@pytest.mark.parametrize(
    ("command", "number"),
    [
        ('"$CLAUDE_PROJECT_DIR"/.claude/hooks/gone.sh', 1),
        ('python3 "${CLAUDE_PROJECT_DIR}/.claude/hooks/gone.py" --all', 1),
        ("$CLAUDE_PROJECT_DIR/.claude/hooks/there.sh", 0),
        ("[ -f $CLAUDE_PROJECT_DIR/.claude/x.sh ] && $CLAUDE_PROJECT_DIR/.claude/x.sh", 0),
        ("$CLAUDE_PROJECT_DIR/tools/unknown.sh", 0),
        ("npx prettier --write", 0),
    ],
)
def test_hooks_of_a_project(find, skill, command, number) -> None:
    """A script below `.claude` must be there, unless the command asks first."""
    files = {
        ".claude/settings.json": hooks(command),
        "+.claude/hooks/there.sh": "#!/bin/sh\n",
        ".claude/skills/s/SKILL.md": skill("Work."),
    }
    found = find("missing-hook-script", files)
    assert len(found) == number
    assert all(hit.startswith(".claude/settings.json:9: ") for hit in found)


def test_hooks_in_frontmatter(find, agent) -> None:
    """An agent's own hooks are commands as well."""
    command = "$CLAUDE_PROJECT_DIR/.claude/hooks/gone.sh"
    keys = "hooks:\n  PreToolUse:\n    - matcher: Bash\n      hooks:\n"
    keys += f"        - type: command\n          command: {command}"
    assert len(find("missing-hook-script", {".claude/agents/a.md": agent(keys)})) == 1


@pytest.mark.parametrize(
    ("command", "rule_id"),
    [
        ("${CLAUDE_PLUGIN_ROOT}/scripts/gone.sh", "missing-hook-script"),
        ('"${CLAUDE_PLUGIN_ROOT:-.}/scripts/still.sh"', "hook-may-not-run"),
        ("./scripts/still.sh", "relative-hook-in-plugin"),
    ],
)
def test_hooks_of_a_plugin(find, command, rule_id) -> None:
    """A plugin's scripts may stand in any of its folders."""
    files = {**MANIFEST, "hooks/hooks.json": hooks(command), "scripts/still.sh": "#!/bin/sh\n"}
    assert len(find(rule_id, files)) == 1


def test_a_manifest_that_is_no_json_is_no_crash(find, skill) -> None:
    """What cannot be read has a finding elsewhere."""
    files = {".claude-plugin/plugin.json": "{", "skills/s/SKILL.md": skill("Work.")}
    for rule_id in ("plugin-path-missing", "unlisted-in-plugin", "marketplace-source-missing"):
        assert find(rule_id, files) == []


@pytest.mark.parametrize("name", ["s", "shop:s", "shown", "do-it"])
def test_names_by_which_a_plugin_preloads(find, agent, skill, name) -> None:
    """The folder's name, with the plugin's or without, the name shown, and a command's."""
    files = {
        **MANIFEST,
        "agents/a.md": agent(f'skills: ["{name}"]'),
        "skills/s/SKILL.md": skill("Work.", "name: shown"),
        "commands/do-it.md": "Do it.\n",
    }
    assert find("missing-preload", files) == []


@pytest.mark.parametrize(
    ("key", "number"),
    [
        ("disable-model-invocation: true", 1),
        ('paths: "*.sql"', 1),
        ("user-invocable: false", 0),
        ("context: fork", 0),
    ],
)
def test_skills_that_cannot_be_preloaded(find, agent, skill, key, number) -> None:
    """Only what hides a skill from the model keeps it from being preloaded."""
    files = {
        ".claude/agents/a.md": agent("skills: [s]"),
        ".claude/skills/s/SKILL.md": skill("Work.", key),
    }
    assert len(find("hidden-preload", files)) == number
