"""What the options of one curl command say together, and the request they make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from agentpack.errors import AgentpackError
from agentpack.lazy import lazy
from agentpack.timing.request import Part, Request
from agentpack.timing.requests import table
from agentpack.timing.requests.body import Data, part, raw
from agentpack.timing.requests.given import FromEnvironment, expand, joined

FORM = "application/x-www-form-urlencoded"
_SCHEME = lazy(r"[A-Za-z][A-Za-z0-9+.-]*://")
_GLOB = lazy(r"[{}]|\[[^\]:]*\]")
_BLANK = lazy(r"[\x00-\x20\x7f]")
_TOKEN = lazy(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
REMOVABLE = ("accept", "user-agent", "host")
"""Headers that libcurl adds by itself; with an empty value they are not sent at all."""


@dataclass(slots=True)
class Collected:
    """The values of the options that were read so far.

    `environment` is where `$NAME` in a header comes from; `None` where a shell has been there.
    """

    environment: Mapping[str, str] | None
    data: Data = field(default_factory=Data)
    urls: list[str] = field(default_factory=list)
    queries: list[str] = field(default_factory=list)
    headers: list[tuple[str, str]] = field(default_factory=list)
    removed: set[str] = field(default_factory=set)
    parts: list[Part] = field(default_factory=list)
    cookies: list[str] = field(default_factory=list)
    on: set[str] = field(default_factory=set)
    once: dict[str, str] = field(default_factory=dict)

    def take(self, name: str, value: str) -> None:
        """Take an option that says something of the request.

        Raises:
            AgentpackError: its value is not of its form.
        """
        if name in table.DATA:
            if name == "json":
                self.on.add("json")
            self.data.add(name, value)
        elif name == "form":
            self.parts.append(part(value))
        else:
            take = {
                "header": self._header,
                "form-string": self._form_string,
                "cookie": self._cookie,
                "url": self.urls.append,
                "url-query": self._query,
            }.get(name)
            if take:
                take(value)
            else:
                self.once[name] = value

    def _form_string(self, value: str) -> None:
        key, equals, text = value.partition("=")
        if not equals:
            raise AgentpackError(f"--form-string {value!r} is not of the form name=value")
        self.parts.append(Part(key, value=text))

    def _cookie(self, value: str) -> None:
        if value and "=" not in value:
            raise AgentpackError(
                f"-b {value}: a file of cookies is not read", mend="give -b 'name=value'"
            )
        if value:
            self.cookies.append(value)

    def _header(self, value: str) -> None:
        if value.startswith("@"):
            raise AgentpackError(f"-H {value}: a file of headers is not read")
        colon = value.find(":")
        if colon < 0 and value.rstrip().endswith(";"):
            self.headers.append((value.rstrip().rstrip(";"), ""))
            return
        if isinstance(value, FromEnvironment):
            name, text = value.split_at(":")
        else:
            name, text = value[:colon].strip(), value[colon + 1 :].strip()
            if self.environment is not None:
                text = expand(text, self.environment)
        if colon < 0 or not _TOKEN.fullmatch(name) or "\n" in text or "\r" in text:
            raise AgentpackError(f"-H {value!r} is no header", mend="give -H 'Name: value'")
        if text:
            self.headers.append((name, text))
        else:
            self.removed.add(name.lower())

    def _query(self, value: str) -> None:
        data = Data()
        if value.startswith("+"):
            data.add("data-raw", value[1:])
        else:
            data.add("data-urlencode", value)
        self.queries.append((data.body or b"").decode("utf-8", "surrogateescape"))

    def request(self) -> Request:
        """What all of them together send.

        Raises:
            AgentpackError: they contradict each other, or there is not one URL.
        """
        body: bytes | None = self.data.body
        if self.parts and (body is not None or "upload-file" in self.once):
            raise AgentpackError("-F and -d (or -T) cannot be sent in one request")
        if "get" in self.on and body is not None:
            self.queries.append(body.decode("utf-8", "surrogateescape"))
            body = None
        url = self._url()
        if "upload-file" in self.once:
            upload = Data()
            upload.add("data-binary", "@" + self.once["upload-file"])
            body = upload.body
        if "head" in self.on and (body is not None or self.parts):
            raise AgentpackError("-I and a body cannot be sent in one request")
        self._implied(body)
        return Request(
            method=self._method(body),
            url=url,
            headers=tuple(self.headers),
            body=body,
            parts=tuple(self.parts),
            user=self._user(),
            follow="location" in self.on,
            insecure="insecure" in self.on,
        )

    def _method(self, body: bytes | None) -> str:
        method = self.once.get("request")
        if method is None:
            method = (
                "HEAD" if "head" in self.on
                else "PUT" if "upload-file" in self.once
                else "POST" if body is not None or self.parts
                else "GET"
            )  # fmt: skip
        if not _TOKEN.fullmatch(method):
            raise AgentpackError(f"-X {method!r} is no method")
        return method

    def _implied(self, body: bytes | None) -> None:
        """Add the headers that curl adds for other options, unless `-H` gave them."""
        if "oauth2-bearer" in self.once:
            self._add("Authorization", joined("", ["Bearer ", self._token("oauth2-bearer")]))
        if "user-agent" in self.once:
            self._add("User-Agent", self.once["user-agent"])
        if "referer" in self.once:
            self._add("Referer", self.once["referer"].partition(";auto")[0])
        if "range" in self.once:
            self._add("Range", f"bytes={self.once['range']}")
        if self.cookies:
            self._add("Cookie", joined(";", self.cookies))
        if "compressed" in self.on:
            # What the answer's schema can be checked in; curl may offer br and zstd besides.
            self._add("Accept-Encoding", "deflate, gzip")
        if "json" in self.on:
            self._add("Content-Type", "application/json")
            self._add("Accept", "application/json")
        elif body is not None and "upload-file" not in self.once:
            self._add("Content-Type", FORM)
        self.headers += [(name.title(), "") for name in REMOVABLE if name in self.removed]

    def _add(self, name: str, value: str) -> None:
        lower = name.lower()
        if lower not in self.removed and all(lower != given.lower() for given, _ in self.headers):
            self.headers.append((name, value))

    def _token(self, name: str) -> str:
        value = self.once[name]
        return value if self.environment is None else expand(value, self.environment)

    def _user(self) -> str | None:
        if "user" not in self.once:
            return None
        user = self.once["user"]
        if self.environment is not None and not isinstance(user, FromEnvironment):
            name, colon, password = user.partition(":")
            user = joined("", [name, colon, expand(password, self.environment)])
        if ":" not in user:
            raise AgentpackError("-u has no password", mend="give -u 'name:$PASSWORD'")
        return user

    def _url(self) -> str:
        if len(self.urls) != 1:
            what = "no URL" if not self.urls else f"{len(self.urls)} URLs: one at a time"
            raise AgentpackError(f"the command has {what}", mend="give: [options] URL")
        url = self.urls[0].strip()
        if "globoff" not in self.on and _GLOB.search(url):
            raise AgentpackError(
                f"{url}: curl makes several requests of {{…}} and […]",
                mend="add -g if the URL is meant as it stands",
            )
        if blank := _BLANK.search(url):
            raise AgentpackError(
                f"the URL {url!r} has a blank in it", mend=f"write %{ord(blank[0]):02X}"
            )
        scheme = _SCHEME.match(url)
        if not scheme:
            url = f"http://{url}"
        elif scheme[0].lower() not in ("http://", "https://"):
            raise AgentpackError(f"{url}: only http and https are timed")
        url = _ascii(url)
        if not self.queries:
            return url
        front, hash_mark, fragment = url.partition("#")
        mark = "" if front.endswith(("?", "&")) else "&" if "?" in front else "?"
        if front.count("/") == 2:  # noqa: PLR2004 - only those of the scheme: no path yet
            front += "/"
        return f"{front}{mark}{'&'.join(self.queries)}{hash_mark}{fragment}"


def _ascii(url: str) -> str:
    """`url` with what is not ASCII behind the host percent-encoded, as browsers send it."""
    start = url.index("://") + 3
    host = min((i for i in (url.find(mark, start) for mark in "/?#") if i >= 0), default=None)
    if host is None:
        return url
    return url[:host] + "".join(char if char.isascii() else quote(raw(char)) for char in url[host:])
