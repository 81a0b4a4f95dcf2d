"""Packs of all kinds, side by side, pinned, for the user's own scope and for other clients."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.pack.made import SKILL, commit, git, repository, write

AGENT = "---\nname: {name}\ndescription: Does {name}. Use it.\n---\n{name}, line one.\n\n\n\nEnd.\n"


def plugin(name: str, version: str = "1.0.0", **agents: str) -> dict[str, str]:
    """The files of a plugin with an agent for each of `agents`, by file and name."""
    return {
        ".claude-plugin/plugin.json": json.dumps({"name": name, "version": version}),
        f"skills/{name}-style/SKILL.md": SKILL,
        **{f"agents/{file}.md": AGENT.format(name=agent) for file, agent in agents.items()},
    }


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def project(make) -> Path:
    return make({"README.md": "# Shop\n"})


def tree(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes() if path.is_file() else b"/"
        for path in root.rglob("*")
    }


def lock(root: Path) -> dict[str, dict]:
    return json.loads((root / ".claude/.agentpack/lock.json").read_text())["packs"]


def test_packs_stand_side_by_side(agentpack, project, make) -> None:
    """Two packs are installed, one is taken away, and nothing of the other is touched."""
    before = tree(project)
    one, two = make(plugin("one", first="first")), make(plugin("two", second="second"))
    assert agentpack("install", project, "--from", one)[0] == 0
    alone = tree(project)
    assert agentpack("install", project, "--from", two)[0] == 0
    assert set(lock(project)) == {"one", "two"}
    assert agentpack("status", project, "--check", "--strict")[0] == 0
    assert agentpack("uninstall", project, "--pack", "two")[0] == 0
    assert tree(project) == alone
    assert agentpack("uninstall", project)[0] == 0
    assert tree(project) == before


def test_two_packs_with_one_path_are_refused_with_both_named(agentpack, project, make) -> None:
    """The second says whose file it is, and nothing of it is written."""
    agentpack("install", project, "--from", make(plugin("one", same="same")))
    before = tree(project)
    code, out, _ = agentpack("install", project, "--from", make(plugin("two", same="same")))
    assert (code, tree(project)) == (1, before)
    assert "'one'" in out
    assert "'two'" in out


def test_two_agents_of_one_name_are_refused_with_both_named(agentpack, project, make) -> None:
    """In files of their own too: Claude Code loads one of them."""
    agentpack("install", project, "--from", make(plugin("one", first="same")))
    before = tree(project)
    code, out, err = agentpack("install", project, "--from", make(plugin("two", second="same")))
    assert (code, out, tree(project)) == (2, "", before)
    assert ".claude/agents/second.md: the agent 'same' is also in .claude/agents/first.md" in err
    assert "the pack 'one' put there" in err


def test_an_agent_of_the_users_name_is_refused(agentpack, project, make) -> None:
    """A pack does not take the place of what the user wrote, whatever its file is called."""
    write(project, {".claude/agents/mine.md": AGENT.format(name="same")})
    before = tree(project)
    code, _, err = agentpack("install", project, "--from", make(plugin("one", first="same")))
    assert (code, tree(project)) == (2, before)
    assert "which you put there" in err


def test_a_file_that_differs_by_case_only_is_refused(agentpack, project, make) -> None:
    """On another machine of the team the two would be one file."""
    write(project, {".claude/agents/First.md": AGENT.format(name="other")})
    before = tree(project)
    code, _, err = agentpack("install", project, "--from", make(plugin("one", first="first")))
    assert (code, tree(project)) == (2, before)
    assert "is one file with .claude/agents/First.md where case is not told apart" in err


def test_a_repository_beside_the_project_is_found_again(
    agentpack, project, tmp_path, monkeypatch
) -> None:
    """A relative path is kept as seen from the project, from wherever it was given."""
    repository(tmp_path / "repo", plugin("one", first="first"), "v1.0.0")
    monkeypatch.chdir(tmp_path)
    assert agentpack("install", project.name, "--from", "repo@^1")[0] == 0
    source = lock(project)["one"]["source"]
    assert (source["kind"], source["location"]) == ("git", "../repo")
    monkeypatch.chdir(project)
    assert agentpack("update")[0] == 0
    assert agentpack("status", "--check")[0] == 0


def test_a_skill_of_another_pack_closes_a_reference(agentpack, project, make) -> None:
    """What an agent preloads may be in the project already; else nothing is written."""
    needs = plugin("two", second="second")
    needs["agents/second.md"] = needs["agents/second.md"].replace(
        "\n---\n", "\nskills: [one-style]\n---\n", 1
    )
    pack = make(needs)
    before = tree(project)
    code, _, err = agentpack("install", project, "--from", pack)
    assert (code, tree(project)) == (2, before)
    assert "no skill 'one-style' here" in err
    assert "--allow missing-preload" in err
    agentpack("install", project, "--from", make(plugin("one", first="first")))
    assert agentpack("install", project, "--from", pack)[0] == 0
    code, _, err = agentpack("install", make({"x": ""}), "--from", pack, "--allow", "nonsense")
    assert (code, "no rule 'nonsense'" in err) == (2, True)
    assert (
        agentpack("install", make({"x": ""}), "--from", pack, "--allow", "missing-preload")[0] == 0
    )


def test_a_repository_is_followed_and_a_local_edit_merged(agentpack, project, tmp_path) -> None:
    """`^1` takes 1.1.0 when it is out, and the user's line stays in it."""
    repo = repository(tmp_path / "repo", plugin("one", first="first"), "v1.0.0")
    assert agentpack("install", project, "--from", f"{repo.as_uri()}@^1")[0] == 0
    first = lock(project)["one"]["source"]
    agent = project / ".claude/agents/first.md"
    agent.write_text(agent.read_text() + "Mine.\n")
    assert agentpack("update", project)[0] == 0
    write(repo, plugin("one", "1.1.0", first="first"))
    write(repo, {"agents/first.md": AGENT.format(name="first").replace("line one", "line 1")})
    git(repo, "add", "-A")
    second = commit(repo, "second", "v1.1.0")
    commit(repo, "third", "v2.0.0")
    code, out, _ = agentpack("status", project, "--check")
    assert (code, "1.1.0" in out) == (1, True)
    assert agentpack("update", project, "--frozen")[0] == 0
    assert lock(project)["one"]["source"] == first
    assert agentpack("update", project)[0] == 0
    found = lock(project)["one"]
    assert (found["version"], found["source"]["commit"]) == ("1.1.0", second)
    assert found["source"]["ref"] == "^1"
    assert "line 1" in agent.read_text()
    assert agent.read_text().endswith("Mine.\n")


