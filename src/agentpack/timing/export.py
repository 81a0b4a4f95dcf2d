"""The same requests as a Locust file, for load from several machines."""

from __future__ import annotations

import keyword
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from agentpack.timing.request import Part, Request
from agentpack.timing.requests.capture import steps
from agentpack.timing.requests.given import FromEnvironment, FromFile
from agentpack.timing.requests.scenario import Scenario, Step
from agentpack.timing.requests.template import HOLE

_HEAD = '''"""A load test made by `agentpack time export`.

On one machine:

    locust -f {file} --headless --users 20 --spawn-rate 5 --run-time 1m

On several, one master and a worker for each core:

    locust -f {file} --master --expect-workers 2 --headless --users 20 --run-time 1m
    locust -f {file} --worker --master-host MASTER
"""

from __future__ import annotations

{imports}


class {name}(HttpUser):
    host = {host}
    wait_time = constant(1)  # seconds that one user rests after each task

    @contextmanager
    def send(self, method, path, *statuses, name, **options):
        """Send a request. A status that is not expected is a failure, and so is an answer
        without what is taken from it."""
        options.setdefault("allow_redirects", False)
        with self.client.request(
            method, path, name=name, catch_response=True, **options
        ) as answer:
            right = answer.status_code in (statuses or range(200, 300))
            if not right:
                answer.failure(f"status {{answer.status_code}}")
            try:
                yield answer
            except (LookupError, TypeError, ValueError) as error:
                if right:
                    answer.failure(f"the answer lacks what is taken from it: {{error!r}}")
                raise RescheduleTask from error
            if right:
                answer.success()
'''
_NAME = re.compile(r"[^a-z0-9]+")
_WHOLE = re.compile(r"\$\{([A-Za-z_]\w*)\}")
_VARIABLE = re.compile(r"\$\{([A-Za-z_]\w*)\}|\\(.)")


def locust(requests: Sequence[Request], base_url: str, *, file: str = "locustfile.py") -> str:
    """A Locust file with a task for each request; one that is there n times weighs n.

    Args:
        requests: what to send.
        base_url: the host; requests to it keep only their path, so that `--host` can change it.
        file: the name of the file, for the commands in its first lines.

    """
    written = _Writer(base_url)
    tasks = []
    names: set[str] = set()
    for request, weight in Counter(requests).items():
        title = request.operation or f"{request.method} {urlsplit(request.url).path or '/'}"
        options = list(written.options(request))
        call = written.call(
            request.method, written.text(written.path(request.url)), request.expect.statuses,
            title, options,
        )  # fmt: skip
        tasks.append(
            f"    @task{f'({weight})' if weight > 1 else ''}\n"
            f"    def {_function(title, names)}(self):\n        with {call}:\n            pass\n"
        )
    return written.whole("Requests", file, "\n".join(tasks))


def locust_scenario(scenario: Scenario, base_url: str, *, file: str = "locustfile.py") -> str:
    """A Locust file in which each user logs in once and then plays the scenario's passes."""
    written = _Writer(base_url)
    values = ", ".join(
        f"{_literal(name)}: {written.value(value)}" for name, value in scenario.values.items()
    )
    once = "\n".join(line for step in scenario.login for line in written.step(step))
    lines = "\n".join(line for step in scenario.steps for line in written.step(step))
    methods = f"    def on_start(self):\n        self.values = {{{values}}}\n"
    if scenario.login:
        methods += (
            "        try:\n"
            "            self.log_in(self.values)\n"
            "        except RescheduleTask as error:\n"
            "            raise StopUser from error\n\n"
            f"    def log_in(self, values):\n{once}\n"
        )
    methods += (
        f"\n    @task\n    def one_pass(self):\n        values = dict(self.values)\n{lines}\n"
    )
    return written.whole("Scenario", file, methods)


def _function(title: str, taken: set[str]) -> str:
    stem = _NAME.sub("_", title.lower()).strip("_") or "request"
    stem = f"request_{stem}" if stem[0].isdigit() or keyword.iskeyword(stem) else stem
    # What a user of Locust has of its own must not be hidden.
    name = f"{stem}_" if stem in ("send", "client", "host", "stop", "wait", "run") else stem
    number = 2
    while name in taken:
        name, number = f"{stem}_{number}", number + 1
    taken.add(name)
    return name


def _literal(text: str) -> str:
    """`text` as a string of Python in double quotes."""
    return f'"{"".join(map(_escaped, text))}"'


def _escaped(char: str) -> str:
    if char in '\\"':
        return f"\\{char}"
    return char if char.isprintable() else char.encode("unicode_escape").decode()


