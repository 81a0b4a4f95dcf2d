"""A request is sent as curl would send it, timed by libcurl, and always comes to an end."""

from __future__ import annotations

import base64
import json
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time

import pytest

from agentpack.errors import AgentpackError
from agentpack.timing.curl import Session
from agentpack.timing.request import Part, Request


def echo(handler) -> None:
    """Answer with what came."""
    body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
    seen = {"method": handler.command, "headers": handler.headers.items(), "body": body.hex()}
    handler.send_response(200)
    text = json.dumps(seen).encode()
    handler.send_header("Content-Length", str(len(text)))
    handler.send_header("X-Twice", "a")
    handler.end_headers()
    if handler.command != "HEAD":
        handler.wfile.write(text)


def sent(url: str, method: str = "GET", **options) -> tuple[str, dict[str, str], bytes]:
    with Session() as session:
        answer = session.send(Request(method, url, **options))
    assert answer.sample.error is None
    seen = json.loads(answer.body)
    return seen["method"], dict(seen["headers"]), bytes.fromhex(seen["body"])


def test_phases_come_in_order_and_connections_are_kept(serve, say) -> None:
    """The first request connects, the second does not, a cold one always does."""
    url = serve(lambda handler: say(handler, b"x" * 1000))
    with Session() as session:
        first, second, cold = (
            session.send(Request("GET", url), cold=cold).sample for cold in (False, False, True)
        )
    assert [first.cold, second.cold, cold.cold] == [True, False, True]
    assert 0 <= cold.dns_s < cold.connect_s < cold.request_s <= cold.ttfb_s <= cold.total_s
    assert second.connect_s == 0 == second.tls_s
    assert {(s.status, s.size, s.error) for s in (first, second, cold)} == {(200, 1000, None)}


def test_the_clock_tells_where_the_time_went(serve, say) -> None:
    """A wait before the head is in the time to first byte, one in the body only in the total."""

    def slow(handler) -> None:
        time.sleep(0.2)
        handler.send_response(200)
        handler.send_header("Content-Length", "2")
        handler.end_headers()
        handler.wfile.write(b"a")
        time.sleep(0.3)
        handler.wfile.write(b"b")

    with Session() as session:
        sample = session.send(Request("GET", serve(slow)), chunks=True).sample
    assert 0.2 <= sample.ttfb_s < sample.total_s
    assert sample.total_s - sample.ttfb_s >= 0.15
    assert len(sample.chunks_s) == 2
    # Half of it: a busy machine can see the first piece late.
    assert sample.chunks_s[1] - sample.chunks_s[0] >= 0.15


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH"])
def test_methods_and_bodies(serve, method) -> None:
    """Any method goes out as it is called, with the body byte for byte."""
    url, body = serve(echo), bytes(range(256))
    assert sent(url, method)[0] == method
    seen, headers, came = sent(url, method, body=body, headers=(("Content-Type", "x/y"),))
    assert (seen, came, headers["Content-Type"]) == (method, body, "x/y")


def test_head_has_no_body(serve) -> None:
    """HEAD ends at the head."""
    with Session() as session:
        answer = session.send(Request("HEAD", serve(echo)))
    assert (answer.sample.status, answer.body) == (200, b"")
    assert ("x-twice", "a") in answer.headers


def test_headers_user_and_form(serve, tmp_path) -> None:
    """Headers, empty ones too, basic authentication and the fields of a form arrive."""
    url = serve(echo)
    with Session() as session:
        answer = session.send(
            Request("GET", url, headers=(("X-A", "1"), ("X-Empty", "")), user="me:päss"),
            headers=(("traceparent", "00-1"),),
        )
    headers = dict(json.loads(answer.body)["headers"])
    assert (headers["X-A"], headers["X-Empty"], headers["traceparent"]) == ("1", "", "00-1")
    assert headers["Authorization"] == "Basic " + base64.b64encode("me:päss".encode()).decode()
    file = tmp_path / "a.txt"
    file.write_text("file's text")
    parts = (Part("n", "väl"), Part("f", file=file, content_type="text/x", filename="b.txt"))
    method, headers, body = sent(url, "POST", parts=parts)
    assert method == "POST"
    assert headers["Content-Type"].startswith("multipart/form-data")
    assert 'name="n"\r\n\r\nväl\r\n'.encode() in body
    with Session() as session, pytest.raises(AgentpackError, match="cannot be read"):
        session.send(Request("POST", url, parts=(Part("f", file=tmp_path / "no"),)))
    assert b'name="f"; filename="b.txt"\r\nContent-Type: text/x\r\n\r\nfile\'s text' in body


def test_nothing_of_one_request_is_left_in_the_next(serve) -> None:
    """Body, headers and user of one request are not sent with the next."""
    url = serve(echo)
    with Session() as session:
        session.send(Request("PUT", url, (("X-A", "1"),), b"body", user="a:b"))
        seen = json.loads(session.send(Request("GET", url)).body)
    assert seen["method"] == "GET"
    assert not {"X-A", "Authorization", "Content-Length"} & dict(seen["headers"]).keys()


