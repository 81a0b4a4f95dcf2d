"""Every block of code in the pack's skills runs, or at least parses.

The Python blocks of a page run top to bottom in one namespace, in a process and a working
directory of their own, every warning an error. Blocks keep their place in the page, so a
traceback names the page and its true line. A block below `<!-- bad: what goes wrong -->` runs
too: it defines the fault, and a later block must assert it.
"""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from sybil import Document
from sybil_extras.parsers.markdown_it.codeblock import CodeBlockParser

ROOT = Path(__file__).resolve().parents[2]
SKILLS = ROOT / "src" / "agentpack" / "builtin" / "skills"
FREE = {"http", "text", "sql"}
"""Languages that are shown, not checked."""

TEMPLATE = re.compile(r"«.*?»")
"""A fact to be filled in; a word stands for it while its block is parsed."""

DRIVER = """\
import json, sys, types
page, blocks = json.load(sys.stdin)
main = sys.modules["__main__"] = types.ModuleType("__main__")
for line, source in blocks:
    exec(compile("\\n" * line + source, page, "exec", dont_inherit=True), main.__dict__)
"""


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block; `line` is the number of its fence, `bad` the fault it is there to show."""

    language: str
    source: str
    line: int
    bad: str | None


def blocks_of(page: Path) -> list[Block]:
    """Read the fenced blocks of a page in their order."""
    document = Document.parse(str(page), CodeBlockParser(evaluator=lambda _: None))
    lines = document.text.split("\n")
    found = []
    for example in document.examples():
        above = lines[example.line - 2].strip() if example.line > 1 else ""
        bad = above.removeprefix("<!-- bad:").removesuffix("-->").strip()
        found.append(
            Block(
                str(example.region.lexemes["language"]),
                str(example.parsed),
                example.line,
                bad if above.startswith("<!-- bad:") else None,
            )
        )
    marks = [line for line in lines if line.strip().startswith("<!-- bad")]
    if len(marks) != sum(block.bad is not None for block in found):
        pytest.fail(f"{page}: a bad mark without a block below it")
    return found


def names(source: str, context: type[ast.expr_context]) -> set[str]:
    """Names that a piece of code uses (Load), or binds at its top level (Store)."""
    tree = ast.parse(source)
    if context is ast.Load:
        return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    bound = {node.name for node in tree.body if isinstance(node, kinds)}
    targets = [t for node in tree.body if isinstance(node, ast.Assign) for t in node.targets]
    return bound | {target.id for target in targets if isinstance(target, ast.Name)}


def check_python(page: Path, blocks: list[Block], folder: Path) -> str:
    """Run a page's blocks; the text of what failed, empty when nothing did."""
    for place, block in enumerate(blocks):
        if block.bad is None:
            continue
        later = [b.source for b in blocks[place + 1 :] if b.bad is None and "assert" in b.source]
        fault = names(block.source, ast.Store)
        if not block.bad or not any(fault & names(source, ast.Load) for source in later):
            return f"{page}:{block.line}: no later block asserts what this bad one does"
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", DRIVER],
        input=json.dumps([str(page), [[block.line, block.source] for block in blocks]]),
        cwd=folder,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "XDG_RUNTIME_DIR": str(folder),
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return run.stderr or f"{page}: exit {run.returncode}" if run.returncode else ""


def check_parses(page: Path, block: Block) -> str:
    """Parse one block that is not Python; the text of what failed, empty when nothing did."""
    place = f"{page}:{block.line}"
    source = TEMPLATE.sub("fact", block.source) if page.suffix == ".j2" else block.source
    try:
        match block.language:
            case "bash":
                subprocess.run(
                    ["bash", "-n"], input=source, text=True, check=True, capture_output=True
                )
            case "json":
                json.loads(source)
            case "toml":
                tomllib.loads(source)
            case "yaml":
                list(yaml.safe_load_all(source))
            case language if language not in FREE:
                return f"{place}: language {language!r} has no check"
    except subprocess.CalledProcessError as error:
        return f"{place}: {error.stderr}"
    except (ValueError, yaml.YAMLError) as error:
        return f"{place}: {error}"
    return ""