class _Writer:
    def __init__(self, base_url: str) -> None:
        self.base_url = base_url.rstrip("/")
        self.imports = {"from contextlib import contextmanager"}

    def whole(self, name: str, file: str, methods: str) -> str:
        order = sorted(self.imports, key=lambda line: (line.startswith("from"), line))
        errors = "RescheduleTask, StopUser" if "StopUser" in methods else "RescheduleTask"
        imports = "\n".join(
            [*order, "", "from locust import HttpUser, constant, task",
             f"from locust.exception import {errors}"]
        )  # fmt: skip
        head = _HEAD.format(file=file, imports=imports, name=name, host=_literal(self.base_url))
        return f"{head}\n{methods}"

    def path(self, url: str) -> str:
        rest = url.removeprefix(self.base_url)
        return rest if rest != url and rest[:1] in ("/", "?", "") else url

    def call(
        self, method: str, path: str, statuses: Sequence[int], name: str, options: Sequence[str]
    ) -> str:
        words = [_literal(method), path, *map(str, statuses), f"name={_literal(name)}", *options]
        between = ",\n            "
        return f"self.send(\n            {between.join(words)},\n        )"

    def text(self, text: str) -> str:
        """Python for a text; what is from the environment is read there."""
        if not isinstance(text, FromEnvironment):
            return _literal(text)
        self.imports.add("import os")
        if whole := _WHOLE.fullmatch(text.quoted):
            return f"os.environ[{_literal(whole[1])}]"
        made, end = "", 0
        for match in _VARIABLE.finditer(text.quoted):
            made += _inside(text.quoted[end : match.start()])
            made += f"{{os.environ['{match[1]}']}}" if match[1] else _inside(match[2])
            end = match.end()
        return f'f"{made}{_inside(text.quoted[end:])}"'

    def template(self, text: str, *, quoted: bool = False) -> str:
        """Python for a text with `${name}` in it."""
        if not HOLE.search(text):
            return _literal(text)
        made, end = "", 0
        for match in HOLE.finditer(text):
            hole = f"values['{match[1]}']"
            if quoted:
                self.imports.add("from urllib.parse import quote")
                hole = f"quote(str({hole}), safe='')"
            made += f"{_inside(text[end : match.start()])}{{{hole}}}"
            end = match.end()
        return f'f"{made}{_inside(text[end:])}"'

    def value(self, value: Any) -> str:
        """Python for a JSON value with `${name}` in its texts."""
        if isinstance(value, FromEnvironment):
            return self.text(value)
        if isinstance(value, str):
            whole = HOLE.fullmatch(value)
            return f'values["{whole[1]}"]' if whole else self.template(value)
        if isinstance(value, dict):
            pairs = (f"{self.template(key)}: {self.value(each)}" for key, each in value.items())
            return f"{{{', '.join(pairs)}}}"
        if isinstance(value, list):
            return f"[{', '.join(map(self.value, value))}]"
        return repr(value)

    def options(self, request: Request) -> Iterator[str]:
        if request.headers:
            pairs = ", ".join(f"{_literal(n)}: {self.text(v)}" for n, v in request.headers)
            yield f"headers={{{pairs}}}"
        if isinstance(request.body, FromFile):
            self.imports.add("from pathlib import Path")
            yield f"data=Path({_literal(request.body.path)}).read_bytes()"
        elif request.body is not None:
            yield f"data={_body(request.body)}"
        if request.parts:
            yield f"files=[{', '.join(map(self.part, request.parts))}]"
        if request.user is not None:
            yield f"auth=tuple({self.text(request.user)}.split(':', 1))"
        if request.follow:
            yield "allow_redirects=True"
        if request.insecure:
            yield "verify=False"

    def part(self, part: Part) -> str:
        content, filename = _literal(part.value), part.filename
        if part.file is not None:
            self.imports.add("from pathlib import Path")
            content = f"Path({_literal(str(part.file))}).read_bytes()"
            filename = filename or part.file.name
        third = f", {_literal(part.content_type)}" if part.content_type else ""
        name = "None" if filename is None else _literal(filename)
        return f"({_literal(part.name)}, ({name}, {content}{third}))"

    def step(self, step: Step) -> Iterator[str]:
        options = []
        if step.headers:
            pairs = ", ".join(f"{_literal(n)}: {self.template(v)}" for n, v in step.headers)
            options.append(f"headers={{{pairs}}}")
        if step.payload == "json":
            options.append(f"json={self.value(step.content)}")
        elif step.payload == "form":
            options.append(f"data={self.value(step.content)}")
        elif step.payload == "body":
            options.append(f"data={self.template(step.content)}.encode()")
        if step.user is not None:
            options.append(f"auth=tuple({self.template(step.user)}.split(':', 1))")
        path = self.template(self.path(step.url), quoted=True)
        call = self.call(step.method, path, step.status, step.name, options)
        taken = [f'values["{name}"] = {_taken(place)}' for name, place in step.capture]
        block = [f"        with {call}{' as answer' if taken else ''}:"]
        block += [f"            {line}" for line in taken or ["pass"]]
        if step.repeat > 1:
            inner = "\n".join(block).replace("\n", "\n    ")
            yield f"        for _ in range({step.repeat}):\n    {inner}"
        else:
            yield from block


def _body(body: bytes) -> str:
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return repr(body)
    return f"{_literal(text)}.encode()"


def _inside(text: str) -> str:
    return _literal(text)[1:-1].replace("{", "{{").replace("}", "}}")


def _taken(place: str) -> str:
    kind, *rest = steps(place) or ("text",)
    if kind == "header":
        return f"answer.headers[{_literal(str(rest[0]))}]"
    if kind == "cookie":
        return f"answer.cookies[{_literal(str(rest[0]))}]"
    if kind == "text":
        return "answer.text"
    way = "".join(f"[{s}]" if isinstance(s, int) else f"[{_literal(s)}]" for s in rest)
    return f"answer.json(){way}"
