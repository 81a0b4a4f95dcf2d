"""The front end in the same repository, and the client generated for it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from posixpath import basename, dirname

from agentpack.project.claims import Claim
from agentpack.project.documents import Table, read_json
from agentpack.project.shell import commands
from agentpack.project.survey import Survey
from agentpack.project.tasks import package_runner
from agentpack.project.tree import is_aside

FRAMEWORKS = (
    ("next", "next"),
    ("nuxt", "nuxt"),
    ("nuxt", "nuxt3"),
    ("sveltekit", "@sveltejs/kit"),
    ("astro", "astro"),
    ("remix", "@remix-run/react"),
    ("angular", "@angular/core"),
    ("solid-start", "@solidjs/start"),
    ("gatsby", "gatsby"),
    ("qwik", "@builder.io/qwik"),
    ("react", "react"),
    ("vue", "vue"),
    ("svelte", "svelte"),
    ("solid", "solid-js"),
    ("preact", "preact"),
)
NOT_FRONT = frozenset(
    {
        "@docusaurus/core",
        "vitepress",
        "mintlify",
        "react-email",
        "@react-email/components",
        "react-native",
        "expo",
        "electron",
        "webextension-polyfill",
        "nextra",
        "obsidian",
    }
)
FRONT = re.compile(
    r"front|web|client|ui\b|dashboard|site|next|vue|react|svelte|angular", re.IGNORECASE
)
SIDE = re.compile(
    r"email|mobile|extension|desktop|widget|admin|native|storybook|docs|landing|"
    r"marketing|sdk|browser",
    re.IGNORECASE,
)
GENERATORS = (
    ("@hey-api/openapi-ts", r"openapi-ts"),
    ("orval", r"orval"),
    ("@kubb/cli", r"kubb"),
    ("@kubb/core", r"kubb"),
    ("openapi-typescript-codegen", r"openapi"),
    ("swagger-typescript-api", r"swagger-typescript-api|sta"),
    ("@openapitools/openapi-generator-cli", r"openapi-generator(?:-cli)?"),
    ("@rtk-query/codegen-openapi", r"rtk-query-codegen-openapi|codegen-openapi"),
    ("openapi-zod-client", r"openapi-zod-client"),
    ("@openapi-codegen/cli", r"openapi-codegen"),
    ("openapi-typescript", r"openapi-typescript"),
    ("@acacode/swagger-typescript-api", r"swagger-typescript-api"),
)


def _packages(survey: Survey) -> list[Table]:
    paths = [path for path in survey.tree.named("package.json") if not is_aside(path)]
    paths.sort(key=lambda path: bool(SIDE.search(dirname(path))))
    return [table for path in paths[:200] if (table := read_json(survey.tree, path))]


def _depends(table: Table, name: str) -> tuple[str, str] | None:
    return next(
        (
            (kind, name)
            for kind in ("dependencies", "devDependencies")
            if table.get(kind, name) is not None
        ),
        None,
    )


def claim_frontend(survey: Survey) -> Iterator[Claim]:
    """Claim the front end's framework: that of the package that looks most like the front end."""
    found = []
    for table in _packages(survey):
        if any(_depends(table, name) for name in NOT_FRONT):
            continue
        for framework, package in FRAMEWORKS:
            keys = _depends(table, package)
            if not keys:
                continue
            # A shared library has React for its types; an application starts something.
            scripts = table.table("scripts")
            runs = any(name in scripts for name in ("dev", "start", "serve"))
            folder = dirname(table.path)
            side = bool(SIDE.search(folder))
            front = bool(FRONT.search(basename(folder)) or FRONT.search(folder))
            library = "/packages/" in f"/{folder}/"
            order = (side, library, not runs, not front, folder.count("/") if folder else -1)
            found.append((order, Claim("frontend", framework, table.source(*keys))))
            break
    found.sort(key=lambda one: one[0])
    for order, one in found:
        if order[:4] == found[0][0][:4] and order[4] == found[0][0][4]:
            yield one


def claim_client(survey: Survey) -> Iterator[Claim]:
    """Claim the tool that generates the front end's client, and the command that runs it."""
    for table in _packages(survey):
        for package, binary in GENERATORS:
            keys = _depends(table, package)
            if keys:
                yield Claim("client_generator", package, table.source(*keys))
                command = _command(survey, table, binary)
                if command:
                    yield command
                return


def _calls(text: str, binary: str) -> bool:
    return bool(re.search(rf"(?:^|[\s&|;/])(?:{binary})(?:@\S+)?(?=\s|$)", text))


def _command(survey: Survey, table: Table, binary: str) -> Claim | None:
    names = [
        name
        for name, text in table.table("scripts").items()
        if isinstance(text, str) and _calls(text, binary)
    ]
    for task in survey.tasks:
        if (
            not re.search(r"client|sdk|openapi|generate|codegen|api", task.name, re.IGNORECASE)
            or task.kind == "package"
        ):
            continue
        for text, _ in task.lines:
            for command in commands(text):
                tail = command.text.split()
                if _calls(command.text, binary) or (
                    tail and tail[-1] in names and task.kind == "script"
                ):
                    return Claim("client_command", task.typed, task.source)
    if names:
        run = f"{package_runner(survey.tree, table.path)} run"
        return Claim("client_command", f"{run} {names[0]}", table.source("scripts", names[0]))
    return None
