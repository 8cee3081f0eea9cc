from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.comparison import relation
from retrieval.goods import read_goods
from retrieval.graph import build_graph
from retrieval.marks import common_fit, stated_fit
from retrieval.pairs import FEATURES, PairReader
from retrieval.types import AttributeValue, Product, Quantity

GOODS = read_goods("tent | = tarp | + tent peg\ntarp\ntent peg, tent pegs\nmug".splitlines())


def reader_of(products: Sequence[Product], baskets: Sequence[Sequence[str]] = ()) -> PairReader:
    kinds = {p.id: kind for p in products if (kind := GOODS.kind(p))}
    return PairReader(products, build_graph(products, baskets), GOODS, kinds)


def features(one: Product, other: Product, *more: Product, baskets: Sequence[Sequence[str]] = ()) -> dict[str, float]:
    """Of a pair, in the catalogue of the two and what else is given."""
    rows = reader_of([one, other, *more], baskets).rows(one, [(other, 0.5)])
    assert rows.shape == (1, len(FEATURES))
    return dict(zip(FEATURES, rows[0].tolist(), strict=True))


def thing(id: str, title: str, attributes: Mapping[str, AttributeValue] | None = None, **fields: Any) -> Product:
    return Product(id, title, attributes=attributes or {}, **fields)


def litres(value: float) -> Quantity:
    return Quantity(value, "L")


RED = thing(
    "red", "Tansy 2 Tent, Red", {"colour": "red", "capacity": Quantity(2, "persons")}, brand="Brindle", price=100.0,
    category=("Outdoor", "Tents"),
)  # fmt: skip
BLUE = thing(
    "blue", "Tansy 2 Tent, Blue", {"colour": "blue", "capacity": Quantity(2, "persons")}, brand="Brindle", price=100.0,
    category=("Outdoor", "Tents"),
)  # fmt: skip
LARGE = thing(
    "large", "Hall 6 Tent", {"colour": "red", "capacity": Quantity(6, "persons")}, brand="Northlea", price=300.0,
    category=("Outdoor", "Tents"),
)  # fmt: skip
PEGS = thing("pegs", "Tent Pegs", {}, brand="Brindle", price=9.0, category=("Outdoor", "Pegs"))
MUG = thing("mug", "Mug", {}, price=5.0, category=("Kitchen", "Mugs"))


def test_another_colour_of_one_model() -> None:
    found = features(RED, BLUE, LARGE, PEGS)
    told = ("same model", "same brand", "same category", "same department", "same goods", "colours differ")
    assert [found[name] for name in told] == [1.0] * len(told)
    assert found["kept facts differ"] == found["sizes apart"] == found["price apart"] == found["other category"] == 0
    assert found["facts differ"] > 0  # the colour, which varies within a model
    assert found["cosine"] == 0.5


def test_another_size_of_another_brand() -> None:
    found = features(RED, LARGE, BLUE)
    assert found["same model"] == found["same brand"] == found["colours differ"] == 0
    assert found["sizes apart"] == pytest.approx(np.log(3))
    assert found["title sizes apart"] == pytest.approx(np.log(3))  # both titles say for how many
    assert found["price apart"] == pytest.approx(np.log(3))


def test_what_goes_with_it_and_what_has_nothing_to_do_with_it() -> None:
    assert features(RED, PEGS)["goods go together"] == 1
    assert features(RED, PEGS)["other category"] == 1
    assert features(RED, MUG)["other goods"] == 1
    assert features(RED, MUG)["same department"] == 0


def test_what_shoppers_took_together_is_counted() -> None:
    found = features(RED, PEGS, MUG, baskets=[["red", "pegs"], ["red", "pegs", "gone"], ["mug", "blue"]])
    assert found["taken together"] == pytest.approx(np.log(3))
    assert features(RED, MUG, PEGS, baskets=[["red", "pegs"]])["taken together"] == 0


