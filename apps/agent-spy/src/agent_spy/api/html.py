"""How pages are answered: their headers, their errors, and who may change something."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse
from fastapi.routing import APIRoute
from starlette.staticfiles import StaticFiles
from typing_extensions import override

from agent_spy.errors import UNAVAILABLE, ForbiddenError, NotFoundError
from agent_spy.page.templates import render

_HEADERS = {
    # Traces hold what strangers wrote. Nothing of it may run, load or send anything.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
        " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "private, no-cache",
}


def html(request: Request, name: str, *, status: int = 200, **values: Any) -> Response:
    """A template's text as an answer."""
    app_name = request.app.state.settings.app_name
    return HTMLResponse(render(name, app_name=app_name, **values), status, headers=_HEADERS)


def same_origin(request: Request) -> None:
    """Let pass only what one of this server's own pages asks for.

    A browser tells where a request comes from, and no page can make it lie.

    Raises:
        ForbiddenError: it comes from elsewhere, or does not say.
    """
    site = request.headers.get("sec-fetch-site")
    host = urlsplit(request.headers.get("origin", "")).netloc
    own = site == "same-origin" if site else host == request.headers.get("host")
    if not own:
        raise ForbiddenError("This can only be asked for by a page of this server")


class PageRoute(APIRoute):
    """A route whose errors are pages too."""

    @override
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await handle(request)
            except RequestValidationError as error:
                faults = [f"{fault['loc'][-1]}: {fault['msg']}" for fault in error.errors()]
                return _error(request, 422, "This address asks for something odd", faults)
            except NotFoundError as error:
                return _error(request, 404, "Not found", [str(error)])
            except ForbiddenError as error:
                return _error(request, 403, "Not allowed", [str(error)])
            except ValueError as error:
                return _error(request, 400, "This cannot be understood", [str(error)])
            except UNAVAILABLE:
                return _error(
                    request, 503, "The database does not answer", ["Try again in a moment."]
                )

        return answer


class Assets(StaticFiles):
    """Style and scripts; a browser asks whether its copies are still right."""

    def __init__(self) -> None:
        super().__init__(directory=str(files("agent_spy.page") / "static"))

    @override
    def file_response(self, *arguments: Any, **named: Any) -> Response:
        response = super().file_response(*arguments, **named)
        response.headers["Cache-Control"] = "no-cache"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


def _error(request: Request, status: int, title: str, lines: list[str]) -> Response:
    return html(request, "error.html", status=status, title=title, lines=lines, code=status)
