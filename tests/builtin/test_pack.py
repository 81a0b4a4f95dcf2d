"""The pack that ships: whole, consistent, cheap, and true of any project."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from agentpack import document, tokens
from agentpack import pack as packs
from agentpack.document import NEWEST
from agentpack.lint import rule
from agentpack.lint.look import look
from agentpack.lint.run import lint
from agentpack.project import VOCABULARY, Fact, Facts
from agentpack.project.facts import LISTS
from agentpack.render import Rendered, render

PACK = packs.load(packs.builtin_root())
ALL = PACK.closure(PACK.agents, PACK.skills)
KNOWN = {
    name: ("postgresql", "redis")
    if name in LISTS
    else 8010
    if name == "port"
    else "the:app"
    if name == "app"
    else f"any-{name}"
    for name in VOCABULARY
}


def project(known: dict[str, object]) -> Facts:
    return Facts({name: Fact(name, known.get(name), "x:1") for name in VOCABULARY})  # type: ignore[arg-type]


PROJECTS = {
    "nothing known": {},
    "all known": KNOWN,
    "uv, no server": {
        "run_prefix": "uv run",
        "package_manager": "uv",
        "lint_command": "uv run ruff",
    },
    "pip, a server": {
        "package_manager": "pip",
        "dev_command": "./watch.sh",
        "port": 1,
        "log_file": "/l",
    },
    "a front end": {"frontend": "next", "client_generator": "orval", "typecheck_command": "mypy ."},
    "mlflow": {"ai_services": ("databricks", "mlflow"), "docs_dir": "docs", "app": "a:b"},
    "a folder": {
        "backend_dir": "backend",
        "database": ("sqlite",),
        "base_url": "http://localhost:1",
    },
}


@pytest.fixture(params=PROJECTS, scope="module")
def rendered(request) -> tuple[Rendered, ...]:
    return render(ALL, project(PROJECTS[request.param]))


def texts(files: tuple[Rendered, ...]) -> dict[str, str]:
    return {file.path: file.data.decode() for file in files if file.path.endswith(".md")}


def test_the_pack_has_its_agents_and_skills() -> None:
    """What the product promises is there."""
    assert set(PACK.agents) == {
        "backend-api-agent",
        "fastapi-backend-agent",
        "fastapi-backend-developer",
    }
    assert {"backend-skill", "endpoint-timing", "fastapi-backend", "sre-triage-backend"} <= set(
        PACK.skills
    )


def test_every_document_reads_whole(rendered) -> None:
    """No project leaves a hole: no `None`, no empty quotes, no doubled or dangling words."""
    for path, text in texts(rendered).items():
        prose = _without_code(text)
        assert "«" not in text, path
        assert "»" not in text, path
        if path.startswith("agents/") or path.endswith("SKILL.md"):
            assert "``" not in prose, path
            assert not re.search(r"\b(\w+) \1\b(?! \|)", prose), path
            assert not re.search(r"\bNone\b", re.sub(r"`[^`]*`", "", prose)), path
            assert not re.search(
                r"\S [,.;:)]|\( |\S  +\S|,\.|\.\.(?!\.)", re.sub(r"`[^`]*`", "`x`", prose)
            ), path
            assert "\n\n\n" not in prose, path


def test_facts_change_the_text() -> None:
    """Two projects get two texts: a fact that is known stands in them."""
    one, two = texts(render(ALL, project({}))), texts(render(ALL, project(KNOWN)))
    for path in (f"agents/{name}.md" for name in PACK.agents):
        assert one[path] != two[path]
    developer = two["agents/fastapi-backend-developer.md"]
    for fact in ("product", "run_prefix", "dev_command", "log_file", "base_url", "docs_dir"):
        assert f"any-{fact}" in developer, fact


def test_what_the_frontmatter_says_is_what_the_manifest_says(rendered) -> None:
    """Names, versions and needed skills stand in both, and agree."""
    for path, text in texts(rendered).items():
        read = document.read(text.encode())
        kind, name = path.split("/")[:2]
        if kind == "agents":
            agent = PACK.agents[name.removesuffix(".md")]
            assert read.problem is None, path
            assert read.text("name") == agent.name
            assert read.names("skills") == agent.skills
        elif path.endswith("SKILL.md"):
            assert read.problem is None, path
            assert read.text("name") == name
            assert read.fields["metadata"].value == {"version": PACK.skills[name].version}


def test_every_skill_keeps_to_the_portable_specification(rendered, tmp_path) -> None:
    """`lint --spec` finds nothing: the skills load in every program that keeps to it."""
    for path, text in texts(rendered).items():
        file = tmp_path / ".claude" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    rules = [rule.load(name) for name in rule.names() if name.startswith("spec-")]
    assert len(rules) >= 7
    scene = look(tmp_path, NEWEST)
    assert {skill.name for skill in scene.skills} == set(PACK.skills)
    assert lint(scene, rules) == ()


def test_a_description_costs_little_and_says_when(rendered) -> None:
    """Every conversation pays for it: under 120 tokens, one line, with a when."""
    described = 0
    for path, text in texts(rendered).items():
        if path.startswith("agents/") or path.endswith("SKILL.md"):
            description = document.read(text.encode()).text("description")
            assert description, path
            assert tokens.estimate(description) < 120, path
            assert "\n" not in description
            assert re.search(
                r"\b[Uu]se (this )?(when|for|after|before|while)|\bwhen\b", description
            ), path
            described += 1
    assert described == len(ALL)


def test_no_document_names_what_is_not_installed_with_it(rendered) -> None:
    """A skill named in backticks is in the closure of the document, a file linked to is there."""
    paths = {file.path for file in rendered}
    named = 0
    for path, text in texts(rendered).items():
        kind, name = path.split("/")[:2]
        own = ([name.removesuffix(".md")], []) if kind == "agents" else ([], [name])
        closure = {component.name for component in PACK.closure(*own)}
        for word in re.findall(r"`([a-z]+(?:-[a-z]+)+)`", text):
            assert word in closure or word not in PACK.skills, (path, word)
            named += word in PACK.skills
        for word in re.findall(r"skills? `([a-z][a-z-]+)`|`([a-z][a-z-]+)` skill", text):
            assert "".join(word) in closure, (path, word)
        folder = path.rpartition("/")[0]
        for target in re.findall(r"\]\(((?:references|scripts|\.\.)[^)#]*)", text):
            assert _join(folder, target) in paths, (path, target)
        if path.endswith("SKILL.md"):
            for target in re.findall(r"`((?:references|scripts)/[\w./-]+)`", text):
                assert f"{folder}/{target}" in paths, (path, target)
    assert named


def test_skills_disclose_progressively(rendered) -> None:
    """A short SKILL.md, and references one level deep that begin with when to read them."""
    references = 0
    for path, text in texts(rendered).items():
        if path.endswith("SKILL.md"):
            assert len(text.splitlines()) < 200, path
        elif "/references/" in path:
            references += 1
            assert path.count("/") == 3, path
            head = "\n".join(text.splitlines()[:6])
            assert "Read this when" in head or "Read this before" in head, path
            assert all(b <= a + 1 for a, b in pairwise(_levels(text))), path
    assert references >= 10


def _levels(text: str) -> list[int]:
    return [len(mark) for mark in re.findall(r"^(#+) ", _without_code(text), re.MULTILINE)]


def _without_code(text: str) -> str:
    return re.sub(r"^(```|~~~).*?^\1", "(code)", text, flags=re.DOTALL | re.MULTILINE)


def _join(folder: str, target: str) -> str:
    parts = folder.split("/")
    for step in target.split("/"):
        parts = parts[:-1] if step == ".." else [*parts, step]
    return "/".join(parts)
