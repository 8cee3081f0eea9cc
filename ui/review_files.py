"""Files of the review desk, for admins: exports as downloads, and judgements made elsewhere taken in."""

from __future__ import annotations

import logging
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path, PurePath
from typing import Annotated, Any

from fastapi import FastAPI, File, Form, HTTPException, Request, UploadFile
from fastapi.responses import FileResponse, Response
from starlette.background import BackgroundTask

from assistant.clerk import Clerk
from assistant.errors import ReviewError
from assistant.review_exports import What, export
from assistant.review_history import made, stale
from assistant.review_imports import NEEDED, OPTIONAL, Imported, import_judgements
from assistant.reviews import Reviews
from retrieval.errors import StorageFull
from ui.desks import render, signed_in

log = logging.getLogger(__name__)

KINDS: dict[What, tuple[str, str]] = {
    "generator": ("for training the generator: good texts, and corrections", ".jsonl"),
    "preference": ("for preference training: which of two texts is better", ".jsonl"),
    "checker": ("for the checker: labelled sentences with their facts", ".jsonl"),
    "regression": ("cases that a test suite can run", ".jsonl"),
    "argilla": ("records for Argilla", ".json"),
    "labelstudio": ("tasks for Label Studio, with its labelling interface", ".zip"),
}
"""Kind -> what it is for, what its file ends in."""

PAST = 20  # exports listed, the newest: what has changed since each is looked up
SHOWN = 50  # rejected rows on the page; all of them are in the download
_FORMATS = (".csv", ".json")


def add_files(app: FastAPI, clerk: Clerk) -> None:
    """Exports and imports."""
    _add_exports(app, clerk.reviews)
    _add_imports(app, clerk.reviews)


def _add_exports(app: FastAPI, reviews: Reviews) -> None:
    @app.get("/export")
    def exports(request: Request) -> Response:
        signed_in(request, "admin")
        newest = made(reviews.engine)[: -PAST - 1 : -1]
        past = [(each, stale(reviews.engine, each)) for each in newest]
        return render(request, "review_exports.html", kinds=KINDS, past=past)

    @app.post("/export")  # it is written down that it was made, so it is no GET
    def download(request: Request, what: Annotated[str, Form()] = "") -> Response:
        account = signed_in(request, "admin").name
        kind = next((each for each in KINDS if each == what), None)
        if kind is None:
            raise HTTPException(422, f"There is no export {what[:20]!r}: choose {', '.join(KINDS)}.")
        with _room("export"):
            folder = Path(tempfile.mkdtemp(prefix="storeclerk-export-"))
        try:
            with _room("export"):
                path = written(account, kind, folder)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        name = f"reviews-{kind}-{datetime.now():%Y%m%d-%H%M}{path.suffix}"
        tidy = BackgroundTask(shutil.rmtree, folder, ignore_errors=True)
        return FileResponse(path, filename=name, media_type="application/octet-stream", background=tidy)

    def written(account: str, kind: What, folder: Path) -> Path:
        """The file to hand out: the export, or that with what belongs to it."""
        ending = ".json" if kind == "labelstudio" else KINDS[kind][1]
        done = export(reviews.engine, account, kind, folder / f"{kind}{ending}")
        if done.beside is None:
            return done.path
        path = folder / f"{kind}.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
            for each in (done.path, done.beside):
                packed.write(each, each.name)
        return path


@contextmanager
def _room(what: str) -> Iterator[None]:
    """A full disk as one line; the folder it was in is ours and none of a visitor's business."""
    try:
        yield
    except (OSError, StorageFull) as error:
        log.error("the %s could not be written: %s", what, error)
        line = f"There is no room for the {what} on the machine that serves this page. Make some, and try again."
        raise HTTPException(507, line) from error


def _add_imports(app: FastAPI, reviews: Reviews) -> None:
    rejects: dict[str, bytes] = {}  # account -> what its last import put aside, as a file; at most 20 MB each

    def page(request: Request, *, status: int = 200, **told: Any) -> Response:
        values: dict[str, Any] = {"line": "", "done": None, "name": "", "shown": SHOWN}
        return render(request, "review_import.html", status=status, needed=NEEDED, optional=OPTIONAL, **(values | told))

    @app.get("/import")
    def ask(request: Request) -> Response:
        signed_in(request, "admin")
        return page(request)

    @app.post("/import")
    def take_in(request: Request, file: Annotated[UploadFile | str | None, File()] = None) -> Response:
        account = signed_in(request, "admin").name
        if file is None or isinstance(file, str) or not file.filename:
            return page(request, status=422, line="No file was chosen: choose a CSV or JSON file first.")
        name = PurePath(file.filename.replace("\\", "/")).name[-80:]
        ending = PurePath(name).suffix.lower()
        if ending not in _FORMATS:
            return page(request, status=422, line=f"{name} is neither .csv nor .json: save it as one of them.")
        with _room("import"), tempfile.TemporaryDirectory(prefix="storeclerk-import-") as folder:
            path = Path(folder) / f"upload{ending}"
            with path.open("wb") as out:
                shutil.copyfileobj(file.file, out)
            try:
                done: Imported = import_judgements(reviews, path)
            except ReviewError as error:
                # The file lies in a folder of ours for the moment; people know it by its own name.
                return page(request, status=422, line=str(error).replace(str(path), name))
            rejects[account] = done.rejects.read_bytes() if done.rejects else b""
        return page(request, done=done, name=name)

    @app.get("/import/rejects.jsonl")
    def put_aside(request: Request) -> Response:
        kept = rejects.get(signed_in(request, "admin").name)
        if not kept:
            raise HTTPException(404, "Nothing was put aside by your last import, or the shop was started again since.")
        headers = {"Content-Disposition": 'attachment; filename="rejects.jsonl"'}
        return Response(kept, media_type="application/jsonl", headers=headers)
