"""Discovery calls what a document describes, with values that it finds, and says what it left."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentpack.errors import AgentpackError
from agentpack.timing.app import App
from agentpack.timing.curl import Session
from agentpack.timing.request import Request
from agentpack.timing.requests import check, discover, parse
from agentpack.timing.server import serving

TRIAGE = Path(__file__).parents[3] / "apps" / "sre-triage"


@dataclass(frozen=True)
class Sample:
    status: int
    error: str | None = None


@dataclass(frozen=True)
class Answer:
    sample: Sample
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


def answer(status: int, value: object = None, **headers: str) -> Answer:
    return Answer(Sample(status), tuple(headers.items()), json.dumps(value).encode())


@dataclass
class Api:
    """Answers by method and pattern of the path; everything else is a 404."""

    routes: dict[str, Callable[..., Answer]]
    seen: list[Request] = field(default_factory=list)

    def __call__(self, request: Request) -> Answer:
        self.seen.append(request)
        path = unquote(urlsplit(request.url).path)
        for route, respond in self.routes.items():
            method, pattern = route.split(" ")
            if method == request.method and (match := re.fullmatch(pattern, path)):
                return respond(request, *match.groups())
        return answer(404, {"detail": "Not Found"})

    def urls(self) -> list[str]:
        return [f"{each.method} {each.url.removeprefix('http://h')}" for each in self.seen]


def document(paths: dict, version: str = "3.1.0", **more: object) -> dict:
    return {"openapi": version, "info": {"title": "t", "version": "1"}, "paths": paths, **more}


def operation(*parameters: dict, schema: dict | None = None, **more: object) -> dict:
    content = {"application/json": {"schema": schema or {}}}
    responses = {"200": {"description": "", "content": content}}
    return {"parameters": list(parameters), "responses": responses, **more}


def parameter(name: str, where: str = "path", schema: dict | None = None, **more: object) -> dict:
    return {"name": name, "in": where, "required": True, "schema": schema or {}, **more}


def test_the_items_of_a_list_feed_the_operations_behind_it():
    """list → id → the list below it → its id, in any order of the document."""
    ids = {"a1": ["x", "y"], "b 2": []}
    paths = {
        "/users/{user_id}/notes/{note_id}": {
            "get": operation(parameter("user_id"), parameter("note_id"))
        },
        "/users/{user_id}/notes": {"get": operation(parameter("user_id"))},
        "/users/{user_id}": {"get": operation(parameter("user_id"))},
        "/users": {"get": operation()},
        "/search": {"get": operation(parameter("userId", "query"))},
    }  # fmt: skip
    api = Api(
        {
            "GET /users": lambda r: answer(200, {"total": 2, "data": [{"id": i} for i in ids]}),
            "GET /users/([^/]*)": lambda r, user: answer(200 if user in ids else 404, {"id": user}),
            "GET /users/([^/]*)/notes": lambda r, user: answer(200, [{"id": n} for n in ids[user]]),
            "GET /users/([^/]*)/notes/(.*)": lambda r, user, note: answer(
                200 if note in ids[user] else 404
            ),
            "GET /search": lambda r: answer(
                200 if parse_qs(urlsplit(r.url).query)["userId"][0] in ids else 422
            ),
        }
    )
    found = discover(document(paths), "http://h", api)
    assert [each.url.removeprefix("http://h") for each in found.requests] == [
        "/users/a1/notes/x", "/users/a1/notes", "/users/a1", "/users", "/search?userId=a1",
    ]  # fmt: skip
    assert found.skipped == ()
    assert found.requests[0].operation == "GET /users/{user_id}/notes/{note_id}"
    assert len(api.seen) == 5, "no call was made in vain"


@pytest.mark.parametrize(
    ("path", "items"),
    [
        ("/items/{id}", [{"id": 7, "owner_id": 9}]),
        ("/items/{item_id}", {"items": [{"id": 7, "name": "n"}]}),
        ("/items/{itemId}", {"results": [{"itemId": 7, "id": 1}]}),
        ("/items/{item}", {"data": [{"slug": 0, "id": 7}]}),
        ("/items/{slug}", [{"id": 1, "slug": 7}]),
        ("/items/{name}", [{"id": 1, "name": 7}]),
        ("/items/{pk}", [{"pk": 7}]),
        ("/items/{item_id}", [7, 8]),
        ("/items/name/{name}", [{"id": 1, "name": 7}]),
        ("/items/{item_uuid}/", [{"uuid": 7, "id": 1}]),
    ],
)
def test_names_of_parameters_and_properties_are_matched(path, items):
    """The property that a parameter means is found under the names that people give it."""
    api = Api(
        {
            "GET /items": lambda r: answer(200, items),
            "GET /items/(name/)?7/?": lambda r, _: answer(200),
        }
    )
    name = re.search(r"\{(\w+)\}", path)[1]
    paths = {"/items": {"get": operation()}, path: {"get": operation(parameter(name))}}
    found = discover(document(paths), "http://h", api)
    assert [each.url for each in found.requests][1:] == [
        f"http://h{path.replace(f'{{{name}}}', '7')}"
    ]
    assert len(api.seen) == 2


def test_an_id_of_another_kind_is_not_taken():
    """`{order_id}` is not filled with the id of a user, and the reason is told."""
    paths = {
        "/users": {"get": operation()},
        "/orders": {"get": operation()},
        "/orders/{order_id}": {"get": operation(parameter("order_id"))},
        "/parts/{part_id}": {"get": operation(parameter("part_id", schema={"type": "integer"}))},
    }
    api = Api(
        {
            "GET /users": lambda r: answer(200, [{"id": 5}]),
            "GET /orders": lambda r: answer(200, {"items": []}),
        }
    )
    found = discover(document(paths), "http://h", api)
    assert dict(found.skipped) == {
        "GET /orders/{order_id}": "no value is known for {order_id}: GET /orders has no items",
        "GET /parts/{part_id}": "no value is known for {part_id}: no answer has one",
    }
    assert not any("/5" in url for url in api.urls())


def test_examples_defaults_and_enums_are_used_and_links_come_first():
    """Each of the document's own ways to say a value is followed; optional ones are left out."""
    linked = {
        "links": {
            "next": {"operationId": "one", "parameters": {"id": "$response.body#/made/0/key"}}
        }
    }
    paths = {
        "/first": {"get": {"responses": {"2XX": {"description": "", **linked}}}},
        "/one/{id}": {"get": operation(parameter("id"), operationId="one")},
        "/kind/{kind}": {"get": operation(parameter("kind", schema={"enum": ["x", "good"]}))},
        "/q": {
            "parameters": [parameter("page", "query", {"default": 3})],
            "get": operation(
                parameter("a", "query", example="e x"),
                parameter("b", "query", {"type": "string", "format": "date"}),
                parameter(
                    "c", "query", {"type": "array", "items": {"type": "integer"}, "minItems": 2}
                ),
                parameter("d", "query", {"type": "integer", "exclusiveMinimum": 4}),
                {"name": "optional", "in": "query", "schema": {"type": "string"}},
                parameter("X-Trace", "header", {"type": "string", "format": "uuid"}),
                parameter("sid", "cookie", {"const": "s1"}),
            ),
        },
    }  # fmt: skip
    api = Api(
        {
            "GET /first": lambda r: answer(201, {"made": [{"key": "k1"}]}),
            "GET /one/k1": lambda r: answer(200),
            "GET /kind/good": lambda r: answer(200),
            "GET /q": lambda r: answer(200),
        }
    )
    found = discover(document(paths), "http://h", api)
    assert [each.url.removeprefix("http://h") for each in found.requests] == [
        "/first", "/one/k1", "/kind/good", "/q?page=3&a=e%20x&b=2026-01-15&c=1&c=1&d=5",
    ]  # fmt: skip
    assert found.requests[3].headers == (
        ("X-Trace", "00000000-0000-4000-8000-000000000000"),
        ("Cookie", "sid=s1"),
    )


