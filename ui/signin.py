"""Signing in and out: one form that works without scripts, one cookie."""

from __future__ import annotations

import math
from typing import Annotated

from fastapi import FastAPI, Form, Request
from fastapi.responses import Response

from assistant.accounts import PASSWORD_MOST, WHOLE_SECONDS, Role
from assistant.clerk import Clerk
from assistant.errors import SignInRefused
from ui.desks import (
    COOKIE,
    DESKS,
    DeskMount,
    desk_app,
    error_response,
    local_path,
    open_app,
    render,
    see,
)
from ui.door import FOREIGN, from_elsewhere


def add_signin(app: FastAPI, clerk: Clerk) -> None:
    """Mounts /signin and /signout."""
    app.router.routes.append(DeskMount("/signin", signin_app(clerk)))
    app.router.routes.append(DeskMount("/signout", signout_app(clerk)))


def signin_app(clerk: Clerk) -> FastAPI:
    """The form, and what becomes of it."""
    app = open_app(clerk)
    accounts = clerk.accounts

    def page(request: Request, next: str, name: str = "", line: str = "", status: int = 200) -> Response:
        signed = accounts.who(request.cookies.get(COOKIE, ""))
        values = {"next": local_path(next, ""), "name": name, "line": line, "anybody": accounts.any()}
        return render(request, "signin.html", signed=signed, status=status, longest=PASSWORD_MOST, **values)

    @app.get("/")
    def form(request: Request, next: str = "") -> Response:
        return page(request, next)

    @app.post("/")
    def sign_in(
        request: Request,
        name: Annotated[str, Form()] = "",
        password: Annotated[str, Form()] = "",
        next: Annotated[str, Form()] = "",
    ) -> Response:
        if from_elsewhere(request):  # or another site could sign a person in to an account of its own
            return error_response(request, 403, FOREIGN)
        if not name.strip() or not password:
            return page(request, next, name, "Please give a name and a password.", 422)
        try:
            made = accounts.signin(name, password, request.client.host if request.client else "")
        except SignInRefused as refused:
            response = page(request, next, name, str(refused), 429 if refused.wait else 401)
            if refused.wait:
                response.headers["Retry-After"] = str(math.ceil(refused.wait))
            return response
        accounts.signout(request.cookies.get(COOKIE, ""))  # the one before, if this browser had one
        response = see(local_path(next, first_desk(made.signed.role)))
        response.set_cookie(
            COOKIE,
            made.token,
            max_age=int(WHOLE_SECONDS),
            path="/",
            httponly=True,
            secure=request.url.scheme == "https",
            # Lax, not Strict: a link in an e-mail to /agent?product=... must find the agent signed in. No GET
            # changes anything, and every POST carries the form token and is checked for its origin.
            samesite="lax",
        )
        return response

    return app


def signout_app(clerk: Clerk) -> FastAPI:
    """Ends the sign-in on the server, and takes the cookie back."""
    app = desk_app(clerk, "agent", "reviewer")

    @app.post("/")
    def sign_out(request: Request) -> Response:
        clerk.accounts.signout(request.cookies.get(COOKIE, ""))
        response = see("/signin")
        response.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax")
        return response

    return app


def first_desk(role: Role) -> str:
    """Where a person with this role works."""
    return next((address for address, needed, _ in DESKS if role in (needed, "admin")), "/")
