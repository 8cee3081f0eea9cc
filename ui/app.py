"""The application: the shopper's page at /, the store's pictures, a small JSON API, and a health check.

    POST /api/session   {"shopper"?}                                  -> {"session"}
    POST /api/ask       {"session", "message", "variety"?}            -> what `storeclerk ask --json` prints
    POST /api/feedback  {"session", "answer_id", "product_id", "up"}  -> {"kept": true}
    GET  /api/session/ID/answers?after=ANSWER_ID                      -> what people of the shop said in it
    GET  /api/similar/ID?k=10                                         -> what `storeclerk similar --json` prints
    GET  /policies                                                    -> the shop's own pages
    /signin, /agent, /review                                          -> the desks (ui/desks.py)

Whatever goes wrong, the body is {"error": "one line fit for the shopper"}.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import gradio as gr
from fastapi import FastAPI, HTTPException, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, JSONResponse, Response
from pydantic import BaseModel, Field, Strict, StrictBool

from assistant.answer import answer, as_json
from assistant.clerk import Clerk
from assistant.console import similar_json
from assistant.errors import SessionError
from assistant.types import Done
from retrieval.errors import StoreclerkError, UnknownProduct
from retrieval.similar import similar_to
from ui.agent import agent_app
from ui.desks import add_assets, mount_desk
from ui.guard import Guard
from ui.markup import PICTURE_TYPES, PICTURES_PATH
from ui.policies import add_policies
from ui.review import review_app
from ui.shopper import ANSWERS_AT_ONCE, CALM, MESSAGE_LIMIT, shopper_page
from ui.signin import add_signin
from ui.theme import shop_theme, stylesheet

log = logging.getLogger(__name__)

_WAIT_SECONDS = 20.0  # an answer takes a few seconds; a longer queue is better refused than kept hanging
_ID = Field(min_length=1, max_length=200)


class NewSession(BaseModel):
    """Body of POST /api/session."""

    shopper: str = Field(default="", max_length=200)


class Ask(BaseModel):
    """Body of POST /api/ask."""

    session: str = _ID
    message: str = Field(min_length=1, max_length=MESSAGE_LIMIT)
    variety: Annotated[float, Strict()] | None = Field(default=None, ge=0, le=1)


class Feedback(BaseModel):
    """Body of POST /api/feedback."""

    session: str = _ID
    answer_id: str = _ID
    product_id: str = _ID
    up: StrictBool


def create_app(clerk: Clerk) -> FastAPI:
    """Everything a browser can reach, over one opened clerk."""
    app = FastAPI(title=clerk.settings.shop_name, docs_url=None, redoc_url=None, openapi_url=None)
    _add_errors(app)
    _add_api(app, clerk)
    _add_pictures(app, clerk.settings.images_dir)
    add_policies(app, clerk.policies, clerk.settings.shop_name)
    add_assets(app)
    add_signin(app, clerk)
    add_desks(app, clerk)
    gr.mount_gradio_app(
        app,
        shopper_page(clerk),
        path="/",
        theme=shop_theme(),
        css=stylesheet(),
        show_error=False,
        footer_links=[],
        run_history=False,
        ssr_mode=False,
        pwa=False,
        enable_monitoring=False,
        mcp_server=False,
        max_file_size=1,
    )
    app.add_middleware(Guard)
    return app


def add_desks(app: FastAPI, clerk: Clerk) -> None:
    """Mounts the pages of those who sign in, each its own app behind its own door."""
    mount_desk(app, "/agent", agent_app(clerk))
    mount_desk(app, "/review", review_app(clerk))


def _add_api(app: FastAPI, clerk: Clerk) -> None:
    turns = threading.BoundedSemaphore(ANSWERS_AT_ONCE)

    @app.get("/healthz")
    def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.post("/api/session")
    def session(body: NewSession) -> dict[str, str]:
        if body.shopper and body.shopper not in {each.id for each in clerk.shoppers}:
            raise HTTPException(422, "There is no such shopper; leave it out for a new visitor.")
        return {"session": clerk.sessions.start(body.shopper)}

    @app.get("/api/session/{session}/answers")
    def answers(session: str, after: str = Query("", max_length=200)) -> dict[str, Any]:
        if not clerk.sessions.exists(session):
            raise SessionError("This conversation has ended; please start a new one.")
        is_open = clerk.tickets.is_open(session)  # first: an answer may come with the ticket's end
        found = clerk.sessions.answers_of_people(session, after)
        said = [{"id": each.id, "ticket": each.ticket, "by": each.by, "reply": each.reply} for each in found]
        return {"answers": said, "open": is_open}

    @app.post("/api/ask")
    def ask(body: Ask) -> dict[str, Any]:
        with _turn(turns):
            *_, last = answer(clerk, body.session, body.message, variety=body.variety)
        if not isinstance(last, Done):
            raise HTTPException(500, CALM)
        return as_json(last.answer)

    @app.get("/api/similar/{product_id:path}")
    def similar(product_id: str, k: int = Query(10, ge=1, le=100)) -> dict[str, Any]:
        return similar_json(*similar_to(clerk.searcher.index, product_id, k))

    @app.post("/api/feedback")
    def feedback(body: Feedback) -> dict[str, bool]:
        clerk.feedback.thumb(body.session, body.answer_id, body.product_id, body.up)
        return {"kept": True}


@contextmanager
def _turn(turns: threading.BoundedSemaphore) -> Iterator[None]:
    if not turns.acquire(timeout=_WAIT_SECONDS):
        raise HTTPException(503, "Many shoppers are asking right now; please try again in a moment.")
    try:
        yield
    finally:
        turns.release()


def _add_errors(app: FastAPI) -> None:
    @app.exception_handler(StoreclerkError)
    def foreseen(_: Request, error: StoreclerkError) -> JSONResponse:
        return JSONResponse({"error": str(error)}, 404 if isinstance(error, SessionError | UnknownProduct) else 422)

    @app.exception_handler(HTTPException)
    def refused(_: Request, error: HTTPException) -> JSONResponse:
        return JSONResponse({"error": error.detail}, error.status_code)

    @app.exception_handler(RequestValidationError)
    def malformed(_: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"][1:]) or "the body"
        return JSONResponse({"error": f"{where}: {first['msg']}"}, 422)

    @app.exception_handler(Exception)
    def unforeseen(_: Request, error: Exception) -> JSONResponse:
        return JSONResponse({"error": CALM}, 500)


def _add_pictures(app: FastAPI, images_dir: Path | None) -> None:
    @app.get(PICTURES_PATH + "{path:path}")
    def picture(path: str) -> Response:
        found = find_picture(images_dir, path)
        if found is None:
            raise HTTPException(404, "There is no such picture.")
        headers = {"Cache-Control": "public, max-age=3600", "X-Content-Type-Options": "nosniff"}
        if found.suffix.lower() == ".svg":
            # A drawing is a document: opened on its own, it must not run or load anything.
            headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
        return FileResponse(found, media_type=PICTURE_TYPES[found.suffix.lower()], headers=headers)


def find_picture(images_dir: Path | None, path: str) -> Path | None:
    """The picture file, if it is one, and really lies inside the folder, links followed."""
    if images_dir is None or Path(path).suffix.lower() not in PICTURE_TYPES:
        return None
    root = images_dir.resolve()
    try:
        found = (root / path).resolve()
        inside = found.is_relative_to(root) and found.suffix.lower() in PICTURE_TYPES
        return found if inside and found.is_file() else None
    except (OSError, ValueError):  # a name the file system cannot hold, or one with a NUL
        return None
