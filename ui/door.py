"""The door of a desk: who may come in, and what is a form of ours. Stands before every address of a desk's app, those
that nobody thought of included, and reads no body before it knows who sends it.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from urllib.parse import urlsplit

from fastapi import Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant.accounts import Accounts, Role, Signed
from ui.desks import (
    COOKIE,
    TOKEN_FIELD,
    TOKEN_HEADER,
    Refusal,
    error_response,
    here,
    see,
    signin_address,
    wants_json,
)
from ui.guard import replay, whole_body

FOREIGN = "This request came from another site, so nothing was done. Please use the pages of the desk itself."
STALE = (
    "This page is of an earlier sign-in, so nothing was done. "
    "Copy what you wrote, load the page again, and send it once more."
)
ENDED = (
    "You are not signed in (any more), so nothing was saved. "
    "Go back to your page and copy what you wrote before you sign in."
)

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Door:
    """ASGI middleware around a desk."""

    def __init__(self, app: ASGIApp, *, accounts: Accounts, roles: Sequence[Role]) -> None:
        self.app, self.accounts, self.roles = app, accounts, roles

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close"})  # no desk has one
            return
        request = Request(scope, receive)
        scope.pop("storeclerk.signed", None)
        signed = await run_in_threadpool(self.accounts.who, request.cookies.get(COOKIE, ""))
        refusal = _not_in(request, signed, self.roles)
        if refusal is None and request.method not in _SAFE:
            try:
                body = await whole_body(receive)
            except HTTPException as error:
                refusal = error_response(request, error.status_code, error.detail)
            else:
                receive = replay(body, receive)
                refusal = await _not_ours(Request(scope, replay(body, receive)), signed)
        await (refusal or self.app)(scope, receive, send)


def from_elsewhere(request: Request) -> bool:
    """Whether another site's page sent this. Browsers say so in Sec-Fetch-Site, which no page can change; old ones, and
    all over plain http, in Origin. Neither is there only where no browser asks (so does Go's CrossOriginProtection).
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = request.headers.get("origin")
    if origin is None:
        return False
    try:
        # Hosts alone: behind a proxy that speaks https for us, this process sees http.
        return urlsplit(origin).netloc.lower() != request.headers.get("host", "").lower()
    except ValueError:  # "http://[": no address at all
        return True


def _not_in(request: Request, signed: Signed | None, roles: Sequence[Role]) -> Response | None:
    """What is answered to those who may not come in; None for those who may."""
    if signed is None:
        if wants_json(request):
            return error_response(request, 401, "Please sign in at /signin.")
        if request.method not in ("GET", "HEAD"):
            return error_response(request, 401, ENDED, title="Not signed in", again="/signin")
        return see(signin_address(here(request)))
    request.scope["storeclerk.signed"] = signed
    if not signed.may(*roles):
        refused = Refusal(signed, roles)
        return error_response(request, 403, refused.detail, again=signin_address(here(request)))
    return None


async def _not_ours(request: Request, signed: Signed | None) -> Response | None:
    """What is answered to a POST that none of our pages sent; None for one of ours."""
    if from_elsewhere(request):
        return error_response(request, 403, FOREIGN)
    sent: str | UploadFile | None = request.headers.get(TOKEN_HEADER)
    if sent is None and "form" in request.headers.get("content-type", ""):
        try:
            async with request.form() as form:
                sent = form.get(TOKEN_FIELD)
        except HTTPException as error:
            return error_response(request, error.status_code, error.detail)
    known = signed.form_token if signed else ""
    ours = isinstance(sent, str) and bool(known) and secrets.compare_digest(sent.encode(), known.encode())
    return None if ours else error_response(request, 403, STALE)
