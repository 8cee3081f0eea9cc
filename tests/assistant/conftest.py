"""A real clerk over the small shop: real index, real database, the fakes for encoder and generator."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.clerk import Clerk, open_clerk
from assistant.generators import ScriptedGenerator
from assistant.settings import Settings
from retrieval.encoder import HashEncoder
from retrieval.index import build_index
from tests.assistant.shop import PRODUCTS
from tests.toys import write_jsonl

POLICIES = """# Our policies

## Returns

### Return window

You can send goods back within 30 days.

## Shipping

We ship to all states for $5.
"""


@pytest.fixture(scope="session")
def shop_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small shop, indexed once."""
    folder = tmp_path_factory.mktemp("shop")
    feed = write_jsonl(folder / "feed.jsonl", PRODUCTS)
    build_index([feed], folder / "data", HashEncoder())
    (folder / "policies.md").write_text(POLICIES, encoding="utf-8")
    rows = ["shopper,time,event,product_id,rating", "ann,2026-01-01T10:00:00Z,buy,tent-2,"]
    rows += ["ann,2026-01-02T10:00:00Z,view,pack-45,", "bob,2026-01-03T10:00:00Z,view,no-such-product,"]
    (folder / "events.csv").write_text("\n".join(rows), encoding="utf-8")
    return folder


@pytest.fixture
def generator() -> ScriptedGenerator:
    return ScriptedGenerator()


@pytest.fixture(scope="module")
def talking_clerk(shop_data: Path) -> Iterator[Clerk]:
    """The shop opened once a module, for tests that touch no more of it than their own conversation. A module that
    uses it opens no other: a data folder has one owner.
    """
    settings = Settings(shop_name="Toy & Tent", data_dir=shop_data / "data", policies=shop_data / "policies.md")
    with open_clerk(settings, encoder=HashEncoder(), generator=ScriptedGenerator()) as opened:
        yield opened


@pytest.fixture
def clerk(shop_data: Path, generator: ScriptedGenerator) -> Iterator[Clerk]:
    """The opened shop; what the generator says is enqueued by the test, silence is plain wording."""
    settings = Settings(
        shop_name="Toy & Tent",
        data_dir=shop_data / "data",
        policies=shop_data / "policies.md",
        events=shop_data / "events.csv",
    )
    with open_clerk(settings, encoder=HashEncoder(), generator=generator) as opened:
        yield opened


@pytest.fixture
def small_cells() -> Iterator[None]:
    """The csv module's own limit for a cell, which reading a feed lifts for the whole process."""
    lifted = csv.field_size_limit(131_072)
    yield
    csv.field_size_limit(lifted)