def test_a_moved_tag_is_refused_when_frozen(agentpack, project, tmp_path) -> None:
    """CI that says --frozen gets the commit and the tree that were reviewed, or nothing."""
    repo = repository(tmp_path / "repo", plugin("one", first="first"), "v1.0.0")
    source = f"{repo.as_uri()}@v1.0.0"
    code, _, err = agentpack("install", project, "--from", source, "--frozen")
    assert (code, "nothing is pinned" in err) == (2, True)
    agentpack("install", project, "--from", source)
    assert agentpack("install", project, "--from", source, "--frozen")[0] == 0
    write(repo, {"agents/first.md": AGENT.format(name="first") + "Evil.\n"})
    git(repo, "add", "-A")
    commit(repo, "moved")
    git(repo, "tag", "-f", "-a", "v1.0.0", "-m", "moved")
    before = tree(project)
    code, _, err = agentpack("install", project, "--from", source, "--frozen")
    assert (code, "is pinned" in err, tree(project)) == (2, True, before)


def test_status_does_without_the_repository(agentpack, project, tmp_path) -> None:
    """When it cannot be asked, what is pinned counts, and that is said."""
    repo = repository(tmp_path / "repo", plugin("one", first="first"), "v1.0.0")
    agentpack("install", project, "--from", f"{repo.as_uri()}@^1")
    repo.rename(tmp_path / "gone")
    code, out, err = agentpack("status", project, "--check")
    assert (code, "taken as pinned" in err) == (0, True)
    assert "as installed" in out
    assert agentpack("update", project)[0] == 2