def test_prices_of_two_currencies_are_not_set_against_each_other() -> None:
    dear = thing("dear", "Tent", price=900.0, currency="JPY")
    assert features(thing("cheap", "Tent", price=9.0, currency="USD"), dear)["price apart"] == 0
    assert features(thing("none", "Tent"), dear)["price apart"] == 0
    assert features(thing("free", "Tent", price=0.0, currency="JPY"), dear)["price apart"] == 0


INK = thing(
    "ink", "Ink 83, Black", {"Compatible products": ("LaserJet P3005d", "LaserJet CP2025dn"), "colour": "black"}
)
CYAN = thing("cyan", "Ink 83, Cyan", {"Compatible products": "LaserJet CP2025dn; LaserJet P3005d", "colour": "cyan"})
OTHER_INK = thing("other", "Ink 12", {"Compatible products": "Pixma MX420"})
PRINTER = thing("printer", "LaserJet CP2025dn Printer")


def test_a_listing_that_names_the_others_model() -> None:
    assert features(INK, PRINTER)["names the other"] == features(PRINTER, INK)["names the other"] == 1
    assert features(OTHER_INK, PRINTER)["names the other"] == 0
    assert features(INK, OTHER_INK)["fits another"] == 1
    together = features(INK, CYAN)
    assert together["fits the same"] == together["fits the same, other colour"] == 1


def test_what_a_listing_states_of_fitting_is_said_in_its_words() -> None:
    assert stated_fit(INK, PRINTER) == ("Compatible products", "LaserJet CP2025dn")  # the item, not all fifty
    assert stated_fit(CYAN, PRINTER) == ("Compatible products", "LaserJet CP2025dn")
    assert stated_fit(OTHER_INK, PRINTER) is None
    assert stated_fit(PRINTER, INK) is None
    assert stated_fit(thing("x", "Ink", {"notes": "not for the CP2025dn"}), PRINTER) is None  # no field of fitting


def test_devices_that_both_are_for_are_named_as_the_listing_writes_them() -> None:
    assert common_fit(INK, CYAN) == ["CP2025dn", "P3005d"]
    assert common_fit(INK, OTHER_INK) == common_fit(INK, PRINTER) == []
    assert common_fit(thing("a", "Tent for 10 people"), thing("b", "Sleeping bag for 10 people")) == []  # no device


def test_what_is_made_to_fit_is_known_by_its_kind() -> None:
    """Three of four tent pegs say what they fit, so the fourth is taken to be made for something too; three added."""
    pegs = [thing(f"peg-{n}", f"Tent Pegs {n}", {"suitable for": f"tansy{n}"}, brand="Brindle") for n in range(3)]
    silent, foreign = thing("s", "Tent Pegs", brand="Brindle"), thing("f", "Tent Pegs", brand="Northlea")
    assert features(pegs[0], silent, *pegs[1:])["made to fit, nothing in common"] == pytest.approx(3 / 7)
    assert features(pegs[0], silent, *pegs[1:])["made to fit, another brand"] == 0
    assert features(pegs[0], foreign, *pegs[1:])["made to fit, another brand"] == pytest.approx(3 / 7)
    twin = thing("t", "Tent Pegs", {"suitable for": "tansy0"}, brand="Brindle")
    assert features(pegs[0], twin, *pegs[1:])["made to fit, nothing in common"] == 0
    assert features(RED, LARGE)["made to fit, nothing in common"] == 0


def test_for_whom_a_thing_is_differs_only_where_one_is_shut_out() -> None:
    his, hers, theirs = (thing(who, "Jacket", {"gender": who}) for who in ("men", "women", "unisex"))
    assert features(his, hers)["for whom differs"] == 1
    assert features(his, theirs)["for whom differs"] == features(his, RED)["for whom differs"] == 0


# -- any two products -----------------------------------------------------------------------------------------