def test_what_may_change_data_waits_to_be_asked_for():
    """Only GET and HEAD are called; the others are listed with the reason."""
    paths = {
        "/a": {each: operation() for each in ("get", "head", "post", "put", "patch", "delete")},
        "/auth/logout": {"get": operation()},
    }
    api = Api({f"{each} /.*": lambda r: answer(200) for each in ("GET", "HEAD", "POST", "DELETE")})
    found = discover(document(paths), "http://h", api)
    assert [each.method for each in found.requests] == ["GET", "HEAD"]
    assert {each.method for each in api.seen} == {"GET", "HEAD"}
    reasons = dict(found.skipped)
    assert "only when that is asked for" in reasons["POST /a"]
    assert "deletes what it names" in reasons["DELETE /a"]
    assert "ends the session" in reasons["GET /auth/logout"]


def test_on_request_things_are_created_read_and_what_cannot_be_repeated_is_named():
    """With `unsafe`, what a POST creates is read afterwards; a POST that works once is listed."""
    stored: list[dict] = []
    names: set[str] = set()
    body = {
        "type": "object",
        "required": ["title", "kind", "count"],
        "properties": {
            "title": {"type": "string", "minLength": 3},
            "kind": {"$ref": "#/components/schemas/Kind"},
            "count": {"anyOf": [{"type": "null"}, {"type": "integer", "minimum": 2}]},
            "id": {"type": "integer", "readOnly": True},
        },
    }

    def create(request: Request) -> Answer:
        stored.append(json.loads(request.body or b"") | {"id": len(stored) + 1})
        return answer(201, stored[-1])

    def once(request: Request) -> Answer:
        name = (request.body or b"").decode()
        if name in names:
            return answer(409)
        names.add(name)
        return answer(201)

    required = {"required": True, "content": {"application/json": {"schema": body}}}
    form = {
        "application/x-www-form-urlencoded": {
            "schema": {"required": ["n"], "properties": {"n": {"example": "a b"}}}
        }
    }
    paths = {
        "/things/{thing_id}": {
            "get": operation(parameter("thing_id", schema={"type": "integer"})),
            "patch": operation(parameter("thing_id"), requestBody=required),
            "delete": operation(parameter("thing_id")),
        },
        "/things": {"get": operation(), "post": operation(requestBody=required)},
        "/names": {"post": operation(requestBody={"required": True, "content": form})},
    }  # fmt: skip
    api = Api(
        {
            "GET /things": lambda r: answer(200, stored),
            "POST /things": create,
            "POST /names": once,
            "GET /things/(.*)": lambda r, i: answer(200 if int(i) <= len(stored) else 404),
            "PATCH /things/(.*)": lambda r, i: answer(200),
        }
    )
    components = {"schemas": {"Kind": {"enum": ["small", "large"]}}}
    found = discover(document(paths, components=components), "http://h", api, unsafe=True)
    assert [f"{each.method} {each.url}" for each in found.requests] == [
        "GET http://h/things/1",
        "PATCH http://h/things/1",
        "GET http://h/things",
        "POST http://h/things",
    ]
    assert stored[0] == {"title": "aaa", "kind": "small", "count": 2, "id": 1}
    assert (
        "POST /names",
        "it answers 201, and 409 when it is sent again: time it in a scenario",
    ) in found.skipped
    assert names == {"n=a+b"}
    assert not any(each.method == "DELETE" for each in api.seen)


