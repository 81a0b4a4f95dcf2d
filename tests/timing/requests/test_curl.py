"""A pasted curl line is read as bash and curl read it; the command shown sends the same bytes."""

from __future__ import annotations

import copy
import os
import pickle
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agentpack.errors import AgentpackError
from agentpack.timing.curl import Session
from agentpack.timing.request import Part, Request
from agentpack.timing.requests import from_curl, from_options, to_curl

bash = shutil.which("bash") or "bash"
ESCAPE = re.compile(rb"%[0-9a-f]{2}")
BOUNDARY = re.compile(rb"-{20,}[0-9a-zA-Z]+")


def sent(capture, line: str, cwd: Path | None = None) -> tuple[bytes, list[bytes], bytes]:
    """What the real curl sends: its first line, its headers sorted, its body."""
    before = len(capture.seen)
    done = subprocess.run(
        [bash, "-s"], input=line.replace("curl ", "curl -sS ", 1).encode(),
        check=False, capture_output=True, cwd=cwd, timeout=30,
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LC_ALL": "C.UTF-8", **VALUES},
    )  # fmt: skip
    assert done.returncode == 0, (line, done.stderr)
    assert len(capture.seen) == before + 1
    first, headers, body = capture.seen[-1]
    # The letters of an escape may be of either case. We never ask whether a body may be sent.
    headers = [BOUNDARY.sub(b"BOUNDARY", header) for header in headers]
    return (
        ESCAPE.sub(lambda match: match[0].upper(), first),
        sorted(header for header in headers if header != b"Expect: 100-continue"),
        BOUNDARY.sub(b"BOUNDARY", body),
    )


VALUES = {"TOKEN": 's3cret"$x', "NAME": "me"}

LINES = [
    "curl URL/a",
    "curl -I URL/a",
    "curl -X DELETE 'URL/a?x=1&y=2'",
    "curl -XPUT -d '{\"a\": 1}' -H 'Content-Type: application/json' URL",
    "curl URL -d a=1 -d b=2 --data-raw '@no file' --data-urlencode 'c=ä &'",
    "curl URL -d a=1 -G --data-urlencode 'q=x y/ü?' ",
    "curl 'URL/p?z=0#part' -G -d a=1",
    "curl -G URL -I -d a=1",
    "curl --json '{\"a\": 1}' URL",
    "curl --json '[1,' --json '2]' URL",
    "curl -d '' URL",
    "curl -d @body.txt URL",
    "curl --data-binary @body.txt URL",
    "curl --data-urlencode @body.txt URL",
    "curl --data-urlencode name@body.txt URL",
    "curl --data-urlencode =a=b URL",
    "curl --json @body.txt URL",
    "curl -T body.txt URL/put",
    "curl -F a=1 -F 'b=@body.txt' -F 'c=@body.txt;type=text/x-own;filename=\"o;w\\\"n.txt\"' URL",
    "curl -F 'text=<body.txt' -F 'quoted=\"a;b\\\\c\";type=text/plain;charset=utf-8' URL",
    "curl --form-string 'x=@not;a=file' URL",
    "curl -F 'a=b;c=d' URL",
    "curl -u 'me:pa ss' URL",
    "curl -u me: URL",
    "curl -b 'a=1; b=2' -b c=3 URL",
    "curl -A 'agent/1 (x)' -e http://from/ URL",
    "curl --oauth2-bearer abc URL",
    "curl -r 0-99 URL",
    "curl -H 'X-Empty;' -H 'Accept:' -H 'User-Agent:' URL",
    "curl -H 'Content-Type:' -d x URL",
    "curl -sSfL -o /dev/null -w '%{http_code}' --max-time 5 URL/quiet | cat > /dev/null",
    "curl URL/out 2>/dev/null >out.txt",
    'curl -H "Authorization: Bearer $TOKEN" -H "X-${NAME}: a\\"b\\$c" URL',
    'curl -u "$NAME:${TOKEN}" URL',
    "curl URL -H $'X-A: tab\\there \\'quoted\\' \\u00e4 \\x41\\102' --data-raw $'a\\nb\\r\\n\\xff'",
    "curl \\\n  'URL/multi' \\\n  -H 'accept: a/b' \\\n  --data-raw '{\"x\": \"it'\\''s\"}'\n",
    "curl -X POST URL",
    "curl -g 'URL/{a}[1-2]'",
    "curl URL # what comes here is a remark",
    "curl -X OPTIONS --request-x URL".replace(" --request-x", ""),
    "curl --compressed -H 'Accept-Encoding: gzip' URL",
]  # fmt: skip


@pytest.mark.parametrize("line", LINES)
def test_the_command_shown_sends_what_the_pasted_one_sends(capture, line, tmp_path, monkeypatch):
    """The real curl sends the same first line, headers and body for both commands."""
    (tmp_path / "body.txt").write_bytes("first ä\r\nsecond;&=\n".encode())
    monkeypatch.chdir(tmp_path)
    line = line.replace("URL", capture.url)
    request = from_curl(line, environment=VALUES)
    shown = to_curl(request)
    assert sent(capture, shown, tmp_path) == sent(capture, line, tmp_path)
    assert from_curl(shown, environment=VALUES) == request


