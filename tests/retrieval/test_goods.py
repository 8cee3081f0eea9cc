from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import retrieval.goods
from retrieval.errors import StoreclerkError
from retrieval.goods import Goods, bundled_goods, goods_of, read_goods
from retrieval.text import fold
from retrieval.types import AttributeValue, Product

LINES = """# a comment

tent, shelter | = tarp | + tent peg
tarp
tent peg, ground anchor
bag | + bag tag
bag tag
""".splitlines()
TOYS = read_goods(LINES)


def named(title: str, description: str = "", *category: str, **attributes: AttributeValue) -> Product:
    return Product("p", title, description=description, category=category, attributes=attributes)


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Brindle Tansy Tent", "tent"),
        ("TENTS", "tent"),
        ("Tent Pegs, pack of 10", "tent peg"),  # the expression ends with what it is
        ("Tent green bag", "bag"),  # a word between the two is still one expression
        ("Ground anchor for tents", "tent peg"),  # what it is for says not what it is
        ("Bag with tag", "bag"),
        ("Kettle", ""),
        ("", ""),
    ],
)
def test_a_title_names_its_kind(title: str, kind: str) -> None:
    assert TOYS.kind_in(title) == kind


def test_category_goes_before_title_and_a_label_after_both_but_prose_says_nothing() -> None:
    assert TOYS.kind(named("Shelter 2", "", "Outdoor", "Tarps")) == "tarp"
    assert TOYS.kind(named("Shelter 2", "A tarp", "Outdoor", "Novelties")) == "tent"
    assert TOYS.kind(named("Northlea 83", "Green tarp, 3 m")) == "tarp"
    assert (
        TOYS.kind(named("Northlea 83", "It keeps you dry where there is no room for a tent, and it weighs nothing."))
        == ""
    )


def test_ties_are_the_same_both_ways() -> None:
    assert TOYS.tie("tent", "tent") == "same"
    assert TOYS.tie("tent", "tarp") == TOYS.tie("tarp", "tent") == "like"
    assert TOYS.tie("tent", "tent peg") == TOYS.tie("tent peg", "tent") == "with"
    assert TOYS.tie("tarp", "bag") == TOYS.tie("bag", "tarp") == "other"
    assert TOYS.tie("", "bag") == TOYS.tie("bag", "") == TOYS.tie("", "") == ""


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["tent", "", "shelter, tents"], r"line 3 .*'tents' already names 'tent'"),
        (["tent | + peg"], r"line 1 .*'peg' has no line of its own"),
        (["book, notebook", "laptop, notebook ? cpu", "tablet, notebook ? touch"], r"line 3 .*'notebook' .*'laptop'"),
        (["tent", " | = tent"], "line 2 .* names none"),
    ],
)
def test_a_list_that_contradicts_itself_is_refused_with_its_line(lines: list[str], message: str) -> None:
    with pytest.raises(StoreclerkError, match=message):
        read_goods(lines)


# -- the list that comes with storeclerk -----------------------------------------------------------------------


def test_the_bundled_list_names_nothing_twice() -> None:
    text = Path(retrieval.goods.__file__).with_name("goods.txt").read_text(encoding="utf-8")
    lines = [line.split("|")[0] for line in text.splitlines() if line.strip() and not line.startswith("#")]
    names = Counter(fold(name) for line in lines for name in line.split(","))
    assert [name for name, count in names.items() if count > 1] == []
    assert len(names) > 5_000
    goods = bundled_goods()
    assert not goods.like & goods.together  # what does the same job is no company
    assert not any(a == b for a, b in goods.like | goods.together)


def test_the_bundled_list_is_symmetric() -> None:
    goods = bundled_goods()
    assert all((b, a) in goods.like for a, b in goods.like)
    assert all((b, a) in goods.together for a, b in goods.together)


@pytest.mark.parametrize(
    ("product", "kind"),
    [
        (named("HP 250 G8 Notebook", processor="Intel Core i5"), "laptop"),
        (named("HP 250 Notebook", "15.6 inch, Windows"), "laptop"),
        (named("Dotted Notebook A5", "", pages="120"), "notebook"),
        (named("Notebook bag 15.6 inch"), "laptop bag"),
        (named("Monitor cable, 2 m"), "video cable"),
        (named("Scanner 2.0 Tripod, Grey"), "tripod"),  # one word between two names
        (named("Tea mugs, set of two"), "mug"),  # shelves are called by plurals, short words too
        (named("Quiet CPU fans"), "cpu cooler"),
        (named("Sleeping Bag, Navy"), "sleeping bag"),
        (named("Two-Person Tent, Olive Green"), "tent"),
        (named("Battery for notebook"), "battery"),
    ],
)
def test_what_everyone_would_call_it(product: Product, kind: str) -> None:
    assert bundled_goods().kind(product) == kind


@pytest.mark.parametrize(
    ("one", "other", "tie"),
    [
        ("laptop", "desktop pc", "like"),
        ("laptop", "laptop bag", "with"),
        ("tent", "sleeping bag", "with"),
        ("tent", "laptop", "other"),
    ],
)
def test_how_well_known_kinds_stand(one: str, other: str, tie: str) -> None:
    goods = bundled_goods()
    assert goods.tie(one, other) == goods.tie(other, one) == tie


@given(st.text(max_size=80))
def test_any_text_has_a_kind_or_none(text: str) -> None:
    goods = bundled_goods()
    assert goods.kind_in(text) in {"", *goods.names.values()}


# -- kinds by neighbours ---------------------------------------------------------------------------------------

AXES = np.eye(4, dtype=np.float32)


def near(*shares: float) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    """A unit vector with these shares of the axes."""
    vector = np.asarray(shares, dtype=np.float32)
    return vector / np.float32(np.linalg.norm(vector))


def of(
    rows: dict[str, tuple[str, np.ndarray[tuple[int], np.dtype[np.float32]]]], goods: Goods = TOYS
) -> dict[str, str]:
    products = [Product(id, title) for id, (title, _vector) in rows.items()]
    return goods_of(products, np.stack([vector for _title, vector in rows.values()]), goods)


def test_the_nameless_are_what_the_nearest_of_known_kind_are() -> None:
    found = of(
        {
            "t1": ("Tent 1", AXES[0]),
            "t2": ("Tent 2", near(1, 0.1, 0, 0)),
            "b1": ("Bag 1", AXES[1]),
            "b2": ("Bag 2", near(0.1, 1, 0, 0)),
            "like tents": ("83 Original", near(1, 0.2, 0, 0)),
            "like bags": ("X-200", near(0.2, 1, 0, 0)),
            "far from all": ("Z", AXES[3]),
        }
    )
    assert found["like tents"] == "tent"
    assert found["like bags"] == "bag"
    assert "far from all" not in found
    assert (found["t1"], found["b2"]) == ("tent", "bag")


def test_too_few_of_known_kind_tell_nothing() -> None:
    assert of({"t1": ("Tent", AXES[0]), "t2": ("Tent", AXES[0]), "x": ("83", AXES[0])}) == {"t1": "tent", "t2": "tent"}


def test_a_shop_where_nothing_is_named_has_no_kinds() -> None:
    assert of({"a": ("83", AXES[0]), "b": ("84", AXES[0])}) == {}
