"""What the project calls itself, and where its documentation is."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from agentpack.project.claims import Claim
from agentpack.project.documents import line, mapping, read_json, read_toml, read_yaml, scalar
from agentpack.project.survey import Survey
from agentpack.project.tree import Tree, within

GENERIC = frozenset(
    {
        "api",
        "app",
        "application",
        "backend",
        "code",
        "demo",
        "fastapi",
        "frontend",
        "main",
        "monorepo",
        "my-app",
        "my-project",
        "myapp",
        "myproject",
        "new-project",
        "project",
        "root",
        "server",
        "service",
        "src",
        "template",
        "test",
        "web",
        "workspace",
        "fastapi-app",
        "fast-api",
        "my-api",
        "package",
        "swagger",
        "fastapi-project",
        "untitled",
        "example",
        "rest-api",
        "fastapi-backend",
    }
)
NOT_NAMES = re.compile(
    r"(?:try|how|why|what|who|get|using|welcome)\b.*|(?:about|contents|"
    r"table of contents|features?|getting started|install\w*|introduction|"
    r"overview|quick ?start|requirements|setup|usage|description|run\w*|readme|"
    r"prerequisites|documentation)\b\W*$",
    re.IGNORECASE,
)
DOCUMENTS = (".md", ".mdx", ".rst", ".adoc")
CONFIGS = (
    "docusaurus.config.js",
    "docusaurus.config.ts",
    "conf.py",
    "mkdocs.yml",
    "docs.json",
    "mint.json",
)
WORDS = 4
"""How many words a name has before a tagline."""

TOP = 15
"""The last line on which a title can stand that is not the first heading."""

LONGEST = 100
"""Characters in the longest heading that can be a name."""

FOLDERS = ("docs", "documentation", "doc", "Docs", "handbook")


def _generic(name: str) -> bool:
    # A template's placeholder is nobody's name.
    return "{" in name or re.sub(r"[\s_.]+", "-", name.strip().lower()) in GENERIC


def plain(heading: str) -> str:
    """Strip a heading of links, images, markup and emoji."""
    text = re.sub(r"<[^>]*>|!\[[^\]]*\]\([^)]*\)|!\[[^\]]*\]\[[^\]]*\]", "", heading)
    text = re.sub(r"\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])?", r"\1", text)
    text = re.sub(r":[a-z0-9_+-]+:|[*`~]|(?<!\w)_|_(?!\w)|\s#+\s*$", "", text)
    text = re.sub(r"&[a-z]+;", " ", text)
    kept = [
        char for char in text if unicodedata.category(char) not in {"So", "Sk", "Cn", "Co", "Mn"}
    ]
    return " ".join("".join(kept).split()).strip(" -\u2013\u2014|:")


def _untagged(name: str) -> str:
    """Cut off what follows a short name: `Shop: billing for everyone` is Shop."""
    parts = re.split(r":\s+|\s+[-\u2013\u2014|]+\s+", name, maxsplit=1)
    short = len(parts) > 1 and 1 <= len(parts[0].split()) <= WORDS
    return parts[0].strip() if short else name


def _headings(tree: Tree, path: str) -> Iterator[tuple[str, int, int]]:
    """Yield a document's first headings, each with its level and line."""
    lines = tree.lines(path)
    fenced = False
    for number, text in enumerate(lines[:200], 1):
        if text.lstrip().startswith("```"):
            fenced = not fenced
        if fenced:
            continue
        if match := re.match(r"\s{0,3}(#{1,2})\s+(.*)", text):
            yield match[2], len(match[1]), number
        elif match := re.match(r"\s*<h1[^>]*>(.*)", text, re.IGNORECASE):
            whole = " ".join(lines[number - 1 : number + 6])
            inner = re.match(r"\s*<h1[^>]*>(.*?)</h1>", whole, re.IGNORECASE)
            yield inner[1] if inner else "", 1, number
        elif re.fullmatch(r"[=]{3,}\s*", text) and number > 1 and lines[number - 2].strip():
            yield lines[number - 2], 1, number - 1


def _readme(tree: Tree) -> Iterator[Claim]:
    """Yield the README's title; a section's heading is none."""
    names = ("readme.md", "readme.rst", "readme.txt", "readme", "readme.markdown")
    for path in tree.listed(".", *names)[:1]:
        for order, (heading, level, number) in enumerate(_headings(tree, path)):
            name = _untagged(plain(heading))
            if order and (level > 1 or number > TOP):
                return
            if name:
                fit = not NOT_NAMES.fullmatch(name) and not _generic(name) and len(name) <= LONGEST
                if fit:
                    yield Claim("product", name, f"{path}:{number}", 2)
                return


def _names(tree: Tree, folder: str, rank: int) -> Iterator[Claim]:
    table = read_toml(tree, within(folder, "pyproject.toml"))
    for keys in (("project", "name"), ("tool", "poetry", "name")):
        name = table.get(*keys) if table else None
        if table and isinstance(name, str) and name.strip() and not _generic(name):
            yield Claim("product", name.strip(), table.source(*keys), rank)
            return
    package = read_json(tree, within(folder, "package.json"))
    name = package.get("name") if package else None
    if package and isinstance(name, str) and name.strip() and not _generic(name):
        yield Claim("product", name.strip(), package.source("name"), rank)


def claim_product(survey: Survey) -> Iterator[Claim]:
    """Claim the name: the API's title, else the package's, else the README's heading."""
    app = survey.backend.app if survey.backend else None
    found: list[Claim] = []
    if app and app.title and not _generic(app.title):
        found.append(Claim("product", app.title, app.title_source, 0))
    found += list(_names(survey.tree, ".", 1))[:1]
    found += _readme(survey.tree)
    if survey.folder != ".":
        found += list(_names(survey.tree, survey.folder, 3))[:1]
    yield from found[:1]


def claim_docs(survey: Survey) -> Iterator[Claim]:
    """Claim the folder of the documentation: one that holds documents, not pictures."""
    tree = survey.tree
    for folder in reversed(survey.folders):
        for name in ("mkdocs.yml", "mkdocs.yaml"):
            path = within(folder, name)
            if tree.has(path):
                node = mapping(read_yaml(tree, path)).get("docs_dir")
                stated = within(folder, scalar(node) or "docs")
                if stated in tree.folders:
                    yield Claim("docs_dir", stated, f"{path}:{line(node) if node else 1}")
                    return
        for name in FOLDERS:
            inside = within(folder, name)
            if inside not in tree.folders:
                continue
            held = [path for path in tree.files if path.startswith(f"{inside}/")]
            config = [
                path
                for path in held
                if path.count("/") == inside.count("/") + 1 and path.endswith(CONFIGS)
            ]
            documents = [path for path in held if path.endswith(DOCUMENTS)]
            first = next((path for path in config if path.endswith("mkdocs.yml")), None)
            first = first or next(iter(documents or config), None)
            if first:
                yield Claim("docs_dir", inside, f"{first}:1")
                return