SCHEMES = {
    "securitySchemes": {
        "bearer": {"type": "oauth2", "flows": {}},
        "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
        "basic": {"type": "http", "scheme": "basic"},
    }
}


@pytest.mark.parametrize(
    ("scheme", "wants"),
    [
        ("bearer", "bearer: give -H 'Authorization: Bearer $TOKEN'"),
        ("key", "key: give -H 'X-Key: …'"),
        ("basic", "basic: give -u 'name:$PASSWORD'"),
        ("gone", "gone, which the document does not explain"),
    ],
)
def test_what_wants_a_login_says_which(scheme, wants):
    """A 401 names the scheme and the option; with the header given, the operation is called."""
    paths = {"/me": {"get": operation(security=[{scheme: []}])}}
    api = Api({"GET /me": lambda r: answer(200 if r.headers or r.user else 401)})
    spec = document(paths, components=SCHEMES)
    assert discover(spec, "http://h", api).skipped == (
        ("GET /me", f"it answers 401: it wants {wants}"),
    )
    given = discover(spec, "http://h", api, headers=[("Authorization", "Bearer x")])
    assert given.requests[0].headers == (("Authorization", "Bearer x"),)


@pytest.mark.parametrize(
    ("base", "servers", "routes", "url"),
    [
        ("http://h", [{"url": "/api/v1"}], "/api/v1", "http://h/api/v1/a"),
        ("http://h/", [{"url": "https://example.com/api/v1/"}], "/api/v1", "http://h/api/v1/a"),
        (
            "http://h",
            [{"url": "/{v}", "variables": {"v": {"default": "v2"}}}],
            "/v2",
            "http://h/v2/a",
        ),
        ("http://h", [{"url": "/proxy"}], "", "http://h/a"),
        ("http://h/mine", [{"url": "/api/v1"}], "/mine", "http://h/mine/a"),
        ("http://h", [], "", "http://h/a"),
        ("http://h", [{"url": "https://[bad"}], "", "http://h/a"),
    ],
)
def test_the_path_of_the_server_is_put_first_where_the_app_wants_it(base, servers, routes, url):
    """A prefix that only a proxy adds is found out and left away."""
    api = Api({f"GET {routes}/a": lambda r: answer(200)})
    found = discover(document({"/a": {"get": operation()}}, servers=servers), base, api)
    assert [each.url for each in found.requests] == [url]


