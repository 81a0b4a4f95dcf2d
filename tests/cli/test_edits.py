"""`diff`, `accept`, `resolve`, `list` and `show` as a user types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

PACK = {
    "pack.toml": (
        '[pack]\nname = "made"\nversion = "1.0.0"\n'
        '[agents.reviewer]\nversion = "1.1.0"\nskills = ["style"]\n'
        '[skills.style]\nversion = "1.2.0"\n'
    ),
    "agents/reviewer.md": "---\nname: reviewer\ndescription: Reviews\n---\nReview.\n",
    "skills/style/SKILL.md": "---\nname: style\ndescription: Style\n---\nStyle.\n",
}
AGENT = ".claude/agents/reviewer.md"
SKILL = ".claude/skills/style/SKILL.md"


@pytest.fixture
def project(agentpack, make) -> Path:
    """The pack is installed, and the agent edited."""
    root = make({"app.py": ""})
    assert agentpack("install", root, "--from", make(PACK))[0] == 0
    with (root / AGENT).open("a") as file:
        file.write("Ours.\n")
    return root


def test_diff_shows_what_you_changed(agentpack, project) -> None:
    """As lines, in sum, as a patch, and as JSON."""
    patch = (
        f"diff --git a/{AGENT} b/{AGENT}\n--- a/{AGENT}\n+++ b/{AGENT}\n"
        "@@ -3,3 +3,4 @@\n description: Reviews\n ---\n Review.\n+Ours.\n"
    )
    assert agentpack("diff", project)[:2] == (0, patch)
    assert f"{AGENT}  +1  -0  you edited it" in agentpack("diff", project, "--stat")[1]
    assert agentpack("diff", project, "--patch")[1] == agentpack("diff", project)[1]
    table = json.loads(agentpack("diff", project, "--format", "json")[1])
    assert table["changes"] == [
        {"path": "agents/reviewer.md", "action": "keep", "why": "you edited it"}
    ]
    assert table["files"][0]["added"] == 1
    assert table["files"][0]["patch"] == agentpack("diff", project, "--patch")[1]


def test_diff_with_nothing_changed(agentpack, project) -> None:
    """It says so; a patch of nothing is empty."""
    (project / AGENT).write_text(PACK["agents/reviewer.md"])
    assert agentpack("diff", project)[1] == "Nothing differs.\n"
    assert agentpack("diff", project, "--patch")[1] == ""


def test_diff_pack_shows_what_the_pack_has(agentpack, project) -> None:
    """From your file to the pack's of today."""
    assert "-Ours.\n" in agentpack("diff", project, "--pack")[1]


