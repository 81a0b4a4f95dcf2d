"""From the options of `agentpack time` to a run and its report."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from agentpack.cli import FOUND, OK
from agentpack.errors import AgentpackError
from agentpack.report.progress import Progress
from agentpack.report.terminal import Style, columns, takes
from agentpack.timing import baseline as baselines
from agentpack.timing import budget, find
from agentpack.timing.app import App, app_of
from agentpack.timing.baseline import Baseline
from agentpack.timing.earlier import as_run
from agentpack.timing.order import Explained, Find, Order, Why
from agentpack.timing.request import Request
from agentpack.timing.requests import to_curl
from agentpack.timing.requests.check import check
from agentpack.timing.result import Endpoint, Run
from agentpack.timing.run import baseline_of, run

_COUNT, _LOAD_S = 20, 10.0
_SETTINGS = "agentpack.toml"


def measured(args: argparse.Namespace) -> tuple[Run, Run | None]:
    """Time what was asked for; the run, and the baseline in its shape."""
    order, folder = _order(args)
    before = _baseline(args, order, folder)
    with Progress.of_stderr() as progress:
        order = replace(order, progress=progress.step, explain=args.explain)
        result = run(replace(order, why=_why(order)), before)
    return result, as_run(before, result) if before else None


def _why(order: Order) -> Why:
    """What says why: of an app that is ours by watching it, of another server from outside."""
    app = order.app

    def progress(done: int, total: int, name: str) -> None:
        order.progress(done, total, f"why {name}")

    def probed(slow: Sequence[Endpoint]) -> Mapping[Request, Explained]:
        from agentpack.timing.why.probe import probe  # noqa: PLC0415 - as below

        requests, plain = [one.request for one in slow], {one.request: one for one in slow}
        found = probe(requests, plain, timeout_s=order.timeout_s, progress=progress)
        return {request: (causes, ()) for request, causes in found.items()}

    if app is None:
        return probed

    def why(slow: Sequence[Endpoint]) -> Mapping[Request, Explained]:
        # Imported here: most runs have nothing to explain.
        from agentpack.timing.why.explain import explain  # noqa: PLC0415

        return explain(
            [one.request for one in slow],
            app,
            {one.request: one for one in slow},
            concurrency=order.concurrency or 1,
            timeout_s=order.timeout_s,
            ready_s=order.ready_s,
            progress=progress,
        )

    return why


def export(args: argparse.Namespace) -> int:
    """Write the requests or the scenario as a Locust file."""
    if args.locust is None:
        raise AgentpackError("export needs --locust FILE")
    order, _ = _order(args)
    text = find.as_locust(order, args.scenario, args.locust.name)
    args.locust.write_text(text, encoding="utf-8")
    print(f"Wrote {args.locust}: run it with locust -f {args.locust}")
    return OK


def write_baseline(args: argparse.Namespace) -> int:
    """Measure a baseline and write it."""
    order, folder = _order(args)
    path = args.baseline or folder / order.settings.baseline
    with Progress.of_stderr() as progress:
        found, result = baseline_of(replace(order, progress=progress.step))
    path.write_text(baselines.dump(found), encoding="utf-8")
    sys.stdout.write(shown(args, result, None))
    if args.format == "text":
        print(f"\nWrote {path}: commit it, and compare with: agentpack time --check")
    bad = [one for one in result.endpoints if one.verdict not in {"ok", "over"}]
    return FOUND if bad else OK


def _order(args: argparse.Namespace) -> tuple[Order, Path]:
    """What to do, and the folder that holds the settings."""
    settings, folder = _settings(args.project)
    app, finding = _target(args)
    under_load = args.concurrency or args.rate
    order = Order(
        find=finding,
        check=check,
        curl=to_curl,
        app=app,
        settings=settings,
        budget_s=args.budget,
        count=args.count or _COUNT,
        warmup=max(0, args.warmup),
        patience_s=None if args.count else 30.0,
        timeout_s=args.timeout,
        ready_s=args.ready,
        concurrency=args.concurrency,
        rate=args.rate,
        duration_s=args.duration or (_LOAD_S if under_load and not args.count else None),
    )
    return order, folder


def _settings(project: Path) -> tuple[budget.Settings, Path]:
    """The settings that stand in the project, or in the nearest folder above it that has some."""
    if not project.is_dir():
        raise AgentpackError("not a directory", path=project, mend="name the root of a project")
    folder = project.resolve()
    for place in (folder, *folder.parents):
        file = place / _SETTINGS
        if file.is_file():
            shown_path = file.relative_to(folder) if place == folder else file
            try:
                return budget.read(file.read_text(encoding="utf-8"), str(shown_path)), place
            except (OSError, UnicodeDecodeError) as error:
                raise AgentpackError("cannot be read as UTF-8 text", path=shown_path) from error
        if (place / ".git").exists():
            break
    return budget.Settings(), folder


def _target(args: argparse.Namespace) -> tuple[App | None, Find]:
    """Whom to time, and with what."""
    words = list(args.what)
    if args.verbatim:
        _alone(args, "a curl line", words)
        return None, find.pasted(args.verbatim)
    if args.scenario:
        _alone(args, "--scenario", words)
        finding = find.scenario(args.scenario)
        return (_app(args) if args.app else None), finding
    if words:
        own = args.app or any(word.startswith("/") for word in words)
        return (_app(args) if own else None), find.typed(words, args.curl)
    where = args.openapi or find.OPENAPI
    own = args.app or where.startswith("/")
    finding = find.discovered(where, args.curl, unsafe=args.unsafe)
    return (_app(args) if own else None), finding


def _alone(args: argparse.Namespace, what: str, words: list[str] | None = None) -> None:
    others = {"URL": words, "--openapi": args.openapi, "curl's options": args.curl}
    others |= {"--scenario": args.scenario} if what != "--scenario" else {}
    for name, value in others.items():
        if value:
            raise AgentpackError(f"{what} and {name} exclude each other")


def _app(args: argparse.Namespace) -> App:
    return app_of(args.project, args.app)


def _baseline(args: argparse.Namespace, order: Order, folder: Path) -> Baseline | None:
    path = args.baseline or folder / order.settings.baseline
    try:
        return baselines.load(path.read_text(encoding="utf-8"), str(path))
    except FileNotFoundError as error:
        if args.baseline is None:
            return None
        raise AgentpackError(
            "no such file", path=path, mend="write it: agentpack time baseline"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise AgentpackError("cannot be read", path=path) from error


def shown(args: argparse.Namespace, result: Run, before: Run | None) -> str:
    """The report in the format that was asked for."""
    if args.format == "json":
        import json  # noqa: PLC0415

        from agentpack.report.timing import to_json  # noqa: PLC0415

        return json.dumps(to_json(result), indent=2, ensure_ascii=False) + "\n"
    if args.format == "markdown":
        from agentpack.report.timing_views.markdown import to_markdown  # noqa: PLC0415

        return to_markdown(result, before)
    if args.format == "junit":
        from agentpack.report.timing_views.junit import to_junit  # noqa: PLC0415

        return to_junit(result)
    if args.format == "html":
        from agentpack.report.timing_views.page import to_html  # noqa: PLC0415

        return to_html(result, before)
    from agentpack.report.timing import to_text  # noqa: PLC0415

    style = Style(coloured=False) if args.output else Style.of_stdout()
    blocks = takes(sys.stdout, "█╌│")
    return to_text(result, style, columns(sys.stdout), blocks=blocks, curl=args.show_curl) + "\n"
