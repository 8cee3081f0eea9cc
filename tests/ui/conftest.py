"""The shop the pages are tested with. To run the same tests over the real clerk, change `_open`."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from assistant.clerk import Clerk
from tests.ui import toy_clerk
from tests.ui.toy_clerk import ToyClerk

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><rect width="8" height="8" fill="green"/></svg>'


@pytest.fixture
def shop_folder(tmp_path: Path) -> Path:
    """A store's folder: one picture, and beside it things that are nobody's business."""
    shop = tmp_path / "shop"
    (shop / "images").mkdir(parents=True)
    (shop / "images" / "tent-green.svg").write_text(SVG)
    (shop / "products.csv").write_text("id,title\n")
    (tmp_path / "outside.svg").write_text(SVG)
    (shop / "images" / "link.svg").symlink_to(tmp_path / "outside.svg")
    return shop


@pytest.fixture
def clerk(shop_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ToyClerk]:
    yield _open(shop_folder, monkeypatch)


def _open(shop_folder: Path, monkeypatch: pytest.MonkeyPatch) -> ToyClerk:
    for module in ("ui.shopper", "ui.app"):
        monkeypatch.setattr(f"{module}.answer", toy_clerk.answer)
    monkeypatch.setattr("ui.shopper.remove_constraint", toy_clerk.remove_constraint)
    monkeypatch.setattr("ui.app.as_json", toy_clerk.as_json)
    opened = ToyClerk()
    opened.settings.images_dir = shop_folder
    return opened


@pytest.fixture
def app(clerk: ToyClerk) -> FastAPI:
    """Gradio makes locks while it is mounted, and outside a running loop a new loop for each, never closed."""
    from ui.app import create_app

    async def created() -> FastAPI:
        return create_app(cast(Clerk, clerk))

    return asyncio.run(created())


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, raise_server_exceptions=False) as opened:
        yield opened
