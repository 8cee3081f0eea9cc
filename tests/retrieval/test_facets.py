from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.facets import build_facets
from retrieval.text import fold
from retrieval.types import AttributeTest, AttributeValue, Filter, Product, Quantity
from tests.toys import toy_product, toy_products

# -- an independent reading of what Filter promises, product by product ----------------------------------------

GRAMS = {"g": 1, "kg": 1000, "KILOS": 1000}
PERSONS = {"persons": 1, "people": 1}


def admits(filter: Filter, product: Product) -> bool:
    """The docstrings of Filter and AttributeTest, in plain Python."""
    price = product.price
    if filter.price_min is not None and (price is None or price < filter.price_min):
        return False
    if filter.price_max is not None and (price is None or price > filter.price_max):
        return False
    if filter.in_stock and product.stock == 0:
        return False
    path = {level.lower() for level in product.category}
    if filter.categories and not filter.categories & path:
        return False
    if filter.not_categories & path:
        return False
    brand = product.brand.lower()
    if filter.brands and brand not in filter.brands:
        return False
    if brand in filter.not_brands:
        return False
    if product.id in filter.exclude_ids:
        return False
    return all(states(test, product) != test.negated for test in filter.attributes)


def states(test: AttributeTest, product: Product) -> bool:
    value = product.attributes.get(test.attribute)
    if test.flag is not None:
        return value is test.flag
    if test.any_of:
        items = value if isinstance(value, tuple) else (value,) if isinstance(value, str) else ()
        return any(item.lower() in test.any_of for item in items)
    if not isinstance(value, Quantity):
        return False
    scales = next((s for s in (GRAMS, PERSONS, {"": 1}) if test.unit in s), {})
    if value.unit not in scales:
        return False
    amount = value.value * scales[value.unit]
    return (test.low is None or amount >= test.low * scales[test.unit]) and (
        test.high is None or amount <= test.high * scales[test.unit]
    )


# -- small worlds: few names, so that filters hit and miss about equally ---------------------------------------

names = ("Red", "blue", "GREEN")
attributes = ("colour", "weight", "capacity", "waterproof")
values: st.SearchStrategy[AttributeValue] = st.one_of(
    st.sampled_from(names),
    st.lists(st.sampled_from(names), max_size=3).map(tuple),
    st.booleans(),
    st.builds(Quantity, st.integers(0, 12), st.sampled_from([*GRAMS, *PERSONS, ""])),
)
products = st.builds(
    Product,
    id=st.just(""),
    title=st.just("thing"),
    brand=st.sampled_from(["", "Brindle", "NORTHLEA"]),
    category=st.lists(st.sampled_from(["Outdoor", "Tents", "Kitchen"]), max_size=3).map(tuple),
    price=st.none() | st.integers(0, 20).map(float),
    stock=st.none() | st.integers(0, 2),
    attributes=st.dictionaries(st.sampled_from(attributes), values, max_size=4),
)
catalogues = st.lists(products, max_size=12).map(
    lambda found: [
        Product(**{name: getattr(p, name) for name in Product.__slots__} | {"id": f"p{n}"}) for n, p in enumerate(found)
    ]
)


def some(*keys: str) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from(keys), max_size=2)


bounds = st.none() | st.integers(0, 20).map(float)
tests = st.one_of(
    st.builds(
        AttributeTest,
        st.sampled_from(attributes),
        any_of=st.frozensets(st.sampled_from(["red", "blue", "green", "mauve"]), min_size=1, max_size=2),
        negated=st.booleans(),
    ),
    st.builds(AttributeTest, st.sampled_from(attributes), flag=st.booleans(), negated=st.booleans()),
    st.builds(
        AttributeTest,
        st.sampled_from(attributes),
        low=bounds,
        high=bounds,
        unit=st.sampled_from([*GRAMS, *PERSONS, ""]),
        negated=st.booleans(),
    ),
)
filters = st.builds(
    Filter,
    price_min=bounds,
    price_max=bounds,
    in_stock=st.booleans(),
    categories=some("outdoor", "tents", "kitchen", "garden"),
    not_categories=some("tents", "garden"),
    brands=some("brindle", "northlea", "nobody"),
    not_brands=some("brindle", "nobody"),
    attributes=st.lists(tests, max_size=2).map(tuple),
    exclude_ids=some("p0", "p3", "gone"),
)