@pytest.mark.parametrize(
    ("paths", "reason"),
    [
        ({"/a": {"get": None}}, "it is nothing"),
        ({"/a": 5}, "there is int where an object has to be"),
        ({"/a": {"$ref": "#/nowhere"}}, "the reference #/nowhere leads nowhere"),
        ({"/a": {"get": operation(), "parameters": {}}}, None),
        ({"/a": {"get": operation(), "parameters": {"x": 1}}}, "parameters is dict, not a list"),
        ({"/a": {"get": {"parameters": [{"in": "query"}]}}}, "a parameter has no name or no place"),
        ({"/a": {"get": {"parameters": [{"$ref": "#/components/schemas/Loop"}]}}}, "in a circle"),
        ({"/a/{x}": {"get": operation()}}, "its path has {x} and no such parameter"),
        ({"/a": {"get": operation(parameter("q", "query", {"$ref": "x.json"}))}}, "out of the doc"),
        ({"/a": {"get": operation(parameter("q", "query", {"$ref": "#/components/schemas/Deep"}))}},
         "no value for the parameter q: its schema has no end"),
        ({"/a": {"get": operation(schema={"$ref": "#/nowhere"})}}, "leads nowhere"),
        ({"/a": {"get": operation(schema={"type": "odd"})}}, "the schema of its answer is wrong"),
    ],
)  # fmt: skip
def test_a_fault_in_one_operation_is_its_own(paths, reason):
    """A malformed operation is listed with the reason; the others are called all the same."""
    loop = {"$ref": "#/components/schemas/Loop"}
    deep = {
        "type": "object",
        "required": ["d"],
        "properties": {"d": {"$ref": "#/components/schemas/Deep"}},
    }
    spec = document(
        paths | {"/fine": {"get": operation()}},
        components={"schemas": {"Loop": loop, "Deep": deep}},
    )
    api = Api({"GET .*": lambda r: answer(200)})
    found = discover(spec, "http://h", api)
    assert found.requests[-1].url == "http://h/fine"
    if reason is None:
        assert found.skipped == ()
    else:
        assert len(found.skipped) == 1
        assert reason in found.skipped[0][1]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "neither JSON nor YAML" ),
        (b"\xff\xfe", "is not UTF-8"),
        (b'{"openapi": ', "is not JSON: Expecting value"),
        (b"<html>", "this is no OpenAPI document"),
        (b"[]", "this is no OpenAPI document: a list"),
        (b"[" * 100_000, "nested too deeply"),
        (b"a: [", "neither JSON nor YAML"),
        (b'{"swagger": "2.0"}', "this is Swagger 2.0"),
        (b'{"openapi": 3.1}', "openapi is 3.1"),
        (b'{"openapi": "3.0.0"}', "has no paths"),
        (b'{"openapi": "3.1.0", "paths": []}', "has no paths"),
    ],
)  # fmt: skip
def test_what_is_no_document_ends_in_one_line(content, says):
    """Anything else than OpenAPI 3 is refused in one line that names where it was read."""
    with pytest.raises(AgentpackError, match=re.escape(says)) as caught:
        parse(content or b"\0", "http://h/openapi.json")
    assert str(caught.value).startswith("http://h/openapi.json")
    assert "\n" not in str(caught.value)


