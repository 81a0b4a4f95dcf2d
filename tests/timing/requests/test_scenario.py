"""A scenario's file: what it sends, what it takes from answers, and what is said of a bad one."""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from agentpack.errors import AgentpackError
from agentpack.timing.request import Request
from agentpack.timing.requests import load_scenario, log_in, play, to_curl

WHOLE = """\
base: http://127.0.0.1:9
headers:
  Accept: application/json
variables:
  email: me@example.com
  page: 2
login:
  name: token
  url: /login
  form: {username: "${email}", password: "${env.PASSWORD}"}
  capture:
    token: json.access_token
    session: cookie.sid
steps:
  - name: list
    url: /items?page=${page}
    headers: {authorization: "Bearer ${token}", Accept: text/json}
    capture:
      id: json.data[-1]["odd id"]
      count: json.count
    budget: 0.25
  - url: /items/${id}
    headers: {Cookie: "sid=${session}"}
    repeat: 2
    status: [200, 404]
  - method: put
    url: http://127.0.0.1:8/other
    json: {id: "${id}", text: "n=${count}", n: "${count}", list: ["${email}", no, 1.5, null, yes]}
    user: "me:${env.PASSWORD}"
  - name: raw
    method: PATCH
    url: /raw
    body: |
      ${email}
    status: 204
"""


@dataclass(frozen=True)
class Sample:
    status: int
    error: str | None = None


@dataclass(frozen=True)
class Answer:
    sample: Sample
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


@dataclass
class Server:
    answers: dict[str, Answer]
    seen: list[Request] = field(default_factory=list)

    def __call__(self, request: Request) -> Answer:
        self.seen.append(request)
        path = request.url.split("/", 3)[3].partition("?")[0]
        return self.answers.get(path, Answer(Sample(200)))


def scenario(tmp_path: Path, text: str, **environment: str):
    path = tmp_path / "scenario.yaml"
    path.write_text(text, encoding="utf-8")
    return load_scenario(path, environment=environment)


def test_a_pass_sends_what_the_file_says_with_what_was_captured(tmp_path):
    """Login first and once; captured values keep their type in JSON and are quoted in a URL."""
    found = scenario(tmp_path, WHOLE, PASSWORD="p&w ü")
    token = json.dumps({"access_token": "t0k"}).encode()
    server = Server(
        {
            "login": Answer(
                Sample(200),
                (
                    ("content-encoding", "gzip"),
                    ("set-cookie", "a=1; Path=/"),
                    ("Set-Cookie", "sid=s1; Secure"),
                ),
                gzip.compress(token),
            ),
            "items": Answer(Sample(200), (), b'{"data": [{}, {"odd id": "a/b"}], "count": 7}'),
        }
    )  # fmt: skip
    values = log_in(found, found.base, server)
    played = [each for _ in range(2) for each in play(found, found.base, values, server)]
    assert [each.step.name for each in played] == [
        "list", "GET /items/${id}", "GET /items/${id}", "PUT http://127.0.0.1:8/other", "raw",
    ] * 2  # fmt: skip
    login, listed, first, _, put, raw = server.seen[:6]
    assert len(server.seen) == 11
    assert (login.method, login.url) == ("POST", "http://127.0.0.1:9/login")
    assert login.body == b"username=me%40example.com&password=p%26w+%C3%BC"
    assert login.headers == (
        ("Accept", "application/json"),
        ("Content-Type", "application/x-www-form-urlencoded"),
    )
    assert listed.url == "http://127.0.0.1:9/items?page=2"
    assert listed.headers == (("authorization", "Bearer t0k"), ("Accept", "text/json"))
    assert first.url == "http://127.0.0.1:9/items/a%2Fb"
    assert first.headers == (("Accept", "application/json"), ("Cookie", "sid=s1"))
    assert first.expect.statuses == (200, 404)
    assert (put.method, put.url, put.user) == ("PUT", "http://127.0.0.1:8/other", "me:p&w ü")
    assert json.loads(put.body) == {
        "id": "a/b", "text": "n=7", "n": 7, "list": ["me@example.com", "no", 1.5, None, "yes"],
    }  # fmt: skip
    assert (raw.method, raw.body, raw.expect.statuses) == ("PATCH", b"me@example.com\n", (204,))
    assert [step.budget_s for step in found.steps] == [0.25, None, None, None]
    assert [step.repeat for step in found.steps] == [1, 2, 1, 1]


def test_secrets_are_shown_by_name(tmp_path):
    """Neither a captured token nor a password of the environment stands in the command shown."""
    found = scenario(tmp_path, WHOLE, PASSWORD="hush")
    server = Server(
        {
            "login": Answer(Sample(200), (("set-cookie", "sid=s1"),), b'{"access_token": "t0k"}'),
            "items": Answer(Sample(200), (), b'{"data": [{"odd id": 5}], "count": 7}'),
        }
    )
    list(play(found, found.base, log_in(found, found.base, server), server))
    shown = [to_curl(request) for request in server.seen[1:]]
    assert shown[0].endswith('"authorization: Bearer ${token}" -H \'Accept: text/json\' '
                             "'http://127.0.0.1:9/items?page=2'")  # fmt: skip
    assert not any(secret in line for line in shown for secret in ("t0k", "s1", "hush"))
    assert '-u "me:${PASSWORD}"' in shown[3]