def admitted(catalogue: Iterable[Product], filter: Filter) -> list[str]:
    facets = build_facets(catalogue)
    return [facets.ids[row] for row in np.flatnonzero(facets.mask(filter))]


class TestTheFilterAgreesWithPlainReading:
    @given(catalogues, filters)
    def test_on_any_catalogue(self, catalogue: list[Product], filter: Filter) -> None:
        assert admitted(catalogue, filter) == [p.id for p in catalogue if admits(filter, p)]

    @given(catalogues, tests)
    def test_on_a_single_condition(self, catalogue: list[Product], test: AttributeTest) -> None:
        filter = Filter(attributes=(test,))
        assert admitted(catalogue, filter) == [p.id for p in catalogue if admits(filter, p)]

    @given(catalogues)
    def test_the_empty_filter_admits_everything(self, catalogue: list[Product]) -> None:
        assert Filter().is_empty
        assert admitted(catalogue, Filter()) == [p.id for p in catalogue]


class TestConditions:
    def red_lamp(self, **changes: object) -> list[str]:
        """Ids of the toys that are red lamps, under further conditions."""
        base = Filter(categories=frozenset({"lamp"}), attributes=(colour("red"),))
        fields = {name: getattr(base, name) for name in Filter.__slots__} | changes
        return admitted(toy_products(), Filter(**fields))

    def test_conditions_add_up(self) -> None:
        assert self.red_lamp() == ["p4"]
        assert self.red_lamp(price_max=13.99) == []
        assert self.red_lamp(price_max=14.0) == ["p4"]
        assert self.red_lamp(price_min=14.0) == ["p4"]
        assert self.red_lamp(exclude_ids=frozenset({"p4"})) == []

    def test_a_wish_needs_proof_and_a_denial_only_its_absence(self) -> None:
        silent, red = toy_product(0, attributes={}), toy_product(1, attributes={"colour": "red"})
        assert admitted([silent, red], Filter(attributes=(colour("red"),))) == ["p1"]
        assert admitted([silent, red], Filter(attributes=(colour("red", negated=True),))) == ["p0"]

    def test_no_price_fails_either_bound(self) -> None:
        unpriced = [toy_product(0, price=None)]
        assert admitted(unpriced, Filter(price_min=0)) == []
        assert admitted(unpriced, Filter(price_max=1e9)) == []
        assert admitted(unpriced, Filter()) == ["p0"]

    def test_unknown_stock_counts_as_available(self) -> None:
        assert admitted([toy_product(n, stock=s) for n, s in enumerate((None, 0, 3))], Filter(in_stock=True)) == [
            "p0",
            "p2",
        ]

    def test_keys_are_compared_folded(self) -> None:
        cafe = toy_product(0, brand="CAFÉ  Noir", category=("Küche",), attributes={"Côlour": "Forêt"})
        filter = Filter(
            brands=frozenset({fold("café noir")}),
            categories=frozenset({"kuche"}),
            attributes=(AttributeTest("cÔlour", any_of=frozenset({"foret"})),),
        )
        assert admitted([cafe], filter) == ["p0"]

    def test_a_list_passes_by_one_of_its_items(self) -> None:
        test = AttributeTest("uses", any_of=frozenset({"road"}))
        assert len(admitted(toy_products(), Filter(attributes=(test,)))) == 24

    @pytest.mark.parametrize(("value", "unit", "found"), [(0.1, "kg", ["p0"]), (101, "g", ["p0", "p1"])])
    def test_a_range_is_compared_across_units(self, value: float, unit: str, found: list[str]) -> None:
        test = AttributeTest("weight", high=value, unit=unit)
        assert admitted(toy_products(), Filter(attributes=(test,))) == found

    def test_an_amount_of_another_kind_proves_nothing(self) -> None:
        assert admitted(toy_products(), Filter(attributes=(AttributeTest("weight", low=0, unit="L"),))) == []

    def test_a_condition_on_an_unknown_attribute_admits_none_and_denies_none(self) -> None:
        test = AttributeTest("scent", any_of=frozenset({"rose"}))
        denial = AttributeTest("scent", any_of=frozenset({"rose"}), negated=True)
        assert admitted(toy_products(), Filter(attributes=(test,))) == []
        assert len(admitted(toy_products(), Filter(attributes=(denial,)))) == 24


