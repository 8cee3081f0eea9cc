"""A catalogue of obvious copies and obvious variants; the vectors say what is near, so that only the rules decide."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from retrieval.duplicates import GROUPS_SHOWN, Duplicates, near_duplicates, near_pairs
from retrieval.types import Product, Quantity, Vectors
from tests.toys import toy_product


def listing(id: str, title: str, **changes: Any) -> Product:
    return toy_product(0, **({"id": id, "title": title, "brand": "Brindle", "attributes": {}} | changes))


def found(*products: Product, vectors: list[Vectors | None] | None = None) -> Duplicates:
    """All with one vector, unless said otherwise: as near as can be."""
    east: Vectors = np.asarray([1.0, 0.0], dtype=np.float32)
    return near_duplicates(products, vectors or [east] * len(products))


def groups(result: Duplicates) -> list[list[str]]:
    return [[each.id for each in group.listings] for group in result.groups]


def test_the_same_product_listed_twice_is_found_with_its_evidence() -> None:
    result = found(
        listing("a", "Brindle Tansy 2 Tent, Olive", price=120.0),
        listing("x", "Harrow Crag Boots", brand="Harrow"),
        listing("b", "Tent Brindle Tansy 2, olive", price=131.5),
    )
    assert groups(result) == [["a", "b"]]
    (group,) = result.groups
    assert (result.total, result.products, result.without_vector) == (1, 2, 0)
    assert group.brand == "Brindle"
    assert group.cosine == 1.0
    assert group.titles >= 90
    assert group.price_spread == 11.5
    assert group.as_dict()["price_spread"] == 11.5


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Memory Card 64 GB", "Memory Card 256 GB"),
        ("Squall Rain Jacket, Red, M", "Squall Rain Jacket, Red, S"),
        ("Squall Rain Jacket, Red", "Squall Rain Jacket, Blue"),
        ("Headphones WF-1000XM4 black", "Headphones WF-1000XM5 black"),
        ("Galaxy S10 phone, unlocked", "Galaxy S10e phone, unlocked"),
        ("Batteries AA, 4 pack", "Batteries AA, 12 pack"),
        ("Batteries AA, 12 pack", "Batteries AA pack"),
        ("Tansy 2 Tent", "Tansy Tent"),
        ("Spare Non-Stick Frying Pan, Black, 24 cm", "Tidy Non-Stick Frying Pan, Black, 24 cm"),
        ("Tent", "Tent pegs, steel, set for sandy ground"),
    ],
)
def test_titles_that_tell_variants_apart(one: str, other: str) -> None:
    assert groups(found(listing("a", one), listing("b", other))) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Memory Card 64GB", "Memory Card, 64 GB"),
        ("Headphones WF-1000XM4", "Headphones WF1000XM4"),
        ("Kettle 1.7 litre steel", "Steel Kettle 1.7 L"),
        ("Squall Rain Jacket", "Squall Rain Jacket, Red"),
        ("Stainless Steel Vacuum Flask", "Stainles Steel Vacuum Flask"),
    ],
)
def test_titles_that_only_word_the_same_differently(one: str, other: str) -> None:
    assert groups(found(listing("a", one), listing("b", other))) == [["a", "b"]]


@pytest.mark.parametrize(
    ("name", "one", "other", "same"),
    [
        ("colour", "red", "green", False),
        ("colour", "red", "Red", True),
        ("capacity", Quantity(30, "L"), Quantity(32, "L"), False),
        ("capacity", Quantity(1, "L"), Quantity(1000, "ml"), True),
        ("model number", "KX-1", "KX-2", False),
        ("pack size", Quantity(4), Quantity(12), False),
        ("pattern", "striped", "plain", False),
        ("weight", Quantity(2.8, "kg"), Quantity(3.1, "kg"), True),  # with its box
        ("sku", "000123", "99-44", True),
        ("care", "wipe", "rinse", True),
    ],
)
def test_attributes_that_tell_variants_apart(name: str, one: Any, other: Any, same: bool) -> None:
    pair = [listing(id, "Day Pack", attributes={name: value}) for id, value in (("a", one), ("b", other))]
    assert groups(found(*pair)) == ([["a", "b"]] if same else [])


def test_a_missing_brand_may_be_any_but_another_brand_is_another_product() -> None:
    title = "Stoneware Mug"
    assert groups(found(listing("a", title), listing("b", title, brand=""))) == [["a", "b"]]
    assert groups(found(listing("a", title, brand=""), listing("b", title, brand=""))) == [["a", "b"]]
    assert groups(found(listing("a", title), listing("b", title, brand="Orla"))) == []


def test_a_listing_without_its_colour_does_not_join_two_colours() -> None:
    bare, red, blue = (
        listing(id, f"Larch Rain Jacket{shade}") for id, shade in (("a", ""), ("b", " red"), ("c", " blue"))
    )
    assert groups(found(bare, red, blue)) == [["a", "b"]]


def test_what_lies_far_apart_is_no_duplicate_whatever_it_is_called() -> None:
    east, north = np.eye(2, dtype=np.float32)
    pair = [listing("a", "Stoneware Mug"), listing("b", "Stoneware Mug")]
    assert groups(found(*pair, vectors=[east, north])) == []


def test_products_without_a_vector_are_counted_and_left_out() -> None:
    pair = [listing("a", "Stoneware Mug"), listing("b", "Stoneware Mug")]
    result = found(*pair, vectors=[np.asarray([1.0], dtype=np.float32), None])
    assert (result.total, result.without_vector) == (0, 1)
    assert found().total == 0


def test_a_listing_copied_very_often_is_one_group_and_many_groups_are_capped() -> None:
    copies = [listing(f"c{n:03}", "Stoneware Mug") for n in range(300)]
    assert [len(group) for group in groups(found(*copies))] == [300]
    pairs = [listing(f"{n}{side}", f"Stoneware Mug {n}") for n in range(GROUPS_SHOWN + 20) for side in "ab"]
    turn = np.linspace(0, 2 * np.pi, len(pairs) // 2, endpoint=False).repeat(2)
    vectors: list[Vectors | None] = [
        np.asarray(v, dtype=np.float32) for v in zip(np.cos(turn), np.sin(turn), strict=True)
    ]
    result = found(*pairs, vectors=vectors)
    assert (len(result.groups), result.total, result.products) == (GROUPS_SHOWN, GROUPS_SHOWN + 20, 2 * len(pairs) // 2)


def test_every_near_pair_is_found_once_as_by_comparing_all_with_all() -> None:
    chance = np.random.default_rng(4)
    middles = chance.normal(size=(60, 8)).repeat(12, axis=0)
    rows = middles + chance.normal(scale=0.12, size=middles.shape)
    vectors = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    brands = [str(chance.choice(["", "a", "b", "c"])) for _ in range(len(vectors))]
    wanted = {
        (i, j)
        for i in range(len(vectors))
        for j in range(i + 1, len(vectors))
        if vectors[i] @ vectors[j] >= 0.90 and (brands[i] == brands[j] or "" in (brands[i], brands[j]))
    }
    pairs = [(min(i, j), max(i, j)) for i, j, _cosine in near_pairs(brands, vectors)]
    assert len(pairs) == len(set(pairs))
    assert set(pairs) == wanted