NUMBERS = st.one_of(st.sampled_from([0.0, -1.0, 2.0, 1e300, 5e-324, float("inf"), float("nan")]), st.floats(-1e6, 1e6))
UNITS = st.sampled_from(["", "kg", "g", "L", "°C", "persons", "\x00", "zorkmid"])
TEXTS = st.one_of(
    st.sampled_from(["", " ", "red", "Blue", "for E320, E321", "LC", "\x00\x1b[2J", "<b>", "12 cm", "\u0301", "6 p"]),
    st.text(max_size=12),
)
VALUES = st.one_of(st.booleans(), TEXTS, st.builds(Quantity, NUMBERS, UNITS), st.lists(TEXTS, max_size=3).map(tuple))
NAMES = st.one_of(
    st.sampled_from(
        ["colour", "Colour", "printing colours", "capacity", "weight", "compatibility", "suitable for", "gender", "use",
         "interface", "model", "ean", "", "\x00"]
    ),
    TEXTS,
)  # fmt: skip


@st.composite
def products(draw: st.DrawFn, id: str) -> Product:
    return Product(
        id,
        draw(st.one_of(st.sampled_from(["Tent, Red", "Tent Pegs for E320", "Mug 6 p", ""]), TEXTS)),
        description=draw(TEXTS),
        brand=draw(TEXTS),
        category=tuple(draw(st.lists(TEXTS, max_size=2))),
        price=draw(st.one_of(st.none(), st.floats(0, 1e12))),
        currency=draw(st.sampled_from(["", "USD", "EUR"])),
        attributes=draw(st.dictionaries(NAMES, VALUES, max_size=6)),
    )


@given(products("a"), products("b"), st.floats(-1, 1), st.integers(0, 3))
def test_any_two_products_give_finite_numbers_and_the_same_both_ways(
    one: Product, other: Product, cosine: float, shoppers: int
) -> None:
    reader = reader_of([one, other], [["a", "b"]] * shoppers)
    there, back = reader.rows(one, [(other, cosine)]), reader.rows(other, [(one, cosine)])
    assert np.isfinite(there).all()
    assert np.allclose(there, back, atol=1e-6)
    stated_fit(one, other)
    common_fit(one, other)


@given(products("a"))
def test_a_product_beside_its_own_copy_differs_in_nothing(product: Product) -> None:
    copy = Product(**{f: getattr(product, f) for f in product.__slots__} | {"id": "b"})
    found = features(product, copy)
    for name in ("colours differ", "other category", "price apart", "plugs differ", "sizes apart", "fits another"):
        assert found[name] == 0, name
    assert found["same model"] == 1


def test_huge_and_hostile_listings_are_harmless() -> None:
    many: dict[str, AttributeValue] = {f"name {n} \x00\x1b": "x" * 5_000 for n in range(50)}
    huge = thing("huge", "a1 " * 5_000, {**many, "suitable for": "b2, " * 5_000, "": ""}, description="\x00" * 1_000)
    rows = reader_of([huge, RED]).rows(huge, [(RED, 0.1), (huge, 1.0)])
    assert np.isfinite(rows).all()


def test_no_others_give_no_rows() -> None:
    assert reader_of([RED]).rows(RED, []).shape == (0, len(FEATURES))


def test_a_product_that_came_after_the_counting_is_read_all_the_same() -> None:
    late = thing("late", "Zorble 9", {"frobs": Quantity(3)}, category=("New", "Zorbles"))
    assert np.isfinite(reader_of([RED, BLUE]).rows(late, [(RED, 0.2)])).all()


def test_the_work_grows_with_the_attributes_not_with_their_square(monkeypatch: pytest.MonkeyPatch) -> None:
    """Facts that were set against each other, for 250 pairs of products with 60 attributes each, and with 120."""
    count = 0

    def counted(one: Any, other: Any) -> Any:
        nonlocal count
        count += 1
        return relation(one, other)

    monkeypatch.setattr("retrieval.pairs.relation", counted)

    def work(attributes: int) -> int:
        nonlocal count
        count = 0
        shelf = [
            thing(f"p{n}", f"Thing {n}", {f"fact {i}": litres(n + i + 1) for i in range(attributes)})
            for n in range(251)
        ]
        assert reader_of(shelf).rows(shelf[0], [(p, 0.5) for p in shelf[1:]]).shape == (250, len(FEATURES))
        return count

    assert work(60) == 250 * 60
    assert work(120) == 250 * 120
