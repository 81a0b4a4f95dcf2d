"""Each verdict: what earns it, at which line, and with which reason."""

from __future__ import annotations

import pytest

from agentpack.pack import load
from agentpack.project import unknown
from agentpack.proof import Options, Proof, prove

ABOVE = 4
"""Lines of frontmatter above a page's own first line."""

CASES = {
    "runs": ("```python\nx = 1\n```\n\n```python\nassert x == 1\n```", "runs", None, ""),
    "awaits": (
        "```python\nimport asyncio\nawait asyncio.sleep(0)\n```", "runs", None, "",
    ),
    "in a list": ("- so:\n\n  ```python\n  1 / 0\n  ```", "broken", 4, "ZeroDivisionError"),
    "in a quotation": ("> ```python\n> 1 / 0\n> ```", "broken", 2, "ZeroDivisionError"),
    "syntax": ("```python\n(\n```", "broken", 2, "SyntaxError"),
    "stale call": ("```python\nimport json\njson.lods('')\n```", "broken", 3, "lods"),
    "stale import": ("```python\nfrom json import lods\n```", "broken", 2, "cannot import"),
    "stale import, not the first": (
        "```python\nfrom json import (\n dumps,\n lods,\n)\n```", "broken", 4, "cannot import",
    ),
    "slip": ("```python\nresult = 1\nprint(reslt)\n```", "broken", 3, "is 'result' meant?"),
    "undefined": ("```python\nprint(settings)\n```", "fragment", 2, "'settings'"),
    "placeholder": ("```python\nfoo(\n    ...\n    bar)\n```", "fragment", None, "`...`"),
    "piece": ("```python\nreturn 1\n```", "fragment", 2, "piece of a function"),
    "own project": ("```python\nfrom app.models import User\n```", "fragment", 2, "'app'"),
    "package": ("```python\nimport sklearn.tree\n```", "needs-part", 2, "scikit-learn"),
    "variable": ("```python\nimport os\nos.environ['API_KEY']\n```", "needs-part", 3, "API_KEY"),
    "file": ("```python\nopen('a.csv')\n```", "needs-part", 2, "a.csv"),
    "server": (
        "```python\nimport socket\nsocket.create_connection(('127.0.0.1', 1))\n```",
        "needs-part", 3, "server",
    ),
    "ends the process": ("```python\nimport os\nos._exit(3)\n```", "broken", 1, "exit 3"),
    "session": ("```python\n>>> 1 + 1\n2\n```", "runs", None, ""),
    "wrong session": ("```pycon\n>>> 1 + 1\n3\n```", "broken", 2, "3 is shown, 2 comes"),
    "file block": (
        '```python title="app/models.py"\nX = 1\n```\n\n```python\nfrom app.models import X\n```',
        "runs", None, "",
    ),
    "named in a comment": (
        "```python\n# shop/a.py\nA = 1\n```\n\n```python\nfrom shop import a\nassert A == a.A\n```",
        "runs", None, "",
    ),
    "pytest": (
        ("```python\nimport pytest\n\n\n@pytest.fixture\ndef one():\n    return 1\n\n\n"
        "def test_one(one):\n    assert one == 1\n```"),
        "runs", None, "",
    ),
    "failing test": ("```python\ndef test_one():\n    assert 1 == 2\n```", "broken", 3, "Assert"),
    "async test": (
        "```python\nasync def test_one():\n    raise KeyError('x')\n```", "broken", 3, "KeyError",
    ),
    "bash": ("```bash\nx=1\n[ $x = 1 ]\n```", "runs", None, ""),
    "bash goes on": (
        "```bash\nmkdir a && cd a\nexport X=1\n```\n\n```bash\n[ $X = 1 ]\n[ ${PWD##*/} = a ]\n```",
        "runs", None, "",
    ),
    "bash fails": ("```bash\nfalse\n```", "broken", None, "exit 1"),
    "bash syntax": ("```bash\nif\n```", "broken", None, "syntax error"),
    "no command": ("```bash\nno-such-command-x\n```", "needs-part", None, "no-such-command-x"),
    "console": ("```console\n$ echo hi\nhi\n$ false\n```", "broken", None, "exit 1"),
    "json": ("```json\n{]\n```", "broken", None, "Expecting"),
    "jsonc": ('```jsonc\n{"a": 1, // one\n}\n```', "runs", None, ""),
    "json with comments": ('```json\n{"a": 1, // one\n}\n```', "broken", None, "jsonc"),
    "yaml": ("```yaml\na: [\n```", "broken", 3, "expected"),
    "yaml with tags": ("```yaml\na: !ref b\n```", "runs", None, ""),
    "toml": ("```toml\nx\n```", "broken", 2, "Expected"),
    "text": ("```text\n(\n```", "illustration", None, "text"),
    "no language": ("```\n(\n```", "illustration", None, "no language"),
    "shown": ("<!-- shown: too dear -->\n```python\n1 / 0\n```", "illustration", None, "too dear"),
    "bad": (
        ("<!-- bad: counts from 1 -->\n```python\ndef first():\n    return 1\n```\n\n"
        "```python\nassert first() == 1\n```"),
        "bad-as-told", None, "counts from 1",
    ),
    "bad, not shown": (
        ("<!-- bad: counts from 1 -->\n```python\ndef first():\n    return 1\n```\n\n"
        "```python\nassert 1\n```"),
        "broken", 2, "no later block",
    ),
    "bad raises": (
        "<!-- bad raises=ZeroDivisionError: no number -->\n```python\n1 / 0\n```",
        "bad-as-told", None, "no number",
    ),
    "bad raises another": (
        "<!-- bad raises=KeyError: no number -->\n```python\n1 / 0\n```",
        "broken", None, "KeyError is told",
    ),
    "bad raises nothing": (
        "<!-- bad raises=KeyError: no number -->\n```python\n1 / 1\n```",
        "broken", None, "ends with nothing",
    ),
    "bad exits": ("<!-- bad exits=3: no -->\n```bash\nexit 3\n```", "bad-as-told", None, "no"),
    "bad json": ("<!-- bad: a last comma -->\n```json\n[1,]\n```", "bad-as-told", None, "comma"),
    "lost mark": ("<!-- bad: lost -->\n\n```python\nx = 1\n```", "broken", 1, "without a block"),
    "mark without why": ("<!-- shown: -->\n```python\nx = 1\n```", "broken", 1, "not why"),
}  # fmt: skip


