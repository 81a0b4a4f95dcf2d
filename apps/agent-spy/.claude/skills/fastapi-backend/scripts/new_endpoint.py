#!/usr/bin/env python3
"""Write the files of a new REST resource into a FastAPI package.

For the resource `invoice` in `src/shop`: models/invoice.py, schemas/invoice.py,
services/invoices.py, api/invoices.py, and tests/test_invoices.py, which passes as it is.
db.py is written too if the package has none. Nothing is ever overwritten.

The files need Python 3.11, fastapi 0.121, pydantic 2.14 and sqlalchemy[asyncio] 2; the test needs
pytest, httpx and aiosqlite.
"""

from __future__ import annotations

import argparse
import ast
import keyword
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from string import Template

ASSETS = Path(__file__).resolve().parent.parent / "assets"
EXISTS, CANNOT = 1, 2
"""Exit codes: a file is already there; the arguments do not fit together."""

TAKEN_NAMES = {"async_session", "base", "mapped", "path", "string"}
TAKEN_FIELDS = {
    "construct",
    "copy",
    "dict",
    "id",
    "json",
    "metadata",
    "registry",
    "schema",
    "validate",
}
"""Words that SQLAlchemy, Pydantic or the templates use."""


class CannotRunError(Exception):
    """The arguments do not fit together; the message says how."""


@dataclass(frozen=True, slots=True)
class Kind:
    """How one type of field is written: in the table, in the schema, in a test (two values)."""

    column: str = "mapped_column()"
    limits: str = ""
    first: str = "1"
    second: str = "2"
    imports: str = ""


KINDS = {
    "str": Kind("mapped_column(String(200))", "min_length=1, max_length=200", '"one"', '"two"'),
    "int": Kind(),
    "float": Kind(first="1.5", second="2.5"),
    "bool": Kind(first="True", second="False"),
    "date": Kind(
        first='"2026-01-31"', second='"2026-02-28"', imports="from datetime import date\n\n"
    ),
}


def identifier(text: str) -> str:
    """A snake_case name that Python accepts."""
    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", text) or keyword.iskeyword(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a snake_case name")
    return text


def resource(text: str) -> str:
    """A name whose class does not hide what the files import."""
    if text in TAKEN_NAMES:
        raise argparse.ArgumentTypeError(f"{text!r} is reserved")
    return identifier(text)


def field(text: str) -> tuple[str, str]:
    """Split `name:type`."""
    name, _, kind = text.partition(":")
    if kind not in KINDS:
        raise argparse.ArgumentTypeError(f"{text!r}: the type is one of {', '.join(KINDS)}")
    if name in {*TAKEN_FIELDS, *KINDS}:
        raise argparse.ArgumentTypeError(f"{name!r} is reserved")
    return identifier(name), kind


def place(text: str) -> tuple[str, str]:
    """Split `module:name`."""
    module, _, name = text.partition(":")
    if not name.isidentifier() or not all(part.isidentifier() for part in module.split(".")):
        raise argparse.ArgumentTypeError(f"{text!r} is not module:name")
    return module, name


def import_name(package: Path) -> str:
    """The package's dotted name: as far up as there are `__init__.py` files."""
    parts = [package.name]
    while (package.parent / "__init__.py").exists():
        package = package.parent
        parts.insert(0, package.name)
    return ".".join(parts)


def render(template: str, words: dict[str, str]) -> str:
    """Fill in one of the templates beside this script."""
    text = (ASSETS / f"{template}.py.txt").read_text("utf-8")
    return Template(text).substitute(words)


def db_is_usable(db: Path) -> bool:
    """Whether db.py is there; raise `CannotRunError` when it lacks what the files import."""
    if not db.exists():
        return False
    defined = {getattr(node, "name", "") for node in ast.parse(db.read_text("utf-8")).body}
    lacking = sorted({"Base", "get_session"} - defined)
    if lacking:
        lack = " and no ".join(lacking)
        raise CannotRunError(f"{db} defines no {lack}: give --base and --session")
    return True


