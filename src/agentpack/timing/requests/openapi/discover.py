"""Find out by calling which operations of an API can be called, and with what.

Operations without parameters in their path come first: what they answer has the values for the
others (list → id). Nothing that may change data is called unless asked for; what deletes is never
called, because it can be done but once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from agentpack.errors import AgentpackError
from agentpack.lazy import lazy
from agentpack.timing.request import Request
from agentpack.timing.requests.answer import Answered, Send
from agentpack.timing.requests.encoding import decoded
from agentpack.timing.requests.openapi import declared
from agentpack.timing.requests.openapi.attempts import Attempt, NothingKnownError, Source
from agentpack.timing.requests.openapi.document import (
    MalformedError,
    Operation,
    operations,
    prefix,
    require,
)
from agentpack.timing.requests.openapi.pool import Pool
from agentpack.timing.requests.openapi.values import UnknownValueError

SAFE = ("GET", "HEAD")
_ENDS = lazy(r"(?i)/(?:(?:log|sign)[-_]?(?:out|off)|shutdown|terminate)(?:/|$)")
_DELETES = lazy(r"(?i)(?:^|[/_-])(?:delete|remove|destroy|purge|clear|wipe|reset)(?:$|[/_-])")
_LIMIT = 200
_AGAIN = (400, 404, 409, 410, 422)
"""Statuses after which other values are tried."""


@dataclass(frozen=True, slots=True)
class Discovery:
    """What can be called, and what cannot."""

    requests: tuple[Request, ...]
    """One for each operation that answered with a 2xx, in the document's order."""
    skipped: tuple[tuple[str, str], ...]
    """The other operations, each with the reason."""


def discover(
    document: Mapping[str, Any],
    base_url: str,
    call: Send,
    *,
    unsafe: bool = False,
    headers: Sequence[tuple[str, str]] = (),
    user: str | None = None,
    insecure: bool = False,
    values: Mapping[str, str] | None = None,
) -> Discovery:
    """Call the operations of an OpenAPI document.

    Args:
        document: as `parse` gives it.
        base_url: where the API is. If it has a path, that is where the document's paths begin;
            if not, the path of the document's first server is put before them.
        call: sends one request.
        unsafe: call POST, PUT, PATCH and OPTIONS too.
        headers: sent with every request, such as `Authorization`.
        user: `name:password`, sent with every request.
        insecure: take any certificate.
        values: values for parameters by name, which come before all others.

    Raises:
        AgentpackError: the document is none that is understood here.
    """
    try:
        require(document)
    except MalformedError as error:
        raise AgentpackError(str(error)) from None
    source = Source(document, Pool(), headers, user, insecure, values or {})
    return _Run(document, base_url.rstrip("/"), call, source, unsafe=unsafe).all()