def test_diff_is_coloured_on_a_terminal_only(agentpack, project, monkeypatch) -> None:
    """NO_COLOR and pipes get plain text."""
    assert "\033" not in agentpack("diff", project)[1]
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\033[32m+Ours.\033[0m" in agentpack("diff", project)[1]
    assert "\033" not in agentpack("diff", project, "--patch")[1]


def test_an_accepted_edit_is_kept_in_the_ledger_as_a_patch(agentpack, project) -> None:
    """The patch stands in base, named by its digest; status knows the edit."""
    assert agentpack("accept", project / AGENT)[0] == 0
    ledger = project / ".claude/.agentpack"
    lock = json.loads((ledger / "lock.json").read_text())
    accepted = lock["packs"]["made"]["files"][AGENT]["accepted"]
    assert (ledger / "base" / accepted["patch"]).read_text() == agentpack("diff", project)[1]
    states = json.loads(agentpack("status", project, "--format", "json")[1])["files"]
    assert {"path": "agents/reviewer.md", "pack": "made", "state": "accepted"} in states
    assert "your accepted edit" in agentpack("update", project)[1]


def test_accept_takes_own_files_for_strict(agentpack, project) -> None:
    """What no pack brought is declared to be the project's own, by name."""
    own = project / ".claude/agents/own.md"
    own.write_text("---\nname: own\ndescription: Own\n---\nOwn.\n")
    agentpack("accept", project / AGENT)
    assert agentpack("status", project, "--check", "--strict")[0] == 1
    assert agentpack("accept", own)[0] == 0
    assert agentpack("status", project, "--check", "--strict")[0] == 0
    assert agentpack("update", project)[0] == 0
    assert agentpack("status", project, "--check", "--strict")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("accept", "app.py"), "is not a file that agentpack wrote"),
        (("accept", ".claude/agents/nowhere.md"), "is not a file that agentpack wrote"),
        (("resolve", AGENT), "has no conflict"),
        (("resolve", ".claude/agents/nowhere.md"), "is not a file that agentpack wrote"),
        (("update", ".", "--pack", "nowhere"), "no pack 'nowhere' is installed here; it has made"),
        (("uninstall", ".", "--pack", "x"), "no pack 'x' is installed here"),
        (("show", "reviwer"), "did you mean 'reviewer'?"),
        (("show", "xyzzy"), "see: agentpack list"),
        (("diff", ".", "--stat", "--patch"), "not allowed with argument"),
    ],
)
def test_bad_input_is_one_clear_line(agentpack, project, monkeypatch, arguments, words) -> None:
    """Exit 2, and the ledger is as it was."""
    monkeypatch.chdir(project)
    before = (project / ".claude/.agentpack/lock.json").read_bytes()
    code, out, err = agentpack(*arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert words in err
    assert (project / ".claude/.agentpack/lock.json").read_bytes() == before


def test_list_and_show(agentpack, project) -> None:
    """What is installed, and how the files of one part stand."""
    out = agentpack("list", project)[1]
    assert "agent  reviewer  1.1.0" in out
    assert "skill  style     1.2.0" in out
    out = agentpack("show", "reviewer", project)[1]
    assert out.startswith("agent reviewer 1.1.0 of made 1.0.0 from ")
    assert f"edited  {AGENT}" in out
    assert SKILL not in out
    table = json.loads(agentpack("show", "made", project, "--format", "json")[1])
    assert (table["kind"], table["version"]) == ("pack", "1.0.0")
    assert [file["state"] for file in table["files"]] == ["edited", "clean"]


def test_list_of_nothing(agentpack, make) -> None:
    """No error: there is just nothing."""
    assert "Nothing is installed here" in agentpack("list", make({}))[1]
    assert json.loads(agentpack("list", make({}), "--format", "json")[1]) == {"packs": []}


@pytest.mark.parametrize("harm", [Path.unlink, lambda text: text.write_text("harmed")])
def test_a_ledger_that_lost_its_texts_is_mended_by_update(agentpack, project, harm) -> None:
    """What an edit was made from comes again from the pack, as long as that has it."""
    base = project / ".claude/.agentpack/base"
    for text in base.iterdir():
        harm(text)
    code, _, err = agentpack("diff", project)
    assert (code, "run: agentpack update" in err) == (2, True)
    assert agentpack("update", project)[0] == 0
    assert "+Ours.\n" in agentpack("diff", project)[1]


def test_a_checkout_with_other_line_ends_still_merges(agentpack, make) -> None:
    """Version control set CRLF everywhere, the ledger's texts included; nothing conflicts."""
    pack, root = make(PACK), make({"app.py": ""})
    agentpack("install", root, "--from", pack)
    for path in [*(root / ".claude/.agentpack/base").iterdir(), root / AGENT]:
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    (pack / "agents/reviewer.md").write_text(PACK["agents/reviewer.md"] + "More.\n")
    assert agentpack("update", root)[0] == 0
    assert (root / AGENT).read_bytes().endswith(b"Review.\r\nMore.\r\n")


def test_the_first_schema_goes_on(agentpack, make) -> None:
    """A project with a ledger of 1.0.0 is updated, and its ledger with it."""
    pack, root = make(PACK), make({"app.py": ""})
    agentpack("install", root, "--from", pack)
    place = root / ".claude/.agentpack/lock.json"
    new = json.loads(place.read_text())
    made = new["packs"]["made"]
    old = {key: made[key] for key in ("version", "agents", "skills", "facts")}
    files = {
        path.removeprefix(".claude/"): {"executable": False, "adopted": False, **file}
        for path, file in made["files"].items()
    }
    source = made["source"]["location"]
    old |= {
        "schema": 1,
        "pack": "made",
        "source": source,
        "files": files,
        "folders": new["folders"],
    }
    place.write_text(json.dumps(old))
    assert agentpack("status", root, "--check")[0] == 0
    (pack / "agents/reviewer.md").write_text(PACK["agents/reviewer.md"] + "More.\n")
    assert agentpack("update", root)[0] == 0
    assert json.loads(place.read_text())["schema"] == 2
    assert agentpack("uninstall", root)[0] == 0
    assert [path.name for path in root.iterdir()] == ["app.py"]