@pytest.fixture(scope="module")
def proof(tmp_path_factory, held) -> Proof:
    """Of all cases at once, each a page of its own."""
    root = tmp_path_factory.mktemp("cases")
    folder = root / "skills/x/references"
    folder.mkdir(parents=True)
    (root / "skills/x/SKILL.md").write_text("---\nname: x\ndescription: y\n---\n")
    for name, (text, *_) in CASES.items():
        (folder / f"{name}.md").write_text(f"{text}\n", "utf-8")
    return prove(load(root), unknown(), Options(limits=held))


@pytest.mark.parametrize("name", CASES)
def test_a_block_gets_its_verdict(proof: Proof, name: str) -> None:
    """The first block that is not plainly well has this verdict, line and reason."""
    _, verdict, line, words = CASES[name]
    results = [one for one in proof.results if one.path.endswith(f"/{name}.md")]
    one = next((one for one in results if one.verdict != "runs"), results[0])
    assert one.verdict == verdict, results
    assert words in one.reason
    if line is not None:
        assert (one.fault or one.line) == line


def test_after_a_block_that_took_the_process_down_the_rest_runs(proven) -> None:
    """The next block gets a new process."""
    results = proven("```python\nimport os\nos._exit(1)\n```\n\n```python\nx = 1\n```\n").results
    assert [one.verdict for one in results] == ["broken", "runs"]


