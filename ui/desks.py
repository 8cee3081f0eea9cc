"""The shell that the desks stand in. A desk is a FastAPI app of its own, mounted at its address, that answers only
those who are signed in with its role. To write one:

    def agent_app(clerk: Clerk) -> FastAPI:
        app = desk_app(clerk, "agent")                  # nobody without that role gets past the door, at no address

        @app.get("/")                                   # answers at /agent and /agent/
        def start(request: Request, product: str = "") -> HTMLResponse:
            return render(request, "agent.html", product=product)

        @app.post("/tickets/{number}/take")             # form token and origin are checked before this runs
        def take(request: Request, number: str) -> Response:
            clerk.tickets.take(number, signed_in(request).name)
            return see(f"/agent/tickets/{number}")

A template extends base.html (blocks: title, main, scripts); each of its POST forms holds {{ token_field }}. A script
reads the token from <meta name="form-token"> and sends it as `x-form-token`. Scripts are files of ui/desk/,
{{ asset("agent.js") }} is their address. Errors raised by a handler (StoreclerkError, HTTPException) become a
page, or {"error": line} for a script. `signed_in(request, "admin")` asks for more than the door did.

What the desks have in common is here; who may sign in is `assistant.accounts`, signing in is `ui.signin`.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from sqlalchemy.exc import OperationalError
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.routing import Match, Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.accounts import Role, Signed
from assistant.clerk import Clerk
from assistant.errors import SessionError, TicketError
from assistant.wording import listed, money
from retrieval.errors import StoreclerkError, UnknownProduct
from ui.markup import seen

log = logging.getLogger(__name__)

DESKS: Sequence[tuple[str, Role, str]] = (
    ("/agent", "agent", "Support desk"),
    ("/review", "reviewer", "Review desk"),
)
"""Address, role and name, in the order of the top bar."""

COOKIE = "storeclerk_signin"
TOKEN_FIELD = "form_token"
TOKEN_HEADER = "x-form-token"

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' http: https: data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
"""No script or style stands in a page itself, so nothing that got into one can run. Pictures may live elsewhere."""

_AGAIN = "Go back to what you wrote, and send it again in a moment."
CALM = "Something went wrong on our side, and nothing was changed. Please try again."

_HERE = Path(__file__).parent
_ASSETS = {path.name: path for path in (_HERE / "desk").iterdir() if path.suffix in (".css", ".js")}
_ASSET_TYPES = {".css": "text/css", ".js": "text/javascript"}
_NEXT_MOST = 2_000  # characters; a longer address is a mistake or an attack
_NOT_FOUND = (SessionError, TicketError, UnknownProduct)


class Refusal(HTTPException):
    """403: signed in, but not with a role that this needs."""

    def __init__(self, signed: Signed, roles: Sequence[Role]) -> None:
        needed = listed([f'"{role}"' for role in roles], "or")
        line = f'This needs the role {needed}; you are signed in as {signed.name} with the role "{signed.role}".'
        super().__init__(403, f"{line} An admin can change it: storeclerk users role {signed.name} ROLE")


# -- a desk's app ----------------------------------------------------------------------------------------------


def desk_app(clerk: Clerk, *roles: Role) -> FastAPI:
    """An empty desk behind its door: every address of it needs a sign-in with one of these roles (an admin has all)."""
    from ui.door import Door

    app = _app(clerk)
    app.state.roles = roles
    app.add_middleware(Door, accounts=clerk.accounts, roles=roles)
    app.add_middleware(PageHeaders)
    return app


def open_app(clerk: Clerk) -> FastAPI:
    """The same without a door: for signing in."""
    app = _app(clerk)
    app.add_middleware(PageHeaders)
    return app


def _app(clerk: Clerk) -> FastAPI:
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.state.shop_name = clerk.settings.shop_name
    _add_errors(app)
    return app


class DeskMount(Mount):
    """A mount that answers at its own address too: /agent?product=t1, not only /agent/ and below."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["type"] == "http" and scope["path"] == scope.get("root_path", "") + self.path:
            path = scope["path"] + "/"
            match, child = super().matches({**scope, "path": path})
            return match, {**child, "path": path}
        return super().matches(scope)


def mount_desk(app: FastAPI, path: str, desk: FastAPI) -> None:
    """Puts a desk at its address. Raises TypeError for an app without a door."""
    if not getattr(desk.state, "roles", ()):
        raise TypeError(f"The app for {path} has no door: make it with desk_app(clerk, role).")
    app.router.routes.append(DeskMount(path, desk))