def test_a_document_in_yaml_is_read():
    """YAML with dates and numbers for statuses is the same document."""
    text = b"""
openapi: 3.0.3
paths:
  /a:
    get:
      parameters:
        - {name: day, in: query, required: true, example: 2026-01-02}
      responses:
        200: {description: ok}
"""
    found = discover(parse(text, "x"), "http://h", Api({"GET /a": lambda r: answer(200)}))
    assert [(each.url, each.expect.statuses) for each in found.requests] == [
        ("http://h/a?day=2026-01-02", (200,))
    ]


@pytest.mark.parametrize(
    ("given_", "reason"),
    [
        (answer(307, location="/b"), "it answers 307, to /b"),
        (answer(500, "oh"), 'it answers 500: "oh"'),
        (answer(403), "it answers 403: null"),
        (Answer(Sample(0, "no end within 10 s")), "no end within 10 s"),
        (Answer(Sample(200, "the body is larger than 64 MiB")), "the body is larger than 64 MiB"),
        (Answer(Sample(200), (("content-encoding", "gzip"),), b"no"), None),
    ],
)
def test_each_answer_that_is_no_success_has_its_reason(given_, reason):
    """Redirects, errors and broken answers are told apart."""
    found = discover(
        document({"/a": {"get": operation()}}), "http://h", Api({"GET /a": lambda r: given_})
    )
    assert [why for _, why in found.skipped] == ([] if reason is None else [reason])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(["#/a", "x", "get", "string"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from([
            "$ref", "schema", "type", "in", "name", "enum", "properties", "items", "allOf", "anyOf",
            "content", "application/json", "200", "required", "minimum", "pattern", "get",
            "examples", "links", "operationId", "parameters", "minItems", "url", "variables",
        ]),
        inner, max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


@given(JSON, JSON, JSON)
@settings(max_examples=300, deadline=None)
def test_no_document_breaks_discovery(one, two, three):
    """Whatever stands in a document, each of its operations is found or has a reason."""
    paths = {
        "/a": {"get": {"parameters": [one], "responses": two}},
        "/b/{name}": {
            "post": {"requestBody": three, "parameters": [parameter("name", schema=one)]}
        },
        "/c": one,
        "/d": {"get": two, "parameters": three},
    }  # fmt: skip
    spec = document(paths, components=three, servers=one, security=two)
    routes = {f"{method} .*": lambda r, *_: answer(200, two) for method in ("GET", "POST")}
    found = discover(spec, "http://h", Api(routes), unsafe=True)
    assert all(reason for _, reason in found.skipped)


def test_every_operation_of_a_real_app_is_called(tmp_path):
    """Of sre-triage all that is safe answers as declared, once there is an incident."""
    app = App(
        "sre_triage.app:app", None, TRIAGE, {"DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path}/t.db"}
    )
    with serving(app) as server, Session() as session:
        url = server.base_url
        spec = parse(session.send(Request("GET", f"{url}/openapi.json")).body, url)
        first = discover(spec, url, session.send)
        assert [each.operation for each in first.requests] == [
            "GET /health/live",
            "GET /health/ready",
            "GET /incidents",
        ]
        assert len(first.skipped) == 8
        found = discover(spec, url, session.send, unsafe=True)
        assert found.skipped == ()
        assert [each.operation for each in found.requests] == [
            "GET /health/live",
            "GET /health/ready",
            "GET /incidents",
            "POST /incidents",
            "GET /incidents/{incident_id}",
            "PATCH /incidents/{incident_id}",
            "POST /incidents/{incident_id}/triage",
            "GET /incidents/{incident_id}/timeline",
            "GET /incidents/{incident_id}/logs",
            "POST /incidents/{incident_id}/logs",
            "GET /incidents/{incident_id}/logs/{log_id}",
        ]
        for request in found.requests:
            given_ = session.send(request)
            assert check(request, given_.sample.status, given_.headers, given_.body) is None
        assert found.requests[3].expect.statuses == (201,)
        assert check(found.requests[4], 200, (), b'{"id": 1}') is not None
