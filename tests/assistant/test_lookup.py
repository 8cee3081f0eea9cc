from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.clerk import Clerk, open_clerk
from assistant.generators import ScriptedGenerator
from assistant.lookup import build_lookup, has_right_check_digit, look_up
from assistant.settings import Settings
from retrieval.encoder import HashEncoder
from retrieval.index import build_index
from retrieval.types import AttributeValue, Product, Quantity
from tests.assistant.shop import BY_ID, PRODUCTS
from tests.toys import write_jsonl

EAN = "4006381333931"  # an EAN-13 with the right check digit; 036000291452 is a UPC with one


def _with(id: str, url: str = "", **stated: AttributeValue) -> Product:
    product = BY_ID[id]
    return replace(product, url=url, attributes={**product.attributes, **stated})


CHANGED = (
    _with("tent-2", "https://www.shop.example/p/tansy-2?utm_source=feed", ean=EAN),
    _with("tent-4", "/p/tansy-4", gtin=("0036000291452", "96385074")),
    _with("kettle-quiet", "https://shop.example/item?id=17", gtin13=EAN.replace("4006", "4 006 ")),
    _with("kettle-plain", "https://shop.example/item?id=18", barcode=Quantity(12345670)),
    _with("phones-bt", "", **{"Mean EAN fitting": "yes"}, colour="5901234123457"),
)


@pytest.fixture(scope="module")
def clerk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clerk]:
    folder = tmp_path_factory.mktemp("lookup")
    changed = {p.id: p for p in CHANGED}
    feed = write_jsonl(folder / "feed.jsonl", [changed.get(p.id, p) for p in PRODUCTS])
    build_index([feed], folder / "data", HashEncoder())
    with open_clerk(
        Settings(data_dir=Path(folder / "data")), encoder=HashEncoder(), generator=ScriptedGenerator()
    ) as opened:
        yield opened


@pytest.mark.parametrize(
    ("text", "id", "how"),
    [
        ("tent-2", "tent-2", "id"),
        ("  TENT-2\n", "tent-2", "id"),
        ("0036000291452", "tent-4", "ean"),
        ("036000291452", "tent-4", "ean"),  # a UPC is the EAN without its zero
        ("00036000291452", "tent-4", "ean"),
        ("0 36000-29145 2", "tent-4", "ean"),
        ("9638 5074", "tent-4", "ean"),
        ("12345670", "kettle-plain", "ean"),  # the feed gave a number
        ("https://www.shop.example/p/tansy-2", "tent-2", "url"),
        ("http://shop.example/P/Tansy-2/?utm_campaign=mail&gclid=7#reviews", "tent-2", "url"),
        ("shop.example/p/tansy-2?colour=green", "tent-2", "url"),
        ("https://test.shop.example/p/tansy-2", "tent-2", "url"),
        ("/p/tansy-4", "tent-4", "url"),
        ("https://shop.example/p/tansy-4?ref=mail", "tent-4", "url"),
        ("https://shop.example/item?id=17", "kettle-quiet", "url"),
        ("https://shop.example/item?lang=en&id=18", "kettle-plain", "url"),
        ("https://shop.example/products/pack-30", "pack-30", "url"),
        ("https://shop.example/products/PACK-30.html#top", "pack-30", "url"),
        ("/agent?product=pack-30", "pack-30", "url"),
        ("oakley  hush KETTLE", "kettle-quiet", "name"),
        ("Hush", "kettle-quiet", "name"),
        ("the Brindle Tansy 4", "tent-4", "name"),
        ("Burrow by Northlea", "tent-light", "name"),
    ],
)
def test_one_product(clerk: Clerk, text: str, id: str, how: str) -> None:
    found = look_up(clerk, text)
    assert found.exact is not None
    assert (found.exact.id, found.how, found.candidates, found.note) == (id, how, (), "")


