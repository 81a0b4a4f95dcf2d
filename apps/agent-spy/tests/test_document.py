"""docs/document.md and decision 0029 name only what is there: files, names in them, and tests."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path

from agent_spy.settings import Settings

APP = Path(__file__).resolve().parents[1]
PAGE = APP / "docs" / "document.md"
DECISION = APP.parents[1] / "docs" / "decisions" / "0029-the-documents-faults.md"
NOT_BUILT = "—"


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that the document names, and the (file, name) places where it lives now."""

    number: int
    what: str
    places: tuple[tuple[str, str], ...]


def rows_of(text):
    found = []
    for line in text.splitlines():
        if not re.match(r"\| \d", line):
            continue
        number, what, lives, _ = (cell.strip() for cell in line.strip("|").split("|"))
        places = [place.partition("§")[::2] for place in lives.split("<br>")]
        stripped = tuple((file.strip().strip("`"), name.strip()) for file, name in places)
        found.append(Row(int(number), what, stripped))
    return found


def names_of(path):
    """What a module defines: `f`, `f.parameter`, `Class`, `Class.attribute`, `Class.method`."""
    found = set()
    for node in ast.parse(path.read_text("utf-8")).body:
        own = defined(node)
        found |= own
        for name in own:
            if isinstance(node, ast.ClassDef):
                inner = (one for part in node.body for one in defined(part))
                found |= {f"{name}.{one}" for one in inner}
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                parameters = (*node.args.args, *node.args.kwonlyargs)
                found |= {f"{name}.{one.arg}" for one in parameters}
    return found


def defined(node):
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {node.name}
    targets = getattr(node, "targets", None) or [getattr(node, "target", None)]
    return {target.id for target in targets if isinstance(target, ast.Name)}


def missing(rows, app):
    lost = []
    for row in rows:
        for file, name in row.places:
            if file == NOT_BUILT:
                continue
            path = app / file
            if not path.is_file():
                lost.append(f"{row.number}: no file {file!r}")
            elif name and name not in names_of(path):
                lost.append(f"{row.number}: {file} has no {name!r}")
    return lost


def test_every_named_place_exists():
    """Each file and each name that the page tells is in the app."""
    assert missing(rows_of(PAGE.read_text("utf-8")), APP) == []


def test_rows_are_complete():
    """Numbered without a gap, nothing twice, every setting of the document among them."""
    rows = rows_of(PAGE.read_text("utf-8"))
    assert [row.number for row in rows] == list(range(1, len(rows) + 1))
    assert len(rows) > 100
    assert len({row.what for row in rows}) == len(rows)
    assert all(row.what and row.places for row in rows)
    named = {name for row in rows for _, name in row.places if name.startswith("Settings.")}
    settings = {f"Settings.{name}" for name in Settings.model_fields}
    own = {"Settings.max_bodies_mb", "Settings.retention_days"}  # the document has no such thing
    assert named >= {name for name in settings - own if name in DOCUMENTED}


DOCUMENTED = {
    f"Settings.{name}"
    for name in (
        "app_name", "app_version", "debug", "environment", "host", "port", "reload",
        "database_url", "database_pool_size", "database_echo", "api_prefix", "require_auth",
        "api_keys", "cors_origins", "cors_credentials", "cors_methods", "cors_headers",
        "max_trace_size_mb", "request_timeout", "log_level", "log_format",
    )
}  # fmt: skip


def test_a_lost_place_is_told(tmp_path):
    """A file, a name or a parameter that is not there is reported with its row."""
    (tmp_path / "a.py").write_text("X = 1\nclass C:\n    y: int = 2\ndef f(z, *, w): ...\n")
    page = """\
| 1 | fine | `a.py` § X<br>`a.py` § C.y<br>`a.py` § f.w<br>`a.py` | |
| 2 | no such file | `b.py` § X | |
| 3 | no such name | `a.py` § Y | |
| 4 | no such attribute | `a.py` § C.z | |
| 5 | no such parameter | `a.py` § f.v | |
| 6 | not built | — | |
"""
    lost = missing(rows_of(page), tmp_path)
    assert [line.split(":")[0] for line in lost] == ["2", "3", "4", "5"]


def test_every_fault_has_a_test():
    """Each row of the decision names a test that exists."""
    text = DECISION.read_text("utf-8")
    rows = [
        line for line in text.splitlines() if line.startswith("| ") and "| Agent Spy |" not in line
    ]
    assert len(rows) >= 18
    for line in rows:
        named = re.search(r"`(\S+\.py)::(\w+)` \|$", line)
        assert named, line
        assert named[2] in names_of(APP / "tests" / named[1]), line