def same(capture) -> tuple[bytes, list[bytes], bytes]:
    """The last request, without what differs between two versions of curl."""
    first, headers, body = capture.seen[-1]
    length = sum(len(boundary) for boundary in BOUNDARY.findall(body))
    return (
        ESCAPE.sub(lambda match: match[0].upper(), first),
        sorted(
            b"Content-Length: %d" % (int(header[16:]) - length)
            if header.startswith(b"Content-Length: ")
            else BOUNDARY.sub(b"BOUNDARY", header)
            for header in headers
            if not header.startswith(b"User-Agent: ") and header != b"Expect: 100-continue"
        ),
        BOUNDARY.sub(b"BOUNDARY", body),
    )


def test_the_session_sends_what_curl_sends(capture, tmp_path, monkeypatch):
    """All lines one after the other on one session: the same bytes as curl's, but for its name."""
    (tmp_path / "body.txt").write_bytes("first ä\r\nsecond;&=\n".encode())
    monkeypatch.chdir(tmp_path)
    extra = "curl -F $'a\\xff=\\xfe' -F 'ä=@body.txt;filename=\"ü.txt\"' -H $'X: \\xff' URL"
    with Session() as session:
        for line in [*LINES, extra, "curl URL/after-a-form", *LINES[::-1]]:
            request = from_curl(line.replace("URL", capture.url), environment=VALUES)
            sent(capture, to_curl(request), tmp_path)
            by_curl, before = same(capture), len(capture.seen)
            assert session.send(request).sample.error is None, line
            assert len(capture.seen) == before + 1
            assert same(capture) == by_curl, line


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=12)
HEADERS = st.lists(
    st.tuples(
        st.from_regex(r"X-[A-Za-z0-9!#$%&'*+.^_`|~-]{1,8}", fullmatch=True),
        TEXT.map(str.strip),
    ),
    max_size=4,
)
PARTS = st.lists(
    st.builds(
        Part,
        name=st.from_regex(r"[a-z;@ ]{1,6}", fullmatch=True),
        value=st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12),
        content_type=st.none() | st.sampled_from(["text/plain", "text/plain;charset=utf-8"]),
        filename=st.none() | st.from_regex(r"[a-z;\"\\ ,]{1,6}", fullmatch=True),
    ),
    min_size=1,
    max_size=3,
)
PATHS = st.from_regex(r"[A-Za-z0-9._~!$&'()*+,;=:@%{}\[\]/-]{0,12}", fullmatch=True)
REQUESTS = st.builds(
    Request,
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "QUERY"]),
    url=PATHS.map(lambda path: f"http://127.0.0.1:9/{path}"),
    headers=HEADERS.map(tuple),
    user=st.none() | TEXT.map(lambda text: f"me:{text}"),
    follow=st.booleans(),
    insecure=st.booleans(),
) | st.builds(Request, method=st.just("HEAD"), url=st.just("https://h.example/x"))
BODIES = st.none() | st.binary(max_size=40) | st.text(max_size=40).map(str.encode)


@given(REQUESTS, BODIES, PARTS | st.just([]))
@settings(max_examples=400, deadline=None)
def test_reading_the_command_shown_gives_the_request_again(request, body, parts):
    """`from_curl(to_curl(request)) == request` for any method, header, body and form."""
    if request.method != "HEAD" and body is not None:
        request = replace(request, body=body)
    elif request.method != "HEAD":
        request = replace(request, parts=tuple(parts))
    assert from_curl(to_curl(request), environment={}) == request


@given(
    body=st.binary(min_size=1, max_size=60),
    headers=HEADERS,
    path=PATHS.filter(lambda path: ".." not in path and "./" not in path and path != "."),
)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_curl_sends_the_requests_own_bytes(capture, body, headers, path):
    """The shown command sends the request's path, headers and body byte for byte."""
    url = f"{capture.url}/{path}"
    request = Request("POST", url, tuple(headers), body)
    first, given_headers, given_body = sent(capture, to_curl(request))
    assert first == f"POST /{path} HTTP/1.1\r\n".encode()
    assert given_body == body
    own = sorted(f"{name}: {value}".strip() for name, value in headers)
    assert sorted(h.decode().strip() for h in given_headers if h[:2] == b"X-") == own
    assert not any(header.lower().startswith(b"content-type") for header in given_headers)