def failure(url: str, timeout_s: float = 60, **options) -> str:
    with Session(max_bytes=1 << 20) as session:
        answer = session.send(Request("GET", url, **options), cold=True, timeout_s=timeout_s)
    assert answer.sample.error is not None
    return answer.sample.error


def test_a_dead_port() -> None:
    """Nobody listens: said so, at once."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        assert "could not connect" in failure(f"http://127.0.0.1:{held.getsockname()[1]}/").lower()


def test_no_such_url() -> None:
    """Only HTTP is spoken, and a name that does not exist is a failure."""
    assert "rotocol" in failure("file:///etc/passwd")
    assert "resolve" in failure("http://nowhere.invalid/")


def test_tls(serve, say, certificate, monkeypatch) -> None:
    """An unknown certificate is a failure; with -k, or named to be trusted, it is not."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    url = serve(say, context)
    assert "certificate" in failure(url)
    with Session() as session:
        sample = session.send(Request("GET", url, insecure=True), cold=True).sample
        assert (sample.status, sample.error) == (200, None)
        assert sample.connect_s < sample.tls_s < sample.ttfb_s
    monkeypatch.setenv("CURL_CA_BUNDLE", str(certificate))
    with Session() as session:
        assert session.send(Request("GET", url)).sample.error is None


def test_redirects(serve, say) -> None:
    """They are followed only with -L, and not for ever."""

    def answer(handler) -> None:
        there = "/loop" if handler.path == "/loop" else "/end"
        status = 200 if handler.path == "/end" else 302
        say(handler, handler.path.encode(), status, Location=there)

    url = serve(answer)
    with Session() as session:
        assert session.send(Request("GET", url)).sample.status == 302
        followed = session.send(Request("GET", url, follow=True))
        assert (followed.sample.status, followed.body) == (200, b"/end")
    assert "redirects" in failure(f"{url}/loop", follow=True)


def test_no_body_is_without_end(serve) -> None:
    """Ten announced gigabytes, a fast endless stream, a slow one, and silence: each ends."""

    def answer(handler) -> None:
        if handler.path == "/silent":
            time.sleep(4)
            return
        handler.send_response(200)
        if handler.path == "/announced":
            handler.send_header("Content-Length", str(10 << 30))
        handler.send_header("Connection", "close")
        handler.end_headers()
        while True:
            handler.wfile.write(b"x" * (10 if handler.path == "/slow" else 100_000))
            time.sleep(0.05 if handler.path == "/slow" else 0)

    url = serve(answer)
    assert "larger than 1 MiB" in failure(f"{url}/announced")
    assert "larger than 1 MiB" in failure(f"{url}/fast")
    assert failure(f"{url}/slow", 2) == "no end within 2 s"
    assert failure(f"{url}/silent", 2) == "no end within 2 s"


def test_a_broken_answer(serve) -> None:
    """No HTTP, or less than was announced, is a failure."""

    def answer(handler) -> None:
        if handler.path == "/short":
            handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort")
        elif handler.path == "/noise":
            handler.wfile.write(b"\0\1\2 noise\r\n\r\n")
        handler.close_connection = True

    url = serve(answer)
    assert "(curl 18)" in failure(f"{url}/short")
    assert "(curl 1)" in failure(f"{url}/noise")
    assert "(curl 52)" in failure(f"{url}/nothing")


def test_an_interrupt_ends_the_wait(serve) -> None:
    """Ctrl-C is not kept waiting for an answer that does not come."""
    asked, ended = threading.Event(), threading.Event()
    url = serve(lambda _: (asked.set(), ended.wait(120)))
    script = (
        "import sys\nfrom agentpack.timing.curl import Session\n"
        "from agentpack.timing.request import Request\n"
        "Session().send(Request('GET', sys.argv[1]))\n"
    )
    with subprocess.Popen([sys.executable, "-c", script, url], stderr=subprocess.PIPE) as run:
        assert asked.wait(60)
        run.send_signal(signal.SIGINT)
        _, err = run.communicate(timeout=60)
    ended.set()
    assert b"KeyboardInterrupt" in err


def test_pieces_of_a_stream_are_told_apart(serve) -> None:
    """Each piece has the moment at which it came."""

    def stream(handler) -> None:
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        for _ in range(5):
            handler.wfile.write(b"5\r\nhello\r\n")
            time.sleep(0.2)
        handler.wfile.write(b"0\r\n\r\n")

    with Session() as session:
        answer = session.send(Request("GET", serve(stream)), chunks=True)
    assert answer.body == b"hello" * 5
    times = answer.sample.chunks_s
    assert len(times) == 5
    assert list(times) == sorted(times)
    assert times[-1] - times[0] >= 0.4  # of 0.8: a busy machine can see the first one late
    assert times[-1] <= answer.sample.total_s + 0.01
