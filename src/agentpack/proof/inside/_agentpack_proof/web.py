"""A page's application on a real server, and its HTTP exchanges replayed against it."""

import importlib
import inspect
import json
import os
import socket
import sys
import threading
import time
from http.client import HTTPConnection


def address(page):
    """Where the page's application answers, started if need be; None if it has none."""
    app, port = page.prelude.get("app"), page.prelude.get("port", 0)
    app = app if app is not None else page.names.get("app")
    if not callable(app):
        return None
    if page.served and page.served[0] is app:
        return page.served[1]
    stop(page)
    server, thread, url = _start(app, port)
    page.served = (app, url, server, thread)
    os.environ["BASE_URL"] = url
    return url


def stop(page):
    """Stop the server, if there is one."""
    if page.served:
        _, _, server, thread = page.served
        page.served = None
        server.should_exit = True
        thread.join(10)


def run_once(app, *_, **options):
    """In the place of `uvicorn.run`: start, see that it starts, stop."""
    if isinstance(app, str):
        module, _, name = app.partition(":")
        app = getattr(sys.modules.get(module) or importlib.import_module(module), name)
    if options.get("factory"):
        app = app()
    server, thread, _ = _start(app, 0)
    server.should_exit = True
    thread.join(10)


def _start(app, port):
    import uvicorn  # the page's application needs a server to be asked

    listener = socket.create_server(("127.0.0.1", port))
    factory = (
        not inspect.iscoroutinefunction(app)
        and not hasattr(app, "router")
        and inspect.isfunction(app)
        and not inspect.signature(app).parameters
    )
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", factory=factory))
    failed = []

    def serve():
        try:
            server.run(sockets=[listener])
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    while not server.started:
        if not thread.is_alive():
            raise RuntimeError(
                f"the application does not start: {failed[0] if failed else 'see its log'}"
            )
        time.sleep(0.01)
    return server, thread, f"http://127.0.0.1:{listener.getsockname()[1]}"


class MismatchError(AssertionError):
    """The server answers something else than the page shows."""


def replay(page, block):
    """Send the requests of a block; hold the answers against those that it shows."""
    url = address(page)
    if url is None:
        return {
            "failure": {"kinds": ["NoServer"], "message": "no application to ask", "line": None}
        }
    for line, message in _messages(block):
        if message[0].startswith("HTTP/"):
            _compare(page.answer, message, line)
        else:
            page.answer = _ask(url, message)
    return {}


def _messages(block):
    """The requests and answers of a block, each with its first line and as lines."""
    found = []
    for number, line in enumerate(block["source"].splitlines(), block["line"] + 1):
        words = line.split(" ")
        begins = line.startswith("HTTP/") or (
            len(words) >= 2 and words[0].isupper() and words[0].isalpha() and words[1][:1] in "/h"
        )
        if begins:
            found.append((number, [line]))
        elif found:
            found[-1][1].append(line)
        elif line.strip():
            raise SyntaxError(f"no request: {line}")
    return found


def _split(message):
    empty = message.index("") if "" in message else len(message)
    fields = (line.partition(":") for line in message[1:empty])
    headers = {name.strip(): value.strip() for name, _, value in fields}
    return headers, "\n".join(message[empty + 1 :]).strip()


def _ask(url, message):
    method, target = message[0].split(" ")[:2]
    headers, body = _split(message)
    headers = {
        name: value
        for name, value in headers.items()
        if name.lower() not in ("host", "content-length")
    }
    connection = HTTPConnection(
        url.removeprefix("http://") if hasattr(url, "removeprefix") else url[7:], timeout=30
    )
    path = target if target.startswith("/") else "/" + target.split("/", 3)[-1]
    connection.request(method, path, body=body.encode() or None, headers=headers)
    answer = connection.getresponse()
    told = (answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
    connection.close()
    return told


def _compare(answer, message, line):
    if answer is None:
        raise MismatchError(f"line {line}: an answer before any request")
    status, headers, body = answer
    wanted = int(message[0].split(" ")[1])
    if status != wanted:
        raise MismatchError(
            f"line {line}: {wanted} is shown, the answer is {status} {body[:300]!r}"
        )
    shown, text = _split(message)
    for name, value in shown.items():
        told = headers.get(name.lower())
        if told is None or (name.lower() != "date" and value not in ("...", "…") and told != value):
            raise MismatchError(f"line {line}: {name}: {value} is shown, the answer has {told}")
    if text:
        try:
            expected, got = json.loads(text), json.loads(body)
        except ValueError:
            expected, got = text, body.decode("utf-8", "replace").strip()
        if not _fits(expected, got):
            raise MismatchError(f"line {line}: the body is {body[:300]!r}")


def _fits(expected, got):
    """Whether an answer has all that is shown; `...` stands for anything."""
    if expected in ("...", "…"):
        return True
    if isinstance(expected, dict) and isinstance(got, dict):
        return all(key in got and _fits(value, got[key]) for key, value in expected.items())
    if isinstance(expected, list) and isinstance(got, list):
        return len(expected) == len(got) and all(map(_fits, expected, got))
    return expected == got