class _Run:
    def __init__(
        self,
        document: Mapping[str, Any],
        base_url: str,
        call: Send,
        source: Source,
        *,
        unsafe: bool,
    ) -> None:
        self.document, self.base_url, self.call, self.source = document, base_url, call, source
        self.methods = (*SAFE, "POST", "PUT", "PATCH", "OPTIONS") if unsafe else SAFE
        self.found: dict[str, Request] = {}
        self.reasons: dict[str, str] = {}
        self.empty: set[str] = set()
        self.tried: set[tuple[str, str, bytes | None]] = set()
        self.final: set[str] = set()

    def all(self) -> Discovery:
        every = list(operations(self.document))
        todo = [each for each in every if not self.refused(each)]
        self.dropped = self.without_prefix(todo)
        # What reads comes first, then what creates, and then again what found nothing to read.
        for methods in (SAFE, ("POST",), SAFE, ("PUT", "PATCH", "OPTIONS"), SAFE):
            self.rounds([each for each in todo if each.method in methods and not self.done(each)])
        for each in todo:
            if not self.done(each):
                self.go(each, made_up=True)
        names = [each.name for each in every]
        return Discovery(
            tuple(self.found[name] for name in names if name in self.found),
            tuple((name, self.reasons[name]) for name in names if name not in self.found),
        )

    def done(self, operation: Operation) -> bool:
        return operation.name in self.found or operation.name in self.final

    def refused(self, operation: Operation) -> bool:
        reason = operation.fault
        if reason is None and operation.method == "DELETE":
            reason = "it deletes what it names, so it works once: time it in a scenario"
        if reason is None and operation.method not in self.methods:
            reason = "it may change data: it is called only when that is asked for"
        if reason is None and operation.method not in SAFE and _DELETES.search(operation.path):
            reason = "by its name it deletes, so it works once: time it in a scenario"
        if reason is None and _ENDS.search(operation.path):
            reason = "by its name it ends the session or the server"
        if reason is not None:
            self.reasons[operation.name] = reason
        return reason is not None

    def without_prefix(self, todo: Sequence[Operation]) -> bool:
        """Whether the server's path has to be left out: it is added by a proxy before the app."""
        plain = [each for each in todo if each.method == "GET" and "{" not in each.path]
        plain = [each for each in plain if prefix(each)][:3]
        if not plain or urlsplit(self.base_url).path:
            return True
        for each in plain:
            status = self.call(Request("GET", self.base_url + prefix(each) + each.path)).sample
            if status.status != 404:  # noqa: PLR2004
                return False
        return any(
            self.call(Request("GET", self.base_url + each.path)).sample.status != 404  # noqa: PLR2004
            for each in plain
        )

    def rounds(self, todo: list[Operation]) -> None:
        """Call them, those with fewest parameters first, as long as one finds values for others."""
        todo = sorted(todo, key=lambda each: (each.path.count("{"), len(each.path)))
        while todo:
            left = [each for each in todo if not self.go(each, made_up=False)]
            if len(left) == len(todo):
                return
            todo = [each for each in left if not self.done(each)]

    def go(self, operation: Operation, *, made_up: bool) -> bool:
        """Call one operation; true if it could be called, once at least."""
        base = self.base_url + ("" if self.dropped else prefix(operation))
        reasons: list[str] = []
        try:
            for attempt in self.source.attempts(operation, base, made_up=made_up):
                key = (operation.name, attempt.request.url, attempt.request.body)
                if key in self.tried:
                    continue
                self.tried.add(key)
                answer = self.call(attempt.request)
                status = answer.sample.status
                if answer.sample.error is None and status // 100 == 2:  # noqa: PLR2004
                    return self.keep(operation, attempt, answer)
                reasons.append(self.reason(operation, attempt, answer))
                if status not in _AGAIN:
                    self.final.add(operation.name)
                    break
        except NothingKnownError as error:
            reasons.append(self.unknown(operation, str(error)))
        except (UnknownValueError, MalformedError) as error:
            self.final.add(operation.name)
            reasons.append(str(error))
        # What is said to a made-up value tells less than why there was none to take.
        known = self.reasons.get(operation.name, "").startswith("no value is known")
        if reasons and not (known and made_up):
            # That of the likeliest values.
            others = f" (and {len(reasons) - 1} others)" if reasons[1:] else ""
            self.reasons[operation.name] = reasons[0] + others
        return False

    def keep(self, operation: Operation, attempt: Attempt, answer: Answered) -> bool:
        status = answer.sample.status
        if operation.method not in SAFE:
            again = self.call(attempt.request).sample
            if again.error is not None or again.status != status:
                self.reasons[operation.name] = (
                    f"it answers {status}, and {again.status or again.error} when it is sent"
                    " again: time it in a scenario"
                )
                self.final.add(operation.name)
                self.learn(operation, attempt, answer)
                return True
        expect = declared.expectation(self.document, operation, status)
        self.found[operation.name] = replace(attempt.request, expect=expect)
        self.learn(operation, attempt, answer)
        return True

    def learn(self, operation: Operation, attempt: Attempt, answer: Answered) -> None:
        pool = self.source.pool
        for before, name, value in attempt.used:
            pool.worked(before, name, value)
        try:
            body = decoded(answer.headers, answer.body)
        except ValueError:
            return
        value = pool.learn(operation.path, body)
        if value in ([], {}) or (isinstance(value, dict) and [] in value.values()):
            self.empty.add(operation.path.rstrip("/"))
        response = declared.response(self.document, operation, answer.sample.status)
        headers = {name.lower(): text for name, text in answer.headers}
        used = {name: given for _, name, given in attempt.used}
        for target, name, given in declared.links(self.document, response, value, headers, used):
            pool.link(target, name, given)

    def unknown(self, operation: Operation, name: str) -> str:
        before = operation.path.partition(f"{{{name}}}")[0].rstrip("/")
        why = (
            f"GET {before} has no items"
            if before in self.empty
            else "no answer has one"
        )  # fmt: skip
        return f"no value is known for {{{name}}}: {why}"

    def reason(self, operation: Operation, attempt: Attempt, answer: Answered) -> str:
        status = answer.sample.status
        if answer.sample.error is not None and status // 100 == 2:  # noqa: PLR2004
            return answer.sample.error
        if status == 0:
            return answer.sample.error or "no answer came"
        headers = {name.lower(): value for name, value in answer.headers}
        said = f"it answers {status}"
        if status // 100 == 3 and "location" in headers:  # noqa: PLR2004
            return f"{said}, to {headers['location']}"
        if status in (401, 403):
            wanted = declared.wants(self.document, operation)
            return f"{said}: it wants {wanted}" if wanted else said + _words(answer)
        values = ", ".join(f"{name}={value}" for _, name, value in attempt.used)
        if status == 404 and values:  # noqa: PLR2004
            return f"no value is right: it answers 404 for {values}"
        return f"{said}{f' for {values}' if values else ''}{_words(answer)}"


def _words(answer: Answered) -> str:
    try:
        text = decoded(answer.headers, answer.body)[:4000].decode(errors="replace")
    except ValueError:
        return ""
    said = " ".join(text.split())
    return f": {said[:_LIMIT]}{'…' if len(said) > _LIMIT else ''}" if said else ""
