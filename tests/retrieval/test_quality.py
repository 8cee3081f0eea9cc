from __future__ import annotations

from pathlib import Path

import numpy as np

from retrieval.catalog import Catalog, sqlite_engine
from retrieval.duplicates import near_duplicates
from retrieval.index import expected_hashes
from retrieval.quality import quality_report, report_on
from tests.toys import toy_product, toy_products


def test_a_complete_catalogue_has_nothing_to_complain_about() -> None:
    report = quality_report(toy_products())
    assert report.products == report.as_dict()["products"] == 24
    assert report.stated["brand"] == 1.0
    assert report.stated["url"] == 0.0
    assert report.attributes_per_product == 4
    assert report.attributes[0] == ("colour", 24)
    assert not report.duplicate_titles
    assert not report.implausible_prices
    assert not any("implausible" in line for line in report.lines())


def test_what_is_missing_is_counted() -> None:
    bare = [toy_product(n, price=None, image_url="", attributes={}) for n in (0, 1)]
    report = quality_report([*bare, toy_product(2)])
    assert report.stated["price"] == 1 / 3
    assert report.without_attributes == 2


def test_duplicate_titles_are_found_whatever_their_case() -> None:
    report = quality_report([toy_product(0), toy_product(1, title="RED  tent"), toy_product(2)])
    assert report.duplicate_titles == (("red tent", 2),)
    assert "2 x red tent" in "\n".join(report.lines())


def test_a_price_in_cents_stands_out_in_its_category_only() -> None:
    tents = [toy_product(n, category=("Tents",), price=100.0 + n) for n in range(10)]
    palace = toy_product(50, category=("Tents",), price=10_000.0)
    pegs = [toy_product(60 + n, category=("Pegs",), price=1.0) for n in range(10)]
    (odd,) = quality_report([*tents, palace, *pegs]).implausible_prices
    assert (odd.product_id, odd.group) == ("p50", "Tents")


def test_a_price_of_zero_is_always_odd_and_first() -> None:
    report = quality_report([toy_product(0, price=0.0), toy_product(1), toy_product(2, currency="USD")])
    assert [odd.product_id for odd in report.implausible_prices] == ["p0"]
    assert report.currencies == ("EUR", "USD")
    assert any("several currencies" in line for line in report.lines())


def test_an_empty_catalogue() -> None:
    assert quality_report([]).lines() == ["the catalogue is empty"]


def test_listings_of_one_product_are_shown_with_their_evidence() -> None:
    products = [toy_product(0), toy_product(0, id="again", title="Tent, red", price=12.5), toy_product(1)]
    vectors = [np.asarray([1.0, 0.0], dtype=np.float32)] * 3
    report = quality_report(products, near_duplicates(products, vectors))
    text = "\n".join(report.lines())
    assert "2 listings seem to be 1 products, listed more than once:" in text
    assert "  likeness 1.00, titles 100 of 100 alike, brand Tentworks, prices 2.50 apart" in text
    assert "    p0  red tent\n    again  Tent, red" in text
    assert "green" not in text
    found = report.as_dict()["duplicates"]
    assert isinstance(found, dict)
    assert found["total"] == 1
    assert found["groups"][0]["price_spread"] == 2.5
    assert [each["id"] for each in found["groups"][0]["listings"]] == ["p0", "again"]


def test_the_report_of_a_catalogue_uses_the_vectors_that_are_there(tmp_path: Path) -> None:
    catalog = Catalog(sqlite_engine(tmp_path / "shop.db"))
    catalog.replace([toy_product(0), toy_product(0, id="again"), toy_product(1)])
    bare = report_on(catalog, "hash")
    assert bare.duplicates is None
    assert bare.as_dict()["duplicates"] is None
    assert any("no vectors yet" in line for line in bare.lines())

    hashes = expected_hashes(catalog)
    catalog.put_vectors("hash", [hashes["p0"]], np.ones((1, 1), dtype=np.float32))  # the copy has the same text
    report = report_on(catalog, "hash")
    assert report.duplicates is not None
    assert [[each.id for each in group.listings] for group in report.duplicates.groups] == [["p0", "again"]]
    assert report.duplicates.without_vector == 1
    assert any("1 products have no vector" in line for line in report.lines())
    catalog.close()