class TestTurningTheCatalogueOnItsSide:
    def test_rows_are_the_order_of_the_products(self) -> None:
        facets = build_facets(toy_products())
        assert len(facets) == 24
        assert facets.ids[:3] == ("p0", "p1", "p2")
        assert facets.brands["lampworks"].tolist() == [4, 5, 6, 7]
        assert facets.categories["lamp"].tolist() == [4, 5, 6, 7]
        assert len(facets.categories["outdoor"]) == 24

    def test_labels_give_back_the_shops_own_spelling(self) -> None:
        facets = build_facets([toy_product(0, brand="Café NOIR", category=("Tents & Shelters",))])
        assert facets.labels["cafe noir"] == "Café NOIR"
        assert facets.labels["tents & shelters"] == "Tents & Shelters"

    def test_the_type_of_a_value_decides_its_table(self) -> None:
        facets = build_facets(toy_products(4))
        assert set(facets.texts) == {"colour", "uses"}
        assert set(facets.flags) == {"waterproof"}
        assert set(facets.numbers) == {("weight", "kilogram")}
        assert facets.lists == {"uses"}

    def test_a_sentence_is_no_value_to_filter_by_and_is_still_stated_by_nobody(self) -> None:
        facets = build_facets([toy_product(0, attributes={"care": "wash it by hand in lukewarm water, " * 3})])
        assert facets.texts.get("care", {}) == {}

    def test_stating_counts_every_type_under_one_name(self) -> None:
        mixed: list[AttributeValue] = [True, "yes", Quantity(3, "kg"), ("a", "b"), False]
        facets = build_facets(toy_product(n, attributes={"Lid": value}) for n, value in enumerate(mixed))
        assert facets.stating("lid").tolist() == [True] * 5
        assert facets.stating("LID").all()
        assert not facets.stating("handle").any()

    def test_a_repeated_level_or_item_counts_once(self) -> None:
        facets = build_facets(
            [toy_product(0, category=("Tents", "tents"), attributes={"uses": ("road", "Road", "road")})]
        )
        assert facets.categories["tents"].tolist() == [0]
        assert set(facets.texts["uses"]["road"].tolist()) == {0}

    def test_departments_are_the_widest_levels_largest_first(self) -> None:
        facets = build_facets([toy_product(n, category=c) for n, c in enumerate([("B", "x"), ("A",), ("B",), ()])])
        assert facets.departments == ("b", "a")

    def test_the_mean_rating_weighs_every_customer_once(self) -> None:
        rated = [toy_product(0, rating=5.0, rating_count=1), toy_product(1, rating=2.0, rating_count=2)]
        assert build_facets(rated).mean_rating == pytest.approx(3.0)
        assert build_facets([toy_product(0, rating=None, rating_count=9)]).mean_rating == 4.0

    def test_names_count_the_words_of_title_brand_and_category_once_a_product(self) -> None:
        facets = build_facets([toy_product(0, title="Tent tent tents", brand="Tent", category=("Tents",))])
        assert facets.named["tent"] == 1

    def test_an_empty_catalogue_can_be_asked_anything(self) -> None:
        facets = build_facets([])
        assert len(facets) == 0
        assert facets.mask(Filter(price_max=1, brands=frozenset({"x"}), attributes=(colour("red"),))).shape == (0,)
        assert facets.mean_rating == 4.0


def colour(name: str, *, negated: bool = False) -> AttributeTest:
    return AttributeTest("colour", any_of=frozenset({name}), negated=negated)
