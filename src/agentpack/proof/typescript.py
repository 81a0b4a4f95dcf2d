"""TypeScript and JavaScript: type-checked by tsc, the blocks of a page as one module."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from agentpack.proof import languages
from agentpack.proof.values import Block, Page
from agentpack.proof.verdicts import Opinion

VARIABLE = "AGENTPACK_PROOF_NODE_MODULES"
"""Names a `node_modules` with typescript and what the pages import."""
_ERROR = re.compile(r"page(\d+)\.tsx?\((\d+),\d+\): error (TS\d+): (.*)")
_MISSING_MODULE = {"TS2307", "TS7016", "TS2875", "TS2792", "TS2882"}
_UNDEFINED = {"TS2304", "TS2552", "TS18004", "TS2503", "TS2580", "TS2581", "TS2582", "TS2591"}
_TWICE = {"TS2300", "TS2451", "TS2440", "TS2393", "TS2323", "TS2528", "TS2395", "TS2687"}
"""Pages show the same name in several versions."""
_OPTIONS = {
    "strict": True,
    "noEmit": True,
    "target": "es2022",
    "module": "esnext",
    "moduleResolution": "bundler",
    "moduleDetection": "force",
    "jsx": "preserve",
    "skipLibCheck": True,
    "allowJs": True,
    "noImplicitAny": True,
}


def check(pages: Sequence[Page], run: Path, timeout_s: float) -> Mapping[tuple[str, int], Opinion]:
    """Check the blocks of all pages; the opinions are by page and line of the fence."""
    scripts = {page.path: _scripts(page) for page in pages}
    of_pages = [page for page in pages if scripts[page.path]]
    if not of_pages:
        return {}
    modules, tsc = _compiler()
    if tsc is None:
        missing = Opinion("needs-part", "typescript (tsc is neither in node_modules nor on PATH)")
        return {(page.path, one.line): missing for page in of_pages for one in scripts[page.path]}
    folder = run / "typescript"
    folder.mkdir()
    if modules is not None:
        (folder / "node_modules").symlink_to(modules)
    (folder / "tsconfig.json").write_text(
        json.dumps({"compilerOptions": _OPTIONS, "include": ["page*"]}), "utf-8"
    )
    for number, page in enumerate(of_pages):
        suffix = (
            "tsx" if any(one.language in {"tsx", "jsx"} for one in scripts[page.path]) else "ts"
        )
        (folder / f"page{number}.{suffix}").write_text(_module(scripts[page.path]), "utf-8")
    try:
        done = subprocess.run(
            [tsc, "--project", str(folder), "--pretty", "false"],
            capture_output=True,
            text=True,
            timeout=max(timeout_s, 120),
            check=False,
            env={"PATH": os.environ.get("PATH", os.defpath), "HOME": str(folder)},
        )
    except subprocess.TimeoutExpired:
        late = Opinion("broken", "tsc did not end in time")
        return {(page.path, one.line): late for page in of_pages for one in scripts[page.path]}
    return _opinions(of_pages, scripts, done.stdout)


def _scripts(page: Page) -> list[Block]:
    return [
        block
        for block in page.blocks
        if languages.kind(block.language) == "script"
        and not (block.mark and block.mark.kind == "shown")
    ]


def _compiler() -> tuple[Path | None, str | None]:
    named = os.environ.get(VARIABLE)
    modules = Path(named).resolve() if named else None
    if modules is not None and (modules / ".bin" / "tsc").is_file():
        return modules, str(modules / ".bin" / "tsc")
    return modules, shutil.which("tsc")


def _module(blocks: Sequence[Block]) -> str:
    """One module with each block at its own lines of the page."""
    lines: list[str] = []
    for block in blocks:
        lines += [""] * (block.line - len(lines))
        lines += block.source.splitlines()
    return "\n".join(lines) + "\n"


def _opinions(
    pages: Sequence[Page], scripts: Mapping[str, Sequence[Block]], out: str
) -> Mapping[tuple[str, int], Opinion]:
    found = {(page.path, one.line): Opinion("runs") for page in pages for one in scripts[page.path]}
    for page_number, line, code, words in _ERROR.findall(out):
        page = pages[int(page_number)]
        if code in _TWICE:
            continue
        before = [one for one in scripts[page.path] if one.line <= int(line)]
        if not before:
            continue
        key = (page.path, before[-1].line)
        opinion = _opinion(before[-1], code, words, int(line))
        if _RANK[opinion.verdict] > _RANK[found[key].verdict]:
            found[key] = opinion
    return found


_RANK = {"runs": 0, "needs-part": 1, "fragment": 2, "broken": 3}


def _opinion(block: Block, code: str, words: str, line: int) -> Opinion:
    shown = f"{code}: {words}"
    module = re.search(r"module '([^']+)'", words)
    if code in _MISSING_MODULE and module:
        if module[1].startswith((".", "@/", "~/")):
            return Opinion("fragment", f"imports {module[1]}, which its page does not give", line)
        return Opinion("needs-part", f"the npm package {module[1]}", line)
    if code in _UNDEFINED:
        return Opinion("fragment", shown, line)
    if re.search(r"\.\.\.|…", block.source) and code.startswith("TS1"):
        return Opinion("fragment", f"`...` stands for code: {shown}", line)
    return Opinion("broken", shown, line)
