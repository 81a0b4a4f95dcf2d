"""One page's blocks, in their order; what came of each is written to a pipe, a line each."""

import json
import os
import sys
import types

from _agentpack_proof import confine, failures, python, shell, sql, web


class Page:
    """What the blocks of a page share."""

    def __init__(self, path, blocks, options):
        self.path = path
        self.blocks = blocks
        self.strict = options["strict"]
        self.timeout_s = options["timeout_s"]
        self.sources = {block["line"]: block["source"] for block in blocks}
        self.module = types.ModuleType("__main__")
        self.prelude = {}
        self.state = os.path.abspath(".shell")
        self.watch = None
        self.loop = None
        self.served = None
        self.postgres = None
        self.answer = None
        self.may_start_programs = True

    @property
    def names(self):
        """The page's own namespace."""
        return self.module.__dict__


BEFORE, AFTER = 0, -1
"""What stands for a line, of what is run before a page's blocks and after them."""

RUNNERS = {
    "python": python.run,
    "doctest": python.run_doctest,
    "shell": shell.run,
    "console": shell.run_console,
    "sql": sql.run,
    "http": web.replay,
}


def main():
    """Read the page from standard input and run it."""
    task = json.load(sys.stdin)
    pipe = os.fdopen(task["pipe"], "w", encoding="utf-8")

    def tell(**words):
        pipe.write(json.dumps(words) + "\n")
        pipe.flush()

    had = confine.main(task)
    tell(confined=had)
    page = Page(task["path"], task["blocks"], task)
    page.may_start_programs = "network" in had or task["trusted"]
    sys.modules["__main__"] = page.module
    sys.path[:0] = [os.getcwd()]
    if page.strict:
        page.watch = python.watching(page)
    try:
        _run(page, task, tell)
    finally:
        web.stop(page)
        sql.stop(page)
    tell(end=True)


def _run(page, task, tell):
    if task["prelude"]:
        tell(block=BEFORE)
        told = python.run_prelude(page, task["prelude"], task["preludes"])
        tell(done=BEFORE, **told)
        if "failure" in told:
            return
    for block in page.blocks:
        tell(block=block["line"])
        tell(done=block["line"], **_told(page, block))
    if page.prelude.get("check"):
        tell(block=AFTER)
        tell(done=AFTER, **python.run_check(page))
    # What runs only when the server stops has run by then.
    web.stop(page)
    if page.watch:
        tell(never_ran=page.watch.never_ran())


def _told(page, block):
    if block["kind"] in ("shell", "console") and not page.may_start_programs:
        return {"failure": {"kinds": ["Unconfined"], "message": "", "line": None}}
    if page.watch:
        page.watch.begin()
    try:
        told = RUNNERS[block["kind"]](page, block) or {}
    except BaseException as error:  # whatever a block raises is data
        told = {"failure": failures.of(error, page)}
    if page.watch:
        told["hidden"] = page.watch.end()
    return told
