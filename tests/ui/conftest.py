"""The shop the pages are tested with: canned answers for what must be exact, the real clerk for the whole way."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from assistant.clerk import Clerk
from assistant.database import open_database
from tests.assistant.shop import PRODUCTS as CAMP
from tests.toys import write_jsonl
from tests.ui import toy_clerk
from tests.ui.toy_clerk import ToyClerk
from tests.ui.visitor import CHROMIUM, FLAGS, Visitor
from ui.serve import address, listen

DEMO_STORE = Path(__file__).parents[2] / "demo_store"
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
def clerk(request: pytest.FixtureRequest, shop_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The toy clerk; the real one, over the same products, where a test asks for "real"; and over a larger shop, with
    policies and orders, where it asks for "camp".
    """
    which = getattr(request, "param", "toy")
    if which == "toy":
        engine = open_database(shop_folder.parent)
        yield _toy(engine, shop_folder, monkeypatch)
        engine.dispose()
        return
    from assistant.clerk import open_clerk
    from assistant.generators import ScriptedGenerator
    from assistant.settings import Settings
    from retrieval.encoder import HashEncoder
    from retrieval.index import build_index

    data = shop_folder.parent / "data"
    products = CAMP if which == "camp" else toy_clerk.PRODUCTS
    feed = write_jsonl(shop_folder.parent / "feed.jsonl", products)
    build_index([feed], data, HashEncoder())
    settings = Settings(
        shop_name="Larkspur Outfitters", data_dir=data, images_dir=shop_folder, examples=ToyClerk().examples
    )
    if which == "camp":
        paths = {"policies": DEMO_STORE / "policies.md", "orders": str(DEMO_STORE / "orders.csv")}
        settings = settings.model_copy(update=paths)
    with open_clerk(settings, encoder=HashEncoder(), generator=ScriptedGenerator()) as opened:
        yield opened


def _toy(engine: Engine, shop_folder: Path, monkeypatch: pytest.MonkeyPatch) -> ToyClerk:
    for module in ("ui.shopper", "ui.app"):
        monkeypatch.setattr(f"{module}.answer", toy_clerk.answer)
    monkeypatch.setattr("ui.shopper.remove_constraint", toy_clerk.remove_constraint)
    monkeypatch.setattr("ui.shopper.set_variety", toy_clerk.set_variety)
    monkeypatch.setattr("ui.app.as_json", toy_clerk.as_json)
    opened = ToyClerk(engine=engine)
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


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    if not Path(CHROMIUM).is_file():
        missing = f"no Chromium at {CHROMIUM}: install the package `chromium`, or name one in STORECLERK_CHROMIUM"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def shop(clerk: ToyClerk) -> Iterator[str]:
    """The address of a shop that is open."""
    import uvicorn

    from ui.app import create_app

    open_for_business, servers = threading.Event(), []

    class Announcing(uvicorn.Server):
        async def startup(self, sockets: Any = None) -> None:
            await super().startup(sockets)
            open_for_business.set()

    async def serve() -> None:
        app = create_app(cast(Clerk, clerk))
        config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1, ws="none")
        servers.append(Announcing(config))
        await servers[0].serve(sockets=[listener])

    with listen("127.0.0.1", 0) as listener:
        thread = threading.Thread(target=lambda: asyncio.run(serve()))
        thread.start()
        assert open_for_business.wait(60)
        yield address(listener)
        servers[0].should_exit = True
        thread.join(20)
        assert not thread.is_alive()


@pytest.fixture
def visitor(chromium: Any, shop: str) -> Iterator[Visitor]:
    one = Visitor(chromium, shop)
    yield one
    one.context.close()
