"""`agentpack lint` as a user and as CI call it."""

from __future__ import annotations

import io
import json
import subprocess
import sys

import pytest

AGENT = "---\nname: {name}\ndescription: Reviews code. Use when it is due.\n---\nReview it.\n"
NO_DESCRIPTION = "---\nname: bad\n---\nReview it.\n"


@pytest.fixture
def project(make):
    return make(
        {
            ".claude/agents/good.md": AGENT.format(name="good"),
            ".claude/agents/bad.md": NO_DESCRIPTION,
        }
    )


def findings(out: str) -> list[tuple[str, str, int]]:
    return [
        (f["rule"], f["path"].rpartition("/")[2], f["line"]) for f in json.loads(out)["findings"]
    ]


def test_a_finding_has_place_rule_line_and_mend(agentpack, project, monkeypatch) -> None:
    """Text output reads like a compiler's, with the line, a caret and what to do."""
    monkeypatch.chdir(project)
    code, out, _ = agentpack("lint")
    assert code == 1
    assert out.startswith(
        ".claude/agents/bad.md:1:1 error it has no description [no-description]\n"
    )
    assert "  1 | ---\n    | ^\n" in out
    assert "mend: " in out
    assert "1 error, 0 warnings." in out


def test_a_clean_tree_is_exit_0(agentpack, project) -> None:
    """Nothing found, nothing claimed."""
    (project / ".claude/agents/bad.md").unlink()
    assert agentpack("lint", project)[:2] == (0, "Nothing found.\n")


def test_nothing_to_lint_is_not_clean(agentpack, tmp_path) -> None:
    """A linter that looks in the wrong place must say so."""
    code, _, err = agentpack("lint", tmp_path)
    assert code == 2
    assert "no agents and no skills here" in err


def test_one_file_and_several_paths(agentpack, project) -> None:
    """Paths are files or folders; each finding says which."""
    bad, good = project / ".claude/agents/bad.md", project / ".claude/agents/good.md"
    assert agentpack("lint", good)[0] == 0
    out = agentpack("lint", bad, good, "--format", "json")[1]
    assert findings(out) == [("no-description", "bad.md", 1)]


def test_one_file_is_judged_among_the_others(agentpack, make) -> None:
    """A file that names a skill is right if the skill is there, and alone it is not accused."""
    agent = AGENT.format(name="a").replace("---\nReview", "skills: [style]\n---\nReview")
    root = make(
        {".claude/agents/a.md": agent, ".claude/agents/b.md": NO_DESCRIPTION, "a.md": agent}
    )
    file = root / ".claude/agents/a.md"
    assert findings(agentpack("lint", file, "--format", "json")[1]) == [
        ("missing-preload", "a.md", 4)
    ]
    (root / ".claude/skills/style").mkdir(parents=True)
    (root / ".claude/skills/style/SKILL.md").write_text(
        "---\ndescription: Style. Use it.\n---\nx\n"
    )
    assert agentpack("lint", file)[0] == 0
    assert agentpack("lint", root / "a.md")[0] == 0


def test_a_place_is_judged_alike_however_it_is_named(agentpack, make, monkeypatch) -> None:
    """`lint`, `lint .` and the absolute path find the same in a marketplace."""
    market = {"name": "m", "owner": {"name": "o"}, "plugins": [{"name": "p", "source": "./p"}]}
    root = make(
        {
            ".claude-plugin/marketplace.json": json.dumps(market),
            "p/.claude-plugin/plugin.json": '{"name": "p"}',
            "p/agents/a.md": AGENT.format(name="a").replace("---\nR", "skills: [no]\n---\nR"),
        }
    )
    monkeypatch.chdir(root)
    whole = findings(agentpack("lint", root, "--format", "json")[1])
    assert whole == [("missing-preload", "a.md", 4)]
    for arguments in ((), (".",)):
        assert findings(agentpack("lint", *arguments, "--format", "json")[1]) == whole


