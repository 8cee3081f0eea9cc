from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.catalog import (
    Catalog,
    Changes,
    content_hash,
    product_from_json,
    product_to_json,
    sqlite_engine,
)
from retrieval.documents import for_meaning, for_words, stated_words
from retrieval.errors import IndexBroken
from retrieval.types import Product, Quantity
from tests.toys import toy_product, toy_products

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
names = texts.filter(bool)
finite = st.floats(0, 1e9)


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    catalog = Catalog(sqlite_engine(tmp_path / "c.db"))
    yield catalog
    catalog.close()


def test_what_goes_in_comes_out_in_order(catalog: Catalog) -> None:
    assert catalog.replace(toy_products(1200)) == Changes(added=1200)
    assert list(catalog.all()) == toy_products(1200)
    assert catalog.ids() == [f"p{n}" for n in range(1200)]
    assert catalog.count() == 1200
    assert catalog.get(["p7", "nobody", "p3"]) == {"p3": toy_product(3), "p7": toy_product(7)}


def test_changes_are_told_apart(catalog: Catalog) -> None:
    catalog.replace(toy_products(10))
    newer = [toy_product(9), toy_product(3, price=1.0), toy_product(20), toy_product(0)]
    assert catalog.replace(newer) == Changes(added=1, changed=1, unchanged=2, removed=7)
    assert list(catalog.all()) == newer


def test_the_fingerprint_follows_content_and_order(catalog: Catalog) -> None:
    catalog.replace(toy_products(3))
    first = catalog.fingerprint()
    catalog.replace(reversed(toy_products(3)))
    assert catalog.fingerprint() != first
    catalog.replace(toy_products(3))
    assert catalog.fingerprint() == first
    catalog.replace([*toy_products(2), toy_product(2, stock=None)])
    assert catalog.fingerprint() != first


def test_a_failing_feed_leaves_the_old_catalogue(catalog: Catalog) -> None:
    def breaks_off() -> Iterator[Product]:
        yield from toy_products(1500)[700:]
        raise RuntimeError("the line went dead")

    catalog.replace(toy_products(5))
    with pytest.raises(RuntimeError):
        catalog.replace(breaks_off())
    assert list(catalog.all()) == toy_products(5)


def test_vectors_are_cached_by_encoder_and_text(catalog: Catalog) -> None:
    vectors = np.eye(3, dtype=np.float32)
    catalog.put_vectors("one", ["a", "b", "c"], vectors)
    catalog.put_vectors("two", ["a"], -vectors[:1])
    assert catalog.vector_hashes("one") == {"a", "b", "c"}
    found = catalog.vectors("one", ["c", "a", "none"])
    assert set(found) == {"a", "c"}
    assert np.array_equal(found["c"], vectors[2])
    catalog.drop_vectors("one", ["a"])
    assert catalog.vector_hashes("one") == {"b", "c"}
    assert catalog.vector_hashes("two") == {"a"}


def test_another_schema_version_is_refused(tmp_path: Path) -> None:
    Catalog(sqlite_engine(tmp_path / "c.db")).close()
    with sqlite3.connect(tmp_path / "c.db") as connection:
        connection.execute("UPDATE meta SET value = '99' WHERE key = 'schema'")
    connection.close()
    with pytest.raises(IndexBroken, match="schema version 99"):
        Catalog(sqlite_engine(tmp_path / "c.db"))


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "c.db").write_bytes(b"no database at all" * 500)
    engine = sqlite_engine(tmp_path / "c.db")
    with pytest.raises(IndexBroken, match=r"c\.db is damaged"):
        Catalog(engine)
    engine.dispose()


@given(
    st.builds(
        Product,
        id=names,
        title=names,
        description=texts,
        category=st.lists(names, max_size=3).map(tuple),
        price=st.none() | finite,
        rating=st.none() | st.floats(0, 5),
        rating_count=st.integers(0, 10**6),
        stock=st.none() | st.integers(0, 10**6),
        attributes=st.dictionaries(
            names,
            texts
            | st.booleans()
            | st.builds(Quantity, finite, texts)
            | st.lists(names, min_size=1, max_size=3).map(tuple),
        ),
    )
)
def test_any_product_survives_json(product: Product) -> None:
    assert product_from_json(product_to_json(product)) == product


def test_zero_is_not_unknown() -> None:
    sold_out = toy_product(1, price=0.0, stock=0, rating=0.0)
    assert product_from_json(product_to_json(sold_out)) == sold_out
    assert content_hash(product_to_json(sold_out)) != content_hash(product_to_json(toy_product(1)))


def test_the_text_for_meaning_words_flags_for_an_encoder() -> None:
    text = for_meaning(toy_product(0))
    assert text == (
        "red tent. Tentworks. Outdoor, Tent. colour: red; weight: 100 g; waterproof; uses: home, road. "
        "A tent in red for the road."
    )
    assert "waterproof" not in for_meaning(toy_product(1))
    assert len(for_meaning(toy_product(1, description="long words " * 500))) <= 800


def test_the_terms_for_words_weigh_the_title() -> None:
    terms = for_words(toy_product(0, description=""))
    assert terms.count("tent") == 3  # twice the title, once the category
    assert "waterproof" in terms
    assert "waterproof" not in for_words(toy_product(1))


def test_the_name_of_an_attribute_is_stated_but_is_not_what_the_product_is() -> None:
    phone = toy_product(0, attributes={"rear camera": "dual", "gps": True, "radio": False})
    assert "camera" not in for_words(phone)
    assert {"camera", "dual", "gps"} <= stated_words(phone, for_words(phone))
    assert "radio" not in stated_words(phone, for_words(phone))