class PageHeaders:
    """ASGI middleware: whatever such an app answers is for whom it answers, kept nowhere, and runs nothing foreign."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(page_headers())
            await send(message)

        await self.app(scope, receive, send_with_headers)


def signed_in(request: Request, *roles: Role) -> Signed:
    """Who makes this request; one of the roles if any are named. Raises Refusal (403), and 401 outside a desk."""
    signed = signed_or_none(request)
    if signed is None:
        raise HTTPException(401, "Please sign in.")
    if roles and not signed.may(*roles):
        raise Refusal(signed, roles)
    return signed


def signed_or_none(request: Request) -> Signed | None:
    """Who makes this request, if the door let somebody in."""
    found: Signed | None = request.scope.get("storeclerk.signed")
    return found


def see(address: str) -> RedirectResponse:
    """After a POST: the page to look at (303, so that reloading it sends nothing again)."""
    return RedirectResponse(address, 303)


def local_path(path: str, otherwise: str = "/") -> str:
    """The path if it stays on this site; browsers read two slashes, backslashes and tabs as ways off it."""
    safe = path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()
    if not safe or len(path) > _NEXT_MOST:
        return otherwise
    parts = urlsplit(path)
    return otherwise if parts.scheme or parts.netloc else path


def here(request: Request) -> str:
    """The address of the page asked for, with its query, as a `next` to come back to."""
    path = request.scope["path"].rstrip("/") or "/"
    query = request.scope["query_string"].decode("latin-1")
    return quote(path) + (f"?{query}" if query else "")


def signin_address(next: str) -> str:
    """Where to sign in and come back from."""
    return f"/signin?next={quote(next, safe='')}"


# -- pages -----------------------------------------------------------------------------------------------------


def render(
    request: Request, template: str, /, *, signed: Signed | None = None, status: int = 200, **values: Any
) -> HTMLResponse:
    """A template of ui/templates as a page. `signed` is who the door let in, unless given; every value is escaped."""
    signed = signed or signed_or_none(request)
    path = request.scope["path"]
    given: dict[str, Any] = {
        "shop_name": request.app.state.shop_name,
        "signed": signed,
        "token_field": token_field(signed),
        "desks": [(address, title) for address, role, title in DESKS if signed and signed.may(role)],
        "at": next((address for address, *_ in DESKS if path == address or path.startswith(f"{address}/")), ""),
    }
    page = environment().get_template(template).render(given | values)
    return HTMLResponse(page, status, headers=page_headers())


def page_headers() -> dict[str, str]:
    """What each page of the desks and of signing in is sent with."""
    return {"Content-Security-Policy": CONTENT_POLICY, "Cache-Control": "no-store"}


def token_field(signed: Signed | None) -> Markup:
    """The hidden field that every POST form needs."""
    if signed is None:
        return Markup("")
    return Markup('<input type="hidden" name="{}" value="{}">').format(TOKEN_FIELD, signed.form_token)


@cache
def environment() -> Environment:
    """The templates; a value that was not handed in is an error, never an empty spot."""
    made = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=seen,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["asset"] = asset
    made.filters["money"] = money
    made.filters["time"] = _time
    return made


def _time(seconds: float) -> Markup:
    """Seconds since 1970 as 2026-11-27 10:42, by the shop's own clock."""
    at = datetime.fromtimestamp(seconds).astimezone()
    return Markup('<time datetime="{}">{}</time>').format(at.isoformat(timespec="seconds"), f"{at:%Y-%m-%d %H:%M}")


# -- files -----------------------------------------------------------------------------------------------------


@cache
def asset(name: str) -> str:
    """The address of a file of ui/desk/, with its version, so that a new one is fetched at once. Raises KeyError."""
    return f"/desk/{name}?v={hashlib.sha256(_ASSETS[name].read_bytes()).hexdigest()[:12]}"


def add_assets(app: FastAPI) -> None:
    """The desks' stylesheet and scripts; nothing else of the folder is served."""

    @app.get("/desk/{name}")
    def file(name: str) -> Response:
        found = _ASSETS.get(name)
        if found is None:
            return JSONResponse({"error": "There is no such file."}, 404)
        headers = {"Cache-Control": "public, max-age=3600"}
        return FileResponse(found, media_type=_ASSET_TYPES[found.suffix], headers=headers)


# -- errors ----------------------------------------------------------------------------------------------------


def error_response(request: Request, status: int, line: str, *, title: str = "", **values: Any) -> Response:
    """One line about what went wrong: {"error": line} for a script, a page for a person."""
    if wants_json(request):
        return JSONResponse({"error": line}, status, headers=page_headers())
    title = title or {403: "Not allowed", 404: "Not found"}.get(status, "That did not work")
    given: dict[str, Any] = {"title": title, "line": line, "again": "", **values}
    return render(request, "error.html", status=status, **given)


def wants_json(request: Request) -> bool:
    """Whether a script asks, which a page would be of no use to."""
    headers = request.headers
    accept = headers.get("accept", "")
    return (
        TOKEN_HEADER in headers
        or request.scope["path"].endswith(".json")
        or headers.get("sec-fetch-dest") == "empty"  # what fetch() sends
        or headers.get("content-type", "").startswith("application/json")
        or ("application/json" in accept and "text/html" not in accept)
    )


def _add_errors(app: FastAPI) -> None:
    @app.exception_handler(StoreclerkError)
    def foreseen(request: Request, error: StoreclerkError) -> Response:
        return error_response(request, 404 if isinstance(error, _NOT_FOUND) else 422, str(error))

    @app.exception_handler(OperationalError)
    def not_kept(request: Request, error: OperationalError) -> Response:
        # Another process holds the lock, or the disk is full: both pass, and the transaction left nothing behind.
        log.error("the conversations' database failed: %s", error)
        line = f"The shop's records cannot be written right now ({error.orig}), so nothing was saved. {_AGAIN}"
        return error_response(request, 503, line)

    @app.exception_handler(HTTPException)
    def refused(request: Request, error: HTTPException) -> Response:
        line = "There is nothing at this address." if error.detail == "Not Found" else error.detail
        again = signin_address(here(request)) if isinstance(error, Refusal) else ""
        return error_response(request, error.status_code, line, again=again)

    @app.exception_handler(RequestValidationError)
    def malformed(request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"][1:]) or "the form"
        return error_response(request, 422, f"{where}: {first['msg']}")

    @app.exception_handler(Exception)
    def unforeseen(request: Request, _: Exception) -> Response:
        return error_response(request, 500, CALM)