def words_of(options: argparse.Namespace, dotted: str, names: str) -> dict[str, str]:
    """What the templates are filled with."""
    name: str = options.name
    base = options.base or (f"{dotted}.db", "Base")
    session = options.session or (f"{dotted}.db", "get_session")
    fields = dict(options.field or [("name", "str")])
    kinds = {name: KINDS[kind] for name, kind in fields.items()}
    limits = {
        name: f" = Field({kind.limits})" if kind.limits else "" for name, kind in kinds.items()
    }
    return {
        "package": dotted,
        "name": name,
        "names": names,
        "Name": "".join(part.capitalize() for part in name.split("_")),
        "path": names.replace("_", "-"),
        "word": name.replace("_", " "),
        "words": names.replace("_", " "),
        "base_module": base[0],
        "base": base[1],
        "session_module": session[0],
        "session": session[1],
        "stdlib": "".join(sorted({kind.imports for kind in kinds.values()})),
        "field_import": ", Field" if any(limits.values()) else "",
        "sql_imports": "from sqlalchemy import String\n" if "str" in fields.values() else "",
        "columns": "\n".join(
            f"    {n}: Mapped[{fields[n]}] = {kind.column}" for n, kind in kinds.items()
        ),
        "create_fields": "\n".join(f"    {n}: {fields[n]}{limits[n]}" for n in fields),
        "update_fields": "\n".join(
            f"    {n}: {fields[n]} | MISSING = "
            + (f"Field(default=MISSING, {kinds[n].limits})" if limits[n] else "MISSING")
            for n in fields
        ),
        "read_fields": "\n".join(f"    {n}: {fields[n]}" for n in fields),
        "first": "{" + ", ".join(f'"{n}": {kind.first}' for n, kind in kinds.items()) + "}",
        "second": "{" + ", ".join(f'"{n}": {kind.second}' for n, kind in kinds.items()) + "}",
    }


def plan(options: argparse.Namespace) -> dict[Path, str]:
    """All files to write, with their text; raise `CannotRunError` when they would not work."""
    package: Path = options.package.resolve()
    if not (package / "__init__.py").exists():
        raise CannotRunError(f"{options.package} is not a package: it has no __init__.py")
    dotted, files = import_name(package), {}
    name, names = options.name, options.plural or f"{options.name}s"
    if name == names:
        raise CannotRunError("the plural must differ from the name: give --plural")
    if not (options.base and options.session) and not db_is_usable(package / "db.py"):
        files[package / "db.py"] = render("db", {})
    words = words_of(options, dotted, names)
    files |= {
        package / "models" / f"{name}.py": render("model", words),
        package / "schemas" / f"{name}.py": render("schema", words),
        package / "services" / f"{names}.py": render("service", words),
        package / "api" / f"{names}.py": render("router", words),
        options.tests / f"test_{names}.py": render("test", words),
    }
    for folder in ("models", "schemas", "services", "api"):
        init = package / folder / "__init__.py"
        if not init.exists():
            files[init] = ""
    return files


def parser() -> argparse.ArgumentParser:
    """The options; the module's docstring is the help text."""
    made = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    made.add_argument("name", type=resource, help="the resource, singular, in snake_case")
    made.add_argument("--package", type=Path, required=True, help="folder of the package to add to")
    made.add_argument("--plural", type=identifier, help="plural of the name (default: name + s)")
    made.add_argument(
        "--field",
        type=field,
        action="append",
        metavar="NAME:TYPE",
        help=f"a field, repeatable; types: {', '.join(KINDS)} (default: name:str)",
    )
    made.add_argument("--tests", type=Path, default=Path("tests"), help="folder of the tests")
    made.add_argument("--base", type=place, metavar="MODULE:CLASS", help="your DeclarativeBase")
    made.add_argument(
        "--session", type=place, metavar="MODULE:FUNCTION", help="your AsyncSession dependency"
    )
    made.add_argument("--dry-run", action="store_true", help="list the files, write nothing")
    return made


def main() -> int:
    """Write the files, or say why not; the exit code."""
    options = parser().parse_args()
    try:
        files = plan(options)
    except (CannotRunError, SyntaxError) as error:
        print(f"new_endpoint: {error}", file=sys.stderr)
        return CANNOT
    existing = sorted(path for path in files if path.exists())
    if existing:
        for path in existing:
            print(f"new_endpoint: {path} exists; nothing was written", file=sys.stderr)
        return EXISTS
    for path, text in files.items():
        print(f"would write {path}" if options.dry_run else f"wrote {path}")
        if not options.dry_run:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
    if not options.dry_run:
        names = options.plural or f"{options.name}s"
        dotted = import_name(options.package.resolve())
        print(f"next: include {dotted}.api.{names}.router in the application, make a migration,")
        print("run your formatter, run the test")
    return 0


if __name__ == "__main__":
    sys.exit(main())