def check_page(page: Path, folder: Path) -> str:
    """Check all blocks of a page; the text of what failed, empty when nothing did."""
    blocks = blocks_of(page)
    faults = [check_parses(page, block) for block in blocks if block.language != "python"]
    python = [block for block in blocks if block.language == "python"]
    if python:
        faults.append(check_python(page, python, folder))
    return "\n".join(filter(None, faults))


PAGES = sorted([*SKILLS.rglob("*.md"), *SKILLS.rglob("*.md.j2")])


def test_there_are_pages_and_blocks() -> None:
    """The pack has pages, and blocks of Python in them: an empty search is a failure."""
    python = [b for page in PAGES for b in blocks_of(page) if b.language == "python"]
    assert len(PAGES) >= 10
    assert len(python) >= 30


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(SKILLS)))
def test_every_block_of_the_page_runs(page: Path, tmp_path: Path) -> None:
    """Each block of this page runs or parses, and each fault that it shows is asserted."""
    fault = check_page(page, tmp_path)
    if fault:
        pytest.fail(fault, pytrace=False)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("```python\nx = 1\n```\n\n```python\n\nassert x == 2\n```\n", 7, "AssertionError"),
        ("- in a list\n\n  ```python\n  1 / 0\n  ```\n", 4, "ZeroDivisionError"),
        ("```python\nimport warnings\nwarnings.warn('old')\n```\n", 3, "UserWarning"),
        ("```python\n(\n```\n", 2, "SyntaxError"),
        ("text\n\n```json\n{]\n```\n", 3, "Expecting"),
        ("```toml\nx\n```\n", 1, "Expected"),
        ("```yaml\na: [\n```\n", 1, "expected"),
        ("```bash\nif\n```\n", 1, "syntax error"),
        ("```pyhton\n1\n```\n", 1, "no check"),
        ("```\n1\n```\n", 1, "no check"),
        (
            "<!-- bad: it is 1 -->\n```python\nx = 1\n```\n\n```python\nassert 1\n```\n",
            2,
            "asserts",
        ),
        ("<!-- bad: -->\n```python\nx = 1\n```\n\n```python\nassert x\n```\n", 2, "asserts"),
    ],
)
def test_a_broken_block_is_reported_at_its_line(
    text: str, line: int, words: str, tmp_path: Path
) -> None:
    """A block that does not run is told with the page's name and the true line."""
    page = tmp_path / "page.md"
    page.write_text(text, "utf-8")
    fault = check_page(page, tmp_path)
    assert words in fault
    assert f"{page}:{line}" in fault or f'"{page}", line {line}' in fault


def test_a_sound_page_is_silent(tmp_path: Path) -> None:
    """Blocks share one namespace, bad ones included, and a page without a fault says nothing."""
    page = tmp_path / "page.md"
    page.write_text(
        "<!-- bad: counts from 1 -->\n```python\ndef first():\n    return 1\n```\n\n"
        "```python\nassert first() == 1\n```\n\n```http\nGET / HTTP/1.1\n```\n",
        "utf-8",
    )
    assert check_page(page, tmp_path) == ""


def test_a_template_is_parsed_with_a_word_for_each_fact(tmp_path: Path) -> None:
    """An expression in a template is no syntax error, but what stands around it still is one."""
    page = tmp_path / "SKILL.md.j2"
    page.write_text("```bash\n«(prefix ~ ' ') if prefix»ls\n```\n", "utf-8")
    assert check_page(page, tmp_path) == ""
    page.write_text("```bash\n«prefix» ls (\n```\n", "utf-8")
    assert f"{page}:1" in check_page(page, tmp_path)


def test_a_bad_mark_needs_a_block(tmp_path: Path) -> None:
    """A mark that is not directly above a block is a failure, not silently ignored."""
    page = tmp_path / "page.md"
    page.write_text("<!-- bad: lost -->\n\n```python\nx = 1\n```\n", "utf-8")
    with pytest.raises(pytest.fail.Exception, match="without a block"):
        blocks_of(page)
