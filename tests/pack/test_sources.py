"""Where packs come from: what a user may write, what is found there, and what it is pinned to."""

from __future__ import annotations

import json
import shutil
import zipfile
from importlib.metadata import distribution
from pathlib import Path

import pytest
from tests.pack.made import SKILL, commit, git, manifest, repository, write

from agentpack.errors import AgentpackError
from agentpack.pack import Origin, fetch, load, open_pack, resolve
from agentpack.pack.source import Source, parse

AGENT = "---\nname: reviewer\ndescription: Reviews. Use it.\nskills: [style]\n---\nGo.\n"
FILES = {"pack.toml": manifest(), "agents/reviewer.md": AGENT, "skills/style/SKILL.md": SKILL}
BARE = {"agents/reviewer.md": AGENT, "skills/style/SKILL.md": SKILL}


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.mark.parametrize(
    ("text", "kind", "location", "ref", "plugin"),
    [
        ("builtin", "builtin", "", None, None),
        ("some/pack", "folder", "some/pack", None, None),
        ("some/pack@v1", "git", "some/pack", "v1", None),
        ("https://a.org/x/y.git", "git", "https://a.org/x/y.git", None, None),
        ("https://a.org/x/y.git@^1.2", "git", "https://a.org/x/y.git", "^1.2", None),
        ("https://me@a.org/x/y@v1", "git", "https://me@a.org/x/y", "v1", None),
        ("https://a.org/x/y@feature/z", "git", "https://a.org/x/y", "feature/z", None),
        ("git+https://a.org/x/y@>=1,<2#one", "git", "https://a.org/x/y", ">=1,<2", "one"),
        ("git@a.org:x/y.git@main", "git", "git@a.org:x/y.git", "main", None),
        ("ssh://git@a.org/x/y", "git", "ssh://git@a.org/x/y", None, None),
        ("file:///srv/x.git@1.x", "git", "file:///srv/x.git", "1.x", None),
        ("github:x/y", "git", "https://github.com/x/y", None, None),
        ("github:x/y@v2#z", "git", "https://github.com/x/y", "v2", "z"),
        ("dist/x-1.0-py3-none-any.whl", "wheel", "dist/x-1.0-py3-none-any.whl", None, None),
    ],
)
def test_a_source_is_read(text, kind, location, ref, plugin) -> None:
    """Kind, place, ref and plugin, each where it is written."""
    assert parse(text) == Source(kind, location, ref, plugin)


def test_one_pack_is_the_same_from_everywhere(make, tmp_path, cache) -> None:
    """A folder, a commit and a wheel of one pack have one tree digest, and one content."""
    folder = make(FILES)
    repo = repository(tmp_path / "repo", FILES)
    wheel = tmp_path / "made-1.0.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, text in FILES.items():
            archive.writestr(f"made/pack/{path}", text)
        archive.writestr("made/__init__.py", "raise SystemExit('this runs')")
    found = [fetch(str(s), cache=cache) for s in (folder, f"{repo}@main", repo.as_uri(), wheel)]
    assert [origin.kind for origin, _ in found] == ["folder", "git", "git", "wheel"]
    assert len({origin.tree for origin, _ in found}) == 1
    for _, pack in found:
        assert (pack.name, pack.version) == ("made", "1.0.0")
        (agent,) = pack.closure(["reviewer"], [])[:1]
        assert agent.files[0].data == AGENT.encode()


@pytest.mark.parametrize("change", ["text", "mode", "name", "manifest"])
def test_the_digest_of_a_tree_sees_every_change(make, change) -> None:
    """A text, a mode, a name, the manifest: each makes another tree; a README does not."""
    folder = make({**FILES, "skills/style/x.sh": "#!/bin/sh\n", "README.md": "old"})
    before = resolve(str(folder)).tree
    (folder / "README.md").write_text("new")
    assert resolve(str(folder)).tree == before
    script = folder / "skills/style/x.sh"
    if change == "text":
        script.write_text("#!/bin/sh\nx\n")
    elif change == "mode":
        script.chmod(0o755)
    elif change == "name":
        script.rename(script.with_name("y.sh"))
    else:
        (folder / "pack.toml").write_text(manifest().replace('"1.0.0"', '"1.0.1"', 1))
    assert resolve(str(folder)).tree != before


def test_a_range_takes_the_highest_tag_and_pins_its_commit(tmp_path, cache) -> None:
    """What was asked for stays `^1.0`; what came is a commit and a tree."""
    repo = repository(tmp_path / "repo", BARE, "v1.0.0")
    write(repo, {"skills/style/SKILL.md": SKILL + "more\n"})
    git(repo, "add", "-A")
    second = commit(repo, "second", "v1.1.0")
    commit(repo, "third", "v2.0.0")
    origin, pack = fetch(f"{repo.as_uri()}@^1.0", cache=cache)
    assert (origin.ref, origin.commit, pack.version) == ("^1.0", second, "1.1.0")
    assert pack.skills["style"].files[0].data.endswith(b"more\n")
    with pytest.raises(AgentpackError, match=r"no tag is in the range '\^3'; the newest is v2.0.0"):
        resolve(f"{repo.as_uri()}@^3", cache=cache)