def test_the_users_own_scope(agentpack, make, tmp_path, monkeypatch) -> None:
    """--user writes below ~/.claude with every fact unknown, and takes it all away again."""
    home = tmp_path / "home"
    write(home, {".claude/settings.json": "{}", "watch.sh": "#!/bin/sh\nuvicorn a:b --port 9\n"})
    monkeypatch.setenv("HOME", str(home))
    before = tree(home)
    pack = make(
        {
            "pack.toml": (
                '[pack]\nname = "made"\nversion = "1.0.0"\n'
                '[agents.one]\nversion = "1.0.0"\nfacts = ["port"]\n'
            ),
            "agents/one.md.j2": (
                "---\nname: one\ndescription: One. Use it.\n---\n"
                "«% if port %»Port «port».«% else %»Ask.«% endif %» End.\n"
            ),
        }
    )
    assert agentpack("install", "--user", "--from", pack)[0] == 0
    assert (home / ".claude/agents/one.md").read_text().endswith("Ask. End.\n")
    assert agentpack("status", "--user", "--check")[0] == 0
    assert "one" in agentpack("list", "--user")[1]
    assert agentpack("uninstall", "--user")[0] == 0
    assert tree(home) == before
    code, _, err = agentpack("install", make({"x": ""}), "--user")
    assert (code, "--user is for your home" in err) == (2, True)


def test_another_client_has_its_own_places(agentpack, project, make) -> None:
    """--target is kept by the ledger: update and uninstall know where the files are."""
    before = tree(project)
    pack = make(plugin("one", first="first"))
    assert agentpack("install", project, "--from", pack, "--target", "codex")[0] == 0
    assert (project / ".codex/agents/first.toml").is_file()
    assert (project / ".agents/skills/one-style/SKILL.md").read_text() == SKILL
    write(pack, {"agents/first.md": AGENT.format(name="first") + "More.\n"})
    assert agentpack("update", project)[0] == 0
    assert "More." in (project / ".codex/agents/first.toml").read_text()
    assert agentpack("status", project, "--check")[0] == 0
    assert agentpack("uninstall", project)[0] == 0
    assert tree(project) == before


def test_what_is_no_agent_and_no_skill_is_told(agentpack, project, make) -> None:
    """Hooks of a plugin are not installed, and not passed over in silence."""
    pack = make({**plugin("one", first="first"), "hooks/hooks.json": "{}"})
    code, out, _ = agentpack("install", project, "--from", pack)
    assert (code, "Not installed, being neither agents nor skills: hooks" in out) == (0, True)


def test_an_index_of_the_users_is_left_alone(agentpack, project, make) -> None:
    """Their AGENTS.md is not ours to list agents in; that is said, and the rest is installed."""
    pack = make(plugin("one", first="first"))
    write(project, {"AGENTS.md": "Mine.\n"})
    code, _, err = agentpack("install", project, "--from", pack, "--target", "agents")
    assert (code, "AGENTS.md is there already" in err) == (0, True)
    assert (project / "AGENTS.md").read_text() == "Mine.\n"
    assert (project / ".agents/agents/first.md").is_file()
    assert agentpack("status", project, "--check")[0] == 0
    agentpack("uninstall", project)
    (project / "AGENTS.md").unlink()
    agentpack("install", project, "--from", pack, "--target", "agents")
    assert "**first**" in (project / "AGENTS.md").read_text()
    assert agentpack("update", project)[0] == 0
    assert agentpack("status", project, "--check")[0] == 0


def test_one_plugin_of_a_marketplace_is_followed(agentpack, project, tmp_path) -> None:
    """The ledger keeps which one was chosen, and update looks at no other."""
    market = {
        "name": "m",
        "plugins": [{"name": name, "source": f"./{name}"} for name in ("one", "two")],
    }
    files = {
        f"{name}/{path}": text
        for name in ("one", "two")
        for path, text in plugin(name, **{name: name}).items()
    }
    files[".claude-plugin/marketplace.json"] = json.dumps(market)
    repo = repository(tmp_path / "repo", files)
    assert agentpack("install", project, "--from", f"{repo.as_uri()}#two")[0] == 0
    assert set(lock(project)) == {"two"}
    write(repo, {"two/agents/two.md": AGENT.format(name="two") + "More.\n"})
    git(repo, "add", "-A")
    commit(repo, "second")
    assert agentpack("update", project)[0] == 0
    assert (project / ".claude/agents/two.md").read_text().endswith("More.\n")
    assert not (project / ".claude/agents/one.md").exists()
