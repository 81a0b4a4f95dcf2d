"""`agentpack audit`, as it is called."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agentpack.audit import rule
from agentpack.cli import main

ERROR = (
    "from fastapi import FastAPI\n"
    "from fastapi.middleware.cors import CORSMiddleware\n"
    "\n"
    "app = FastAPI()\n"
    'app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_credentials=True)\n'
)
WARNING = "import fastapi\nfrom pydantic import validator\n"
CORS = "cors-wildcard-with-credentials"
REPO = Path(__file__).parents[2]


def audit(capsys, *arguments: object) -> tuple[int, str]:
    code = main(["audit", *map(str, arguments)])
    return code, capsys.readouterr().out


@pytest.mark.parametrize("app", ["agent-spy", "sre-triage"])
def test_the_reference_apps_are_silent(app, capsys) -> None:
    """What the pack is proven on has none of the failures it warns of."""
    code, out = audit(capsys, REPO / "apps" / app, "--format", "json")
    assert json.loads(out) == {"findings": []}
    assert code == 0


def test_an_error_exits_with_1_and_shows_the_line_and_the_page(make, capsys) -> None:
    """A person sees where it is, what it is, and where to read on."""
    code, out = audit(capsys, make({"main.py": ERROR}))
    assert code == 1
    assert (
        f"main.py:5:1 error any site may call with the user's cookies, and read the answer [{CORS}]"
        in out
    )
    assert "references/security.md of the skill backend-skill" in out


def test_a_warning_is_shown_and_exits_with_0(make, capsys) -> None:
    """Only what is wrong stops CI."""
    code, out = audit(capsys, make({"main.py": WARNING}))
    assert code == 0
    assert "[deprecated-api]" in out


@pytest.mark.parametrize("shape", ["json", "sarif", "github", "gitlab"])
def test_every_format_tells_the_rule_and_the_line(shape, make, capsys) -> None:
    """All of lint's formats are the audit's."""
    code, out = audit(capsys, make({"main.py": ERROR}), "--format", shape)
    assert code == 1
    assert CORS in out
    if shape == "json":
        (finding,) = json.loads(out)["findings"]
        assert (finding["line"], finding["column"], finding["severity"]) == (5, 1, "error")
    elif shape == "sarif":
        (run,) = json.loads(out)["runs"]
        (result,) = run["results"]
        assert result["locations"][0]["physicalLocation"]["region"]["startLine"] == 5
    elif shape == "gitlab":
        assert json.loads(out)[0]["location"]["lines"]["begin"] == 5
    else:
        assert out.startswith("::error file=")


@pytest.mark.parametrize(
    "mark",
    [f"  # agentpack: allow {CORS}: the API has no cookies", "above"],
    ids=["behind", "above"],
)
def test_a_finding_is_allowed_with_a_reason(mark, make, capsys) -> None:
    """In its line, or in the line above."""
    head, last = ERROR.rsplit("\n", 2)[0:2]
    text = (
        f"{head}\n# agentpack: allow {CORS}: no cookies\n\n{last}\n"
        if mark == "above"
        else f"{head}\n{last}{mark}\n"
    )
    assert audit(capsys, make({"main.py": text}))[0] == 0


@pytest.mark.parametrize(
    ("comment", "told"),
    [
        (f"# agentpack: allow {CORS}", "allow-without-reason"),
        ("# agentpack: allow raw-sql-string: it was so once", "unused-allow"),
    ],
)
def test_an_allowance_needs_a_reason_and_a_finding(comment, told, make, capsys) -> None:
    """Allowances are looked at, too; text that is no comment is none."""
    _, out = audit(capsys, make({"main.py": f'{comment}\n"""{comment}"""\n{ERROR}'}))
    assert out.count(f"[{told}]") == 1
    assert f"[{CORS}]" in out


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("pyproject.toml", f'[tool.agentpack.audit]\nignore = ["{CORS}"]\n'),
        ("agentpack.toml", '[audit]\nexclude = ["*/main.py"]\n'),
        ("agentpack.toml", f'[audit.per-path]\n"*/main.py" = ["{CORS}"]\n'),
        ("agentpack.toml", '[audit]\nselect = ["raw-sql-string"]\n'),
    ],
)
def test_the_configuration_chooses(name, settings, make, capsys) -> None:
    """Rules and paths are chosen as lint's are, in a table of their own."""
    assert audit(capsys, make({"main.py": ERROR, name: settings})) == (0, "Nothing found.\n")


@pytest.mark.parametrize(
    "settings",
    ['[audit]\nclient = "2"\n', '[audit]\nignore = ["no-name"]\n', "[audit]\nselect = 1\n"],
)
def test_wrong_settings_are_one_error(settings, make, capsys) -> None:
    """What lint knows and the audit does not is told, with the file."""
    root = make({"main.py": ERROR, "agentpack.toml": settings})
    assert main(["audit", str(root)]) == 2
    assert capsys.readouterr().err.startswith(f"agentpack: {root}/agentpack.toml: ")


def test_choosing_by_option(make, capsys) -> None:
    """The command line counts over the files."""
    root = make({"main.py": ERROR})
    assert audit(capsys, root, "--ignore", CORS)[0] == 0
    assert audit(capsys, root, "--select", CORS)[0] == 1
    assert main(["audit", str(root), "--select", "cors"]) == 2


def test_a_baseline_leaves_what_is_new(make, tmp_path, capsys) -> None:
    """What was there before does not count."""
    root, file = make({"main.py": ERROR}), tmp_path / "known.json"
    audit(capsys, root, "--baseline", file, "--write-baseline")
    assert audit(capsys, root, "--baseline", file)[0] == 0
    make({"other.py": ERROR})
    code, out = audit(capsys, root, "--baseline", file)
    assert code == 1
    assert "other.py:5" in out


def test_nothing_to_audit_is_no_clean_project(make, capsys) -> None:
    """Who looks in the wrong place must not be told that all is well."""
    assert main(["audit", str(make({"main.py": "print(1)\n"}))]) == 2
    assert "no code here uses FastAPI" in capsys.readouterr().err
    assert main(["audit", "no-such-folder"]) == 2


def test_rule_shows_the_audits_manuals_too(capsys) -> None:
    """`agentpack rule` knows both sets; a list is of one."""
    assert main(["rule", CORS, "missing-preload"]) == 0
    out = capsys.readouterr().out
    assert "Name the origins" not in out.split("missing-preload")[1]
    assert main(["rule", "--audit"]) == 0
    assert capsys.readouterr().out.count("\n") >= len(rule.names())


def test_the_generated_page_is_in_step(capsys) -> None:
    """docs/audit-rules.md is what `agentpack rule` writes."""
    main(["rule", "--audit", "--format", "markdown"])
    page = (REPO / "docs" / "audit-rules.md").read_text(encoding="utf-8")
    assert capsys.readouterr().out == page