def test_a_pinned_commit_needs_no_repository(tmp_path, cache) -> None:
    """What was fetched once opens again from the cache: same commit, same version, no network."""
    repo = repository(tmp_path / "repo", BARE, "v1.0.0")
    origin, pack = fetch(f"{repo.as_uri()}@^1", cache=cache)
    shutil.rmtree(repo)
    again = open_pack(origin, cache=cache)
    assert (again.name, again.version) == (pack.name, "1.0.0")
    with pytest.raises(AgentpackError, match="git: "):
        fetch(origin, cache=cache)


def test_a_tag_that_moved_is_refused_when_frozen(tmp_path, cache) -> None:
    """The ledger's commit and tree are what counts, whatever a tag says today."""
    repo = repository(tmp_path / "repo", BARE, "v1.0.0")
    origin = resolve(f"{repo.as_uri()}@v1.0.0", cache=cache)
    write(repo, {"skills/style/SKILL.md": SKILL + "evil\n"})
    git(repo, "add", "-A")
    moved = commit(repo, "moved")
    git(repo, "tag", "-f", "-a", "v1.0.0", "-m", "moved")
    with pytest.raises(AgentpackError, match=rf"commit {moved[:12]}.*is pinned"):
        fetch(f"{repo.as_uri()}@v1.0.0", frozen=origin, cache=cache)
    assert fetch(None, frozen=origin, cache=cache)[0] == origin
    assert fetch(origin, cache=cache)[0].commit == moved


def test_a_folder_that_changed_is_refused_when_frozen(make) -> None:
    """A folder has no commit: its tree is what is pinned."""
    folder = make(FILES)
    origin = resolve(str(folder))
    (folder / "agents/reviewer.md").write_text(AGENT + "more\n")
    with pytest.raises(AgentpackError, match=r"is tree \w{12}, and tree \w{12} is pinned"):
        open_pack(origin)
    assert resolve(origin) != origin


def test_a_repository_without_versions_has_its_commit_for_one(tmp_path, cache) -> None:
    """So that two states never share a version."""
    repo = repository(tmp_path / "a Repo.git", BARE)
    origin, pack = fetch(repo.as_uri(), cache=cache)
    assert pack.version == f"0.0.0+{origin.commit[:12]}" if origin.commit else False
    assert pack.name == "a-20repo"


@pytest.mark.parametrize(
    ("files", "name", "version", "agents", "skills"),
    [
        (FILES, "made", "1.0.0", {"reviewer"}, {"style"}),
        (BARE, None, "0.0.0", {"reviewer"}, {"style"}),
        ({f".claude/{path}": text for path, text in BARE.items()}, None, "0.0.0", None, None),
        ({".agents/skills/style/SKILL.md": SKILL}, None, "0.0.0", set(), {"style"}),
        ({"SKILL.md": SKILL, "references/x.md": "x"}, None, "0.0.0", set(), None),
        ({"style/SKILL.md": SKILL, "other/x.md": "x"}, None, "0.0.0", set(), {"style"}),
        (
            {".claude-plugin/plugin.json": '{"name": "plug", "version": "3.0.0"}', **BARE},
            *("plug", "3.0.0", None, None),
        ),
        (
            {
                ".claude-plugin/plugin.json": json.dumps(
                    {"name": "plug", "agents": ["./deep/reviewer.md"], "skills": "./more/"}
                ),
                "deep/reviewer.md": AGENT,
                "deep/unnamed.md": AGENT,
                "more/style/SKILL.md": SKILL,
                "skills/own/SKILL.md": SKILL,
            },
            *("plug", "0.0.0", {"reviewer"}, {"style", "own"}),
        ),
        (
            {
                ".claude-plugin/marketplace.json": json.dumps(
                    {"name": "m", "plugins": [{"name": "one", "source": "./plugins/one"}]}
                ),
                "plugins/one/.claude-plugin/plugin.json": '{"name": "one", "version": "2.0.0"}',
                **{f"plugins/one/{path}": text for path, text in BARE.items()},
            },
            *("one", "2.0.0", None, None),
        ),
        (
            {
                ".claude-plugin/marketplace.json": json.dumps(
                    {
                        "name": "m",
                        "plugins": [
                            {"name": "one", "source": "./", "skills": ["./skills/style"]},
                            {"name": "far", "source": {"source": "github", "repo": "x/y"}},
                        ],
                    }
                ),
                "skills/style/SKILL.md": SKILL,
                "skills/other/SKILL.md": SKILL,
            },
            *("one", "0.0.0", set(), {"style"}),
        ),
    ],
)
def test_a_pack_is_found_in_each_layout(make, files, name, version, agents, skills) -> None:
    """With its name and version, its agents and skills, and an agent's skills from frontmatter."""
    root = make(files)
    pack = load(root)
    assert (pack.name, pack.version) == (name or root.name, version)
    assert set(pack.agents) == ({"reviewer"} if agents is None else agents)
    assert set(pack.skills) == ({root.name, "style"} & {*pack.skills} if skills is None else skills)
    assert pack.skills
    if "reviewer" in pack.agents and "style" in pack.skills:
        assert pack.agents["reviewer"].skills == ("style",)