def test_a_project_that_is_a_plugin_too_is_linted_as_both(agentpack, make) -> None:
    """What `.claude` holds does not hide what the plugin ships; one skill's folder is enough."""
    long = "---\ndescription: TODO\n---\n# Skill\n"
    root = make(
        {
            ".claude/agents/a.md": AGENT.format(name="a"),
            ".claude-plugin/plugin.json": '{"name": "p"}',
            "agents/b.md": NO_DESCRIPTION,
            "skills/s/SKILL.md": long,
        }
    )
    out = agentpack("lint", root, "--format", "json")[1]
    assert {path for _, path, _ in findings(out)} == {"b.md", "SKILL.md"}
    out = agentpack("lint", root / "skills/s", "--format", "json")[1]
    assert {path for _, path, _ in findings(out)} == {"SKILL.md"}


@pytest.mark.parametrize(
    ("name", "text", "rules"),
    [
        ("x/.claude/agents/a.md", NO_DESCRIPTION, ["no-description"]),
        ("x/.claude/agents/a.md", AGENT.format(name="a"), []),
        ("x/.claude/skills/a/SKILL.md", "# Do it\n", []),
    ],
)
def test_standard_input(agentpack, monkeypatch, name, text, rules) -> None:
    """An editor pipes a file in, and says what it is called."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    out = agentpack(
        "lint", "-", "--stdin-filename", name, "--format", "json", "--select", "no-description"
    )[1]
    assert [f["rule"] for f in json.loads(out)["findings"]] == rules
    assert all(f["path"] == name for f in json.loads(out)["findings"])


def test_rules_are_chosen_on_the_command_line_and_in_files(agentpack, project) -> None:
    """The command line stands over agentpack.toml, and that over pyproject.toml."""
    assert agentpack("lint", project, "--ignore", "no-description")[0] == 0
    assert agentpack("lint", project, "--select", "missing-preload")[0] == 0
    (project / "pyproject.toml").write_text('[tool.agentpack.lint]\nignore = ["no-description"]\n')
    assert agentpack("lint", project)[0] == 0
    (project / "agentpack.toml").write_text('[lint]\nselect = ["no-description"]\n')
    assert agentpack("lint", project)[0] == 1
    (project / "agentpack.toml").write_text('[lint.per-path]\n"*/bad.md" = ["no-description"]\n')
    assert agentpack("lint", project)[0] == 0


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ('[lint]\nignore = ["no-descripton"]\n', "did you mean 'no-description'"),
        ('[lint]\nignored = ["no-description"]\n', "did you mean 'ignore'"),
        ("[lint]\nignore = 3\n", "must be a list of texts"),
        ("[lint\n", "cannot be read"),
        ('[lint]\nclient = "latest"\n', "not a version"),
    ],
)
def test_a_slip_in_the_settings(agentpack, project, settings, words) -> None:
    """One clear line that names the file, exit 2."""
    (project / "agentpack.toml").write_text(settings)
    code, out, err = agentpack("lint", project)
    assert (code, out) == (2, "")
    assert words in err


def test_a_baseline_lets_only_new_findings_count(agentpack, project, tmp_path) -> None:
    """What was there stays quiet, once for each time it was there."""
    known = tmp_path / "baseline.json"
    assert agentpack("lint", project, "--baseline", known, "--write-baseline")[0] == 0
    assert agentpack("lint", project, "--baseline", known)[0] == 0
    (project / ".claude/agents/new.md").write_text("---\nname: new\n---\nReview.\n")
    code, out, _ = agentpack("lint", project, "--baseline", known, "--format", "json")
    assert (code, findings(out)) == (1, [("no-description", "new.md", 1)])
    assert agentpack("lint", project, "--baseline", tmp_path / "none")[0] == 2
    assert agentpack("lint", project, "--write-baseline")[0] == 2


def test_the_shapes_that_ci_reads(agentpack, project) -> None:
    """SARIF, GitHub's annotations, GitLab's report: same finding, same place."""
    sarif = json.loads(agentpack("lint", project, "--format", "sarif")[1])
    (run,) = sarif["runs"]
    (result,) = run["results"]
    assert sarif["version"] == "2.1.0"
    assert result["level"] == "error"
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == "no-description"
    (github,) = agentpack("lint", project, "--format", "github")[1].splitlines()
    assert github.startswith("::error file=")
    assert "bad.md,line=1,col=1,title=no-description::" in github
    (gitlab,) = json.loads(agentpack("lint", project, "--format", "gitlab")[1])
    assert gitlab["severity"] == "major"
    assert gitlab["location"]["lines"] == {"begin": 1}
    assert agentpack("lint", project, "--statistics")[1].split() == ["1", "no-description"]


@pytest.mark.parametrize(
    ("line", "rules"),
    [
        ("# agentpack: allow no-description: it is a template", []),
        ("# agentpack: allow no-description", ["allow-without-reason", "no-description"]),
        ("# agentpack: allow missing-preload: why not", ["no-description", "unused-allow"]),
    ],
)
def test_a_finding_can_be_allowed_with_a_reason(agentpack, project, line, rules) -> None:
    """An allowance needs a reason, and must be needed."""
    bad = project / ".claude/agents/bad.md"
    bad.write_text(NO_DESCRIPTION.replace("---\nname", f"---\n{line}\nname"))
    out = agentpack("lint", project, "--format", "json")[1]
    assert sorted(rule for rule, _, _ in findings(out)) == rules


def test_every_tree_below_a_path_is_found(agentpack, make) -> None:
    """A repository of many plugins is linted whole, each file once."""
    root = make(
        {
            "one/.claude/agents/bad.md": NO_DESCRIPTION,
            "plugins/two/.claude-plugin/plugin.json": '{"name": "two"}',
            "plugins/two/agents/bad.md": AGENT.format(name="bad").replace(
                "---\nReview", "skills: [nowhere]\n---\nReview"
            ),
            "three/agents/bad.md": NO_DESCRIPTION,
            "node_modules/four/agents/bad.md": NO_DESCRIPTION,
            "science/bio/SKILL.md": "---\ndescription: TODO\n---\n# Bio\n",
            "shop/skills/web/css/SKILL.md": "---\ndescription: TODO\n---\n# CSS\n",
            "shop/agents/web/bad.md": NO_DESCRIPTION,
            "src/agents/code.py": "x = 1\n",
        }
    )
    rules = ("no-description", "missing-preload", "nested-skill", "todo-description")
    rules = [option for rule in rules for option in ("--select", rule)]
    out = agentpack("lint", root, *rules, "--format", "json")[1]
    paths = [f["path"].removeprefix(f"{root.as_posix()}/") for f in json.loads(out)["findings"]]
    assert sorted(paths) == [
        "one/.claude/agents/bad.md",
        "plugins/two/agents/bad.md",
        "science/bio/SKILL.md",
        "shop/agents/web/bad.md",
        "shop/skills/web/css/SKILL.md",
        "three/agents/bad.md",
    ]


def test_the_portable_specification_is_a_verdict_of_its_own(agentpack, make) -> None:
    """What Claude Code takes and the Agent Skills spec does not is found by --spec alone."""
    skill = "---\nname: Other_Name\ndescription: Does it. Use it when due.\n---\nDo it.\n"
    root = make({".claude/skills/a/SKILL.md": skill})
    assert agentpack("lint", root)[0] == 0
    code, out, _ = agentpack("lint", root, "--spec", "--format", "json")
    assert code == 1
    assert {rule for rule, _, _ in findings(out)} == {"spec-name"}


def test_watching_lints_again_after_a_change(project, tmp_path) -> None:
    """`--watch` goes on until it is stopped, and tells of each change."""
    command = [sys.executable, "-m", "agentpack", "lint", str(project), "--watch", "--statistics"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as watch:
        assert watch.stdout is not None
        try:
            assert watch.stdout.readline().split() == ["1", "no-description"]
            (project / ".claude/agents/worse.md").write_text(NO_DESCRIPTION.replace("bad", "worse"))
            assert watch.stdout.readline().split() == ["2", "no-description"]
        finally:
            watch.terminate()


def test_the_manual_of_a_rule(agentpack) -> None:
    """`agentpack rule` lists all; with a name it shows one, with a wrong one the nearest."""
    assert "no-description" in agentpack("rule")[1]
    code, out, _ = agentpack("rule", "no-description")
    assert code == 0
    assert "Bad .claude/agents/" in out
    assert agentpack("rule", "no-descripton")[0] == 2