@pytest.mark.parametrize(
    ("text", "how", "ids", "note"),
    [
        (EAN, "ean", {"tent-2", "kettle-quiet"}, "2 listings have this bar code."),
        ("Northlea Squall Rain Jacket", "name", {"jacket-m", "jacket-s"}, "2 listings have this title."),
        ("Tansy", "name", {"tent-2", "tent-4"}, "“Tansy” is part of the name of 2 products."),
        ("tent-22", "id", {"tent-2"}, "There is no product “tent-22”. Did you mean tent-2, tent-6, tent-4?"),
    ],
)
def test_several_are_never_made_one(clerk: Clerk, text: str, how: str, ids: set[str], note: str) -> None:
    found = look_up(clerk, text)
    assert (found.exact, found.how) == (None, how)
    assert ids <= {p.id for p in found.candidates}
    assert found.note.startswith(note[:40])


def test_a_customers_words_are_searched_for(clerk: Clerk) -> None:
    found = look_up(clerk, "something waterproof to sleep in for four people", limit=3)
    assert (found.exact, found.how, len(found.candidates)) == (None, "words", 3)
    kinds = look_up(clerk, "kettle")
    assert kinds.how == "words"  # a kind of thing is no product, were there one kettle alone
    assert {p.category[-1] for p in kinds.candidates[:3]} == {"Kettles"}


def test_words_that_no_listing_has_are_said_to_be_so(clerk: Clerk) -> None:
    assert look_up(clerk, "xyzzy plugh").note.startswith("No listing has a word of “xyzzy plugh”")
    assert look_up(clerk, "something waterproof to sleep in").note == ""


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("   ", "Paste a product's id"),
        ("5901234123457", "No listing states the bar code 5901234123457."),  # it stands in no field for codes
        ("https://shop.example/p/gone", "No product has the address"),
        ("https://[::1/p/x", "No product has the address"),
    ],
)
def test_what_is_not_there_is_said(clerk: Clerk, text: str, note: str) -> None:
    found = look_up(clerk, text)
    assert (found.exact, found.how, found.candidates) == (None, "", ())
    assert found.note.startswith(note)


def test_a_wrong_check_digit_is_said_and_looked_up_all_the_same(clerk: Clerk) -> None:
    assert "may be mistyped" in look_up(clerk, "4006381333932").note
    right = look_up(clerk, "0036000291452")
    assert right.note == ""
    broken = build_lookup([_with("tent-2", ean="4006381333930")])
    found = look_up(replace(clerk, lookup=lambda: broken), "4006381333930")
    assert found.exact is not None
    assert (found.exact.id, found.how) == ("tent-2", "ean")
    assert "may be mistyped" in found.note


@pytest.mark.parametrize(
    ("code", "right"),
    [(EAN, True), ("036000291452", True), ("96385074", True), ("10036000291459", True), ("4006381333932", False)],
)
def test_check_digits(code: str, right: bool) -> None:
    assert has_right_check_digit(code) is right


@pytest.mark.parametrize(
    "text",
    ["9" * 100_000, "x" * 100_000, "a " * 50_000, "%00%", "http://[", "//", "\x00", "'; DROP TABLE products --",
     "<script>alert(1)</script>", "١٢٣٤٥٦٧٨", "http://a/?" + "x=1&" * 9_000, "the second one", "🏕️"],
)  # fmt: skip
def test_hostile_and_huge_texts_are_harmless(clerk: Clerk, text: str) -> None:
    started = time.monotonic()
    found = look_up(clerk, text)
    assert found.exact is None
    assert len(found.note) < 300
    assert time.monotonic() - started < 20  # no bound to measure by: only that it does not hang


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=60))
def test_any_text_comes_to_something(clerk: Clerk, text: str) -> None:
    found = look_up(clerk, text)
    assert found.exact is None or found.candidates == ()
    assert found.how or found.note


@given(st.sampled_from(PRODUCTS))
def test_every_id_is_found_however_it_is_written(product: Product) -> None:
    maps = build_lookup(PRODUCTS)
    assert maps.ids[product.id.lower()] == (product.id,)