def test_one_of_several_plugins_is_named(make) -> None:
    """Without a name they are told; a wrong one is answered by what was meant."""
    plugins = [{"name": name, "source": f"./{name}"} for name in ("one", "two")]
    plugins.append({"name": "far", "source": {"source": "url", "url": "https://a.org/x"}})  # type: ignore[dict-item]
    root = make(
        {
            ".claude-plugin/marketplace.json": json.dumps({"name": "m", "plugins": plugins}),
            "one/skills/a/SKILL.md": SKILL,
            "two/skills/b/SKILL.md": SKILL,
        }
    )
    origin, pack = fetch(f"{root}#two")
    assert (origin.location, set(pack.skills)) == (f"{root}#two", {"b"})
    assert open_pack(origin).name == "two"
    for wanted, said in (
        ("", "a marketplace of 2 plugins: one, two; name one: SOURCE#PLUGIN"),
        ("#tow", "no plugin 'tow' in the marketplace; did you mean 'two'"),
        ("#far", "lies in another repository; install it from https://a.org/x"),
    ):
        with pytest.raises(AgentpackError, match=said):
            fetch(f"{root}{wanted}")


def test_a_foreign_pack_is_not_rendered(make) -> None:
    """Only a pack.toml makes templates: elsewhere a .j2 file is a file like any other."""
    pack = load(make({**BARE, "skills/style/page.html.j2": "«nothing»"}))
    (file,) = (one for one in pack.skills["style"].files if one.target.endswith(".j2"))
    assert not file.is_template
    assert file.data == "«nothing»".encode()


def test_what_is_not_an_agent_or_a_skill_is_told(make) -> None:
    """Hooks, commands and a README among the agents are not installed, and not kept quiet."""
    pack = load(
        make(
            {
                ".claude-plugin/plugin.json": '{"name": "plug"}',
                **BARE,
                "hooks/hooks.json": "{}",
                "commands/x.md": "x",
                "agents/README.md": "# Agents\n",
            }
        )
    )
    assert set(pack.agents) == {"reviewer"}
    assert pack.left_out[:2] == ("commands", "hooks")
    assert "agents/README.md" in pack.left_out[2]


def test_an_origin_is_seen_from_the_project(make, tmp_path, monkeypatch) -> None:
    """A folder's path in the ledger is told from the project, and found from there."""
    folder = make(FILES)
    monkeypatch.chdir(tmp_path)
    origin = resolve(folder.name)
    (tmp_path / "project").mkdir()
    kept = origin.seen_from(Path("project"))
    assert kept.location == f"../{folder.name}"
    monkeypatch.chdir("/")
    assert open_pack(kept, base=tmp_path / "project").name == "made"
    builtin = resolve(None)
    assert builtin.seen_from(Path("x")) == builtin
    assert open_pack(Origin("builtin", tree=builtin.tree)).name == "agentpack"


def test_names_beside_the_pack_are_not_judged(make, tmp_path) -> None:
    """A wheel's own modules may be called what no file of a pack may."""
    wheel = tmp_path / "made-1.0.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("made/nul.py", "")
        archive.writestr("made/skills/style/SKILL.md", SKILL)
    assert set(fetch(str(wheel))[1].skills) == {"style"}


def test_the_skills_in_fastapis_wheel_install(agentpack, tmp_path) -> None:
    """The wheel that everybody has carries a skill, in a folder of its own, and no manifest."""
    found = distribution("fastapi")
    wheel = tmp_path / f"fastapi-{found.version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for file in found.files or ():
            if file.locate().is_file() and not {"..", "__pycache__"} & {*file.parts}:
                archive.write(file.locate(), file.as_posix())
    (tmp_path / "project").mkdir()
    code, _, err = agentpack("install", tmp_path / "project", "--from", wheel)
    assert (code, err) == (0, "")
    lock = json.loads((tmp_path / "project/.claude/.agentpack/lock.json").read_text())
    assert lock["packs"]["fastapi"]["version"] == found.version
    assert (tmp_path / "project/.claude/skills/fastapi/SKILL.md").is_file()