LOGIN = WHOLE.partition("steps:")[0] + "steps: [{url: /x}]\n"


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (Answer(Sample(401), (), b'{"detail": "no"}'), 'answered 401: {"detail": "no"}'),
        (Answer(Sample(0, "connection refused")), "connection refused"),
        (Answer(Sample(200), (), b"<html>"), "the answer's body is not JSON"),
        (Answer(Sample(200), (), b"[]"), "json is a list, not an object"),
        (Answer(Sample(200), (), b'{"token": "x", "type": 1}'),
         "json has no 'access_token', but: token, type"),
        (Answer(Sample(200), (), b'{"access_token": "x"}'), "the answer sets no cookie sid"),
        (Answer(Sample(200), (("content-encoding", "gzip"),), b"{}"), "Content-Encoding"),
    ],
)  # fmt: skip
def test_a_login_that_fails_says_where_and_why(tmp_path, answer, says):
    """The file, the step's line, and the answer's own words."""
    found = scenario(tmp_path, LOGIN, PASSWORD="x")
    with pytest.raises(AgentpackError, match=re.escape(says)) as caught:
        log_in(found, found.base, Server({"login": answer}))
    assert str(caught.value).startswith(f"{tmp_path}/scenario.yaml:7: step 'token' ")


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("", None, "is empty; begin with steps:"),
        ("steps: [", 2, "is not YAML"),
        ("steps:\n  - url: /a\n bad: x\n", 3, "is not YAML"),
        ("- url: /a\n", 1, "a scenario is a list, not a mapping"),
        ("base: http://h\n", 1, "has no steps"),
        ("steps: []\n", 1, "steps is empty"),
        ("steps:\n  url: /a\n", 1, "steps is a mapping, not a list"),
        ("steps:\n  - /a\n", 2, "a step is a text, not a mapping"),
        ("steps:\n  - name: x\n", 2, "the step has no url"),
        ("steps:\n  - url: /a\n    uri: /b\n", 3, "a step has no key 'uri'; one of: name"),
        ("stepz: []\n", 1, "a scenario has no key 'stepz'"),
        ("steps:\n  - url: /a\n    url: /b\n", 3, "the key 'url' stands here twice"),
        ("steps:\n  - url: [/a]\n", 2, "url is a list, not a text"),
        ("steps:\n  - url: /a\n    method: G T\n", 3, "method is 'G T'"),
        ("steps:\n  - url: /a\n    json: 1\n    body: x\n", 4, "both json and body"),
        ("steps:\n  - url: /a\n    form: x\n", 3, "form is a text, not a mapping"),
        ("steps:\n  - url: /a\n    status: ok\n", 3, "status is 'ok'; such as status: 201"),
        ("steps:\n  - url: /a\n    status: [200, 99]\n", 3, "status is [200, 99]"),
        ("steps:\n  - url: /a\n    budget: 0\n", 3, "budget is 0; give a number above 0"),
        ("steps:\n  - url: /a\n    repeat: 1.5\n", 3, "give a whole number from 1"),
        ("steps:\n  - url: /a\n    repeat: true\n", 3, "repeat is True"),
        ("steps:\n  - url: /a\n    user: me\n", 3, "user has no password"),
        ("steps:\n  - url: /a\n    headers: {'a b': c}\n", 3, "'a b' is no header"),
        ("steps:\n  - url: /a\n    capture: {x: data.id}\n", 3, "'data.id' is no place"),
        ("steps:\n  - url: /a\n    capture: {x: 'json[a]'}\n", 3, "'json[a]' is no place"),
        ("steps:\n  - url: /a\n    capture: {x-y: json.a}\n", 3, "'x-y' is no name"),
        ("steps:\n  - url: /a\n  - url: /a\n", 3, "another step 'GET /a'"),
        ("steps:\n  - url: /${id}\n    capture: {id: json.id}\n", 2,
         "${id} is not known here; capture it in an earlier step"),
        ("steps:\n  - url: /a\n    json:\n      deep:\n        - '${no}'\n", 5, "${no} is not"),
        ("steps:\n  - url: /a\n    headers: {A: '${env.NO}'}\n", 3, "$NO is not set"),
        ("base: example.com\nsteps: [{url: /a}]\n", 1, "base is 'example.com'"),
        ("variables: {a: &a [*a]}\nsteps: [{url: /a}]\n", 1, "an alias makes this endless"),
        (("a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\n"
         "c: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c]\n"
         "e: &e [*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e,*e,*e,*e]\n"), 1, "endless"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_file_is_told_with_its_line(tmp_path, text, line, says):
    """Every fault ends in one line that names the file, the line and the mend."""
    with pytest.raises(AgentpackError, match=re.escape(says)) as caught:
        scenario(tmp_path, text)
    assert caught.value.line == line
    assert str(caught.value).startswith(f"{tmp_path}/scenario.yaml:")
    assert "\n" not in str(caught.value)


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    """No file, a folder and bytes that are no UTF-8 each end in one line."""
    (tmp_path / "latin.yaml").write_bytes(b"steps: \xe4")
    for name, says in (("no.yaml", "No such file"), (".", "directory"), ("latin.yaml", "UTF-8")):
        with pytest.raises(AgentpackError, match=says):
            load_scenario(tmp_path / name)
