"""curl's command line to the request that it sends."""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Mapping, Sequence

from agentpack.errors import AgentpackError
from agentpack.lazy import lazy
from agentpack.timing.request import Request
from agentpack.timing.requests import table
from agentpack.timing.requests.body import Data
from agentpack.timing.requests.collected import Collected
from agentpack.timing.requests.words import words

_PIPED = lazy(r"base64 -d <<'END' \| (curl [^\n]+)\n([A-Za-z0-9+/=\n]*)\nEND\s*")
_CMD = lazy(r'\^"|\^\s*$')


def from_curl(line: str, *, environment: Mapping[str, str] | None = None) -> Request:
    """The request that a pasted `curl …` line sends.

    Quotes are read as bash reads them. `$NAME` comes from `environment`, by default our own.

    Raises:
        AgentpackError: it is no such line, or it asks for something that is not sent.
    """
    environment = os.environ if environment is None else environment
    stdin = None
    if piped := _PIPED.fullmatch(line.strip()):
        line, stdin = piped[1], _decoded(piped[2])
    if _CMD.search(line.partition("\n")[0]):
        raise AgentpackError(
            "the line is quoted for Windows' cmd.exe", mend="copy it as curl for bash"
        )
    given = words(line, environment)
    if given[:1] == ["$"]:
        del given[0]
    if not given or given[0].rpartition("/")[2] != "curl":
        raise AgentpackError("the line does not begin with curl", mend="paste: curl … URL")
    return _read(Collected(environment=None, data=Data(stdin)), given[1:])


def from_options(
    arguments: Sequence[str], *, environment: Mapping[str, str] | None = None
) -> Request:
    """The request that curl sends with these arguments, the URL among them.

    In a header's value and in `-u`, a word that is `$NAME` is read from `environment`, by
    default our own: so a token need not stand on the command line.

    Raises:
        AgentpackError: an option is unknown or not sent, or its value is wrong.
    """
    environment = os.environ if environment is None else environment
    return _read(Collected(environment=environment), list(arguments))


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=False)
    except binascii.Error:
        raise AgentpackError("the lines up to END are no base64") from None


def _read(given: Collected, arguments: list[str]) -> Request:
    while arguments:
        argument = arguments.pop(0)
        if argument.startswith("--"):
            _long(given, argument[2:], arguments)
        elif argument.startswith("-") and argument != "-":
            _short(given, argument[1:], arguments)
        else:
            given.urls.append(argument)
    return given.request()


def _long(given: Collected, name: str, arguments: list[str]) -> None:
    shown = f"--{name}"
    if name in table.MEANT or name in table.PASSED_WITH_VALUE:
        if not arguments:
            raise AgentpackError(f"{shown} needs a value")
        value = arguments.pop(0)
        if name in table.MEANT:
            given.take(name, value)
        return
    switch = name.removeprefix("no-")
    if switch in table.SWITCHES:
        (given.on.add if switch == name else given.on.discard)(switch)
    elif switch not in table.PASSED:
        raise _refused(name, shown)


def _short(given: Collected, bundle: str, arguments: list[str]) -> None:
    for place, letter in enumerate(bundle):
        name = table.SHORT.get(letter)
        if name is None:
            raise _refused("", f"-{letter}")
        if name in table.MEANT or name in table.PASSED_WITH_VALUE:
            # The rest of the bundle is the value: -XPOST, -sSd@file
            rest = bundle[place + 1 :]
            value = [rest] if rest else arguments[:1]
            if not rest:
                del arguments[:1]
            if not value:
                raise AgentpackError(f"-{letter} needs a value")
            if name in table.MEANT:
                given.take(name, value[0])
            return
        if name in table.SWITCHES:
            given.on.add(name)
        elif name not in table.PASSED and name != "no-buffer":
            raise _refused(name, f"-{letter}")


def _refused(name: str, shown: str) -> AgentpackError:
    reason = table.REFUSED.get(name)
    if reason:
        return AgentpackError(f"{shown} is not supported here", mend=reason)
    known = (table.MEANT, table.SWITCHES, table.PASSED, table.PASSED_WITH_VALUE)
    from difflib import get_close_matches  # noqa: PLC0415 - only a slip needs it

    close = get_close_matches(name, [each for some in known for each in some], n=1, cutoff=0.75)
    mend = f"did you mean --{close[0]}?" if close else "leave it out"
    return AgentpackError(f"{shown} is not supported here", mend=mend)