def test_a_body_that_no_argument_holds_goes_by_standard_input(capture, tmp_path):
    """A megabyte with NULs is sent whole by the command, and read back from it."""
    body = bytes(range(256)) * 4200
    request = Request("PUT", f"{capture.url}/big", (("Content-Type", "image/png"),), body)
    shown = to_curl(request)
    assert from_curl(shown) == request
    first, _, given_body = sent(capture, shown)
    headers = capture.seen[-1][1]
    assert (first, given_body) == (b"PUT /big HTTP/1.1\r\n", body)
    assert not any(header.lower().startswith(b"expect") for header in headers)


@pytest.mark.parametrize(
    "request_",
    [
        from_curl('curl -H "Authorization: x $TOKEN" -u "me:$TOKEN" http://h', environment=VALUES),
        from_options(
            ["-H", "Authorization: Bearer $TOKEN", "-u", "me:${TOKEN}", "-b", "a=1", "http://h"],
            environment=VALUES,
        ),
        from_curl('curl --oauth2-bearer "$TOKEN" -b "a=$TOKEN" -b b=2 h', environment=VALUES),
    ],
)  # fmt: skip
def test_what_came_from_the_environment_is_never_shown(request_):
    """The value goes out with the request; neither the command nor a traceback has it."""
    assert any(VALUES["TOKEN"] in value for _, value in request_.headers)
    assert VALUES["TOKEN"] not in to_curl(request_)
    assert "s3cret" not in to_curl(request_) + repr(request_)
    assert "${TOKEN}" in to_curl(request_)


def test_requests_can_be_copied_and_sent_to_another_process(tmp_path):
    """A copy keeps what it knows of the environment and of files."""
    (tmp_path / "b").write_bytes(b"x")
    line = f'curl -H "A: $TOKEN" --data-binary @{tmp_path}/b http://h'
    request = from_curl(line, environment=VALUES)
    for again in (copy.deepcopy(request), pickle.loads(pickle.dumps(request))):
        assert again == request
        assert to_curl(again) == to_curl(request)
        assert f"--data-binary @{tmp_path}/b" in to_curl(again)


def test_options_are_read_as_curl_reads_its_arguments():
    """Arguments need no shell: a bundle, a glued value, an option behind the URL."""
    request = from_options(
        ["-sSXPUT", "http://h/x", "-Ha: b", "-kL", "--data", "x", "--no-location"]
    )
    assert request == Request(
        "PUT",
        "http://h/x",
        (("a", "b"), ("Content-Type", "application/x-www-form-urlencoded")),
        b"x",
        insecure=True,
    )


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("curl", "no URL"),
        ("wget http://h", "does not begin with curl"),
        ("curl http://a http://b", "2 URLs"),
        ("curl --no-such http://h", "--no-such is not supported"),
        ("curl --heade 'a: b' http://h", "did you mean --header?"),
        ("curl -? http://h", "-? is not supported"),
        ("curl -x http://proxy http://h", "-x is not supported here; a proxy's time"),
        ("curl --digest -u a:b http://h", "--digest is not supported here; only basic"),
        ("curl -H", "-H needs a value"),
        ("curl -H nothing http://h", "-H 'nothing' is no header"),
        ("curl -H 'a b: c' http://h", "is no header"),
        ("curl -H @file http://h", "file of headers"),
        ("curl -b cookies.txt http://h", "-b cookies.txt: a file of cookies"),
        ("curl -u me http://h", "-u has no password"),
        ("curl -d @missing.json http://h", "missing.json: --data cannot read the file"),
        ("curl -d @- http://h", "standard input"),
        ("curl -F x http://h", "-F 'x' is not of the form name=value"),
        ("curl -F x=@missing http://h", "missing: --form names a file that is not there"),
        ("curl -F 'x=@a,b' http://h", "several files"),
        ("curl -F a=1 -d b=2 http://h", "-F and -d"),
        ("curl -I -X HEAD -d b=2 http://h", "-I and a body"),
        ("curl http://h/{a,b}", "several requests"),
        ("curl 'http://h/a b'", "write %20"),
        ("curl ftp://h/a", "only http and https"),
        ("curl http://h/?a=1&b=2", "put the URL in quotes"),
        ("curl 'http://h", "quote ' at column 6 is never closed"),
        ('curl "http://h', 'quote " at column'),
        ("curl $'http://h", "quote $' at column"),
        ("curl $MISSING", "$MISSING is not set in the environment"),
        ("curl $(echo http://h)", "only a shell"),
        ('curl "`echo`"', "only a shell"),
        ("curl http://h < body", "standard input (<)"),
        ("curl http://h\ncurl http://i", "a second line"),
        ("curl http://h; rm x", "an unquoted ;"),
        ('curl "http://h" ^\n -H ^"a: b^"', "cmd.exe"),
        ("curl -X 'a b' http://h", "-X 'a b' is no method"),
    ],
)
def test_what_cannot_be_sent_is_named(line, says, tmp_path, monkeypatch):
    """Each line that is not sent ends in one sentence that names the option."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(AgentpackError, match=re.escape(says)) as caught:
        from_curl(line, environment={})
    assert "\n" not in str(caught.value)
