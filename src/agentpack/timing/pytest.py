"""Pytest plugin: a client that times what it sends, and budgets for tests.

It is there wherever agentpack is installed, and imports nothing until a test asks for it:

    @pytest.mark.budget(0.2)
    def test_list(timed_client):
        assert timed_client.get("/items").status == 200

The project's own application is served once for all tests. A test run can time another server
with `--timed-url`, and a project can say what to serve with the ini value `timed_app`, or by
fixtures of its own named `timed_app`, `timed_environment` or `timed_url`.
"""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterator, Mapping
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from agentpack.timing.app import App
    from agentpack.timing.client import TimedClient

_COUNT = 5
_HELP = "budget(seconds, n=5): the most that the median of n warm requests of one kind may take"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option and the ini values."""
    group = parser.getgroup("agentpack", "timed requests (agentpack)")
    group.addoption("--timed-url", metavar="URL", help="time this server, and start none")
    parser.addini("timed_app", "what timed_client serves, as module:attribute")
    parser.addini("timed_url", "the server that timed_client times; none is started")


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", _HELP)


@pytest.fixture(scope="session")
def timed_app(pytestconfig: pytest.Config) -> App | str | None:
    """What is served: `module:attribute`, an `App`, or `None` for what the project's facts say."""
    named: str = pytestconfig.getini("timed_app")
    return named or None


@pytest.fixture(scope="session")
def timed_environment() -> Mapping[str, str]:
    """What the application's environment has beyond ours, such as a database of its own."""
    return {}


@pytest.fixture(scope="session")
def timed_url(request: pytest.FixtureRequest, pytestconfig: pytest.Config) -> Iterator[str]:
    """Where the requests go: what was named, or the application, served for all tests."""
    named: str = pytestconfig.getoption("--timed-url") or pytestconfig.getini("timed_url")
    if named:
        yield named
        return
    # Imported here: most test runs time nothing.
    from agentpack.errors import AgentpackError  # noqa: PLC0415
    from agentpack.timing.app import App, app_of  # noqa: PLC0415
    from agentpack.timing.server import serving  # noqa: PLC0415

    app: App | str | None = request.getfixturevalue("timed_app")
    environment: Mapping[str, str] = request.getfixturevalue("timed_environment")
    root = pytestconfig.rootpath
    try:
        if isinstance(app, str):
            # The tests run in the project's own environment, so that is the server's too.
            app = App(app, None, root, python=(sys.executable,))
        with serving(app or app_of(root), environment=environment) as server:
            yield server.base_url
    except AgentpackError as error:
        pytest.fail(f"timed_client cannot serve the application: {error}", pytrace=False)


@pytest.fixture
def timed_client(timed_url: str) -> Iterator[TimedClient]:
    """A client for one test; what it sends is held against the test's budget."""
    from agentpack.timing.client import TimedClient  # noqa: PLC0415
    from agentpack.timing.curl import Session  # noqa: PLC0415

    with Session() as session:
        yield TimedClient(timed_url, session)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Hold a test that has passed against its budget, if it has one."""
    result = yield
    marker = item.get_closest_marker("budget")
    if marker is None:
        return result
    budget_s, count = _budget(*marker.args, **marker.kwargs)
    client: TimedClient | None = getattr(item, "funcargs", {}).get("timed_client")
    if client is None:
        pytest.fail("a test with a budget needs the fixture timed_client", pytrace=False)
    over = client.over(budget_s, count)
    if over:
        pytest.fail("over the budget:\n" + "\n".join(over), pytrace=False)
    return result


def _budget(*given: object, **named: object) -> tuple[float, int]:
    count = named.pop("n", _COUNT)
    seconds = given[0] if len(given) == 1 and not named else None
    if (
        not isinstance(seconds, (int, float))
        or not isinstance(count, int)
        or isinstance(seconds, bool)
        or isinstance(count, bool)
        or min(seconds, count) <= 0
    ):
        pytest.fail(f"the marker is not right; {_HELP}", pytrace=False)
    return float(seconds), count