def test_a_block_that_does_not_end_is_stopped(proven) -> None:
    """Time is bounded, and the block is told to have taken it."""
    text = "```python\nimport threading\nthreading.Event().wait()\n```\n"
    (one,) = proven(text, timeout_s=1.0).results
    assert (one.verdict, one.reason) == ("broken", "did not end within 1 s")


def test_too_much_memory_is_refused(proven) -> None:
    """Memory is bounded."""
    (one,) = proven("```python\nx = bytearray(2**31)\n```\n", memory_mb=512).results
    assert "MemoryError" in one.reason


@pytest.mark.usefixtures("postgres_before")
def test_sql_is_run_and_planned(proven) -> None:
    """Statements run on PostgreSQL, with parameters they are planned, and a slip is told."""
    text = (
        "```sql\nCREATE TABLE a (id int PRIMARY KEY);\n```\n\n"
        "```sql\nSELECT id FROM a WHERE id = :id LIMIT :n;\n```\n\n"
        "```sql\nSELECT id\nFORM a;\n```\n\n```sql\nSELECT * FROM b;\n```\n"
    )
    good, planned, slip, missing = proven(text).results
    assert (good.verdict, planned.verdict) == ("runs", "runs"), planned.reason
    assert (slip.verdict, missing.verdict) == ("broken", "fragment")
    assert slip.fault == slip.line + 2


def test_http_is_replayed(proven) -> None:
    """Requests go to the page's application on a real server; answers are compared."""
    text = (
        "```python\nfrom fastapi import FastAPI\n\napp = FastAPI()\n\n\n"
        '@app.get("/a")\nasync def a() -> dict[str, int]:\n    return {"a": 1, "b": 2}\n```\n\n'
        '```http\nGET /a HTTP/1.1\n\nHTTP/1.1 200 OK\n\n{"a": 1, "b": "..."}\n```\n\n'
        '```bash\ncurl -sSf "$BASE_URL/a"\n```\n\n'
        "```http\nGET /a HTTP/1.1\n\nHTTP/1.1 201 Created\n```\n"
    )
    assert [one.verdict for one in proven(text).results] == ["runs", "runs", "runs", "broken"]


def test_a_strict_proof_names_lines_that_nothing_runs(proven) -> None:
    """A function that is never called is no proof; `check` may call it."""
    text = "```python\ndef never():\n    return 1\n\n\nx = 1\n```\n"
    (one,) = proven(text, strict=True).results
    assert (one.told, one.never_ran) == (False, (7,))
    (one,) = proven(text, strict=True, before="def check(page):\n    page.never()\n").results
    assert one.told
    (one,) = proven(text, strict=True, before="def check(page):\n    page.nver()\n").results
    assert one.verdict == "broken"


def test_a_failure_names_what_was_caught_on_the_way(proven) -> None:
    """The line of a call that failed inside `except` is told beside the assert that noticed."""
    text = (
        "```python\nimport json\ntry:\n    found = json.lods('1')\nexcept Exception:\n"
        "    found = None\nassert found == 1\n```\n"
    )
    (one,) = proven(text, strict=True).results
    assert (one.fault, one.hidden) == (7 + ABOVE, (4 + ABOVE,))


def test_a_strict_proof_reads_lines_that_must_not_run(proven) -> None:
    """A guard is not run, and its names are there all the same."""
    text = (
        "```python\ntry:\n    1 / 0\nexcept ZeroDivisionError as x:\n    pass\nelse:\n"
        "    raise {}(x)\n```\n"
    )
    (one,) = proven(text.format("AssertionError"), strict=True).results
    assert one.told, one
    (one,) = proven(text.format("AssertionError if x else AsertionError"), strict=True).results
    assert (one.verdict, one.fault) == ("broken", 7 + ABOVE)
