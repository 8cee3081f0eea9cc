"""Groups, pins, order: the neighbours are given, so what is tested is what is made of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from assistant.alternative_scores import WEIGHTS, keeps, place
from assistant.alternative_types import GROUPS
from assistant.alternatives import alternatives
from assistant.clerk import Clerk
from assistant.neighbours import Candidate
from retrieval.errors import UnknownProduct
from retrieval.types import AttributeValue, Product, Quantity
from tests.assistant.alternatives_shop import (
    ALL,
    HALL,
    found,
    ids,
    is_a,
    kg,
    mm,
    one,
    opened,
    persons,
    shown_of,
    tent,
)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clerk]:
    with opened(tmp_path_factory.mktemp("tents")) as clerk:
        yield clerk


# -- groups ---------------------------------------------------------------------------------------------------


def test_groups_hold_what_their_names_say(shop: Clerk) -> None:
    result = found(shop)
    assert [group.kind for group in result.groups] == list(GROUPS)
    assert ids(result.group("variant")) == "hall-a-green hall-blue"
    assert ids(result.group("substitute")) == "all-round dome duo fort leaky palace silent yen"  # one a model
    assert ids(result.group("upgrade")) == "fort"
    assert ids(result.group("cheaper")) == "all-round dome leaky silent"
    assert ids(result.group("in_stock")) == "all-round dome duo fort hall-blue palace silent yen"
    assert ids(result.group("complement")) == "lamp mat pegs"
    assert result.product == HALL
    assert result.notes == ()
    assert result.set_aside == {}


def test_of_one_model_the_best_stands_for_all_but_every_variant_is_shown(shop: Clerk) -> None:
    assert ids(found(shop, *is_a("substitute", "dome", "dome-blue")).group("substitute")) == "dome"  # red, as the hall
    assert ids(found(shop, *is_a("variant", "dome", "dome-blue")).group("variant")) == "dome dome-blue"


def test_what_is_sold_out_comes_after_what_is_not(shop: Clerk) -> None:
    variants = found(shop).group("variant")
    assert [v.product.id for v in variants] == ["hall-blue", "hall-a-green"]
    assert variants[1].contributions["stock"] == -WEIGHTS["stock"]
    assert "stock" not in variants[0].contributions


@pytest.mark.parametrize("each", [1, 2, 5])
def test_no_group_shows_more_than_was_asked_for(shop: Clerk, each: int) -> None:
    result = found(shop, each=each)
    assert max(len(group.items) for group in result.groups) == each


def test_the_best_are_kept_where_fewer_are_shown(shop: Clerk) -> None:
    few, many = found(shop, each=2), found(shop)
    for group in few.groups:
        assert [a.product.id for a in group.items] == [a.product.id for a in many.group(group.kind)][:2]


def test_every_group_is_ordered_by_score_and_scores_are_sums(shop: Clerk) -> None:
    for group in found(shop).groups:
        assert list(group.items) == sorted(group.items, key=place)
        for each in group.items:
            assert each.score == pytest.approx(sum(each.contributions.values()))


def test_a_complement_is_no_replacement_whatever_it_costs(shop: Clerk) -> None:
    for cheaper, in_stock in ((False, False), (True, False), (False, True)):
        result = found(shop, cheaper=cheaper, in_stock=in_stock)
        for group in result.groups:
            assert {a.relation == "complement" for a in group.items} == {group.kind == "complement"}
        assert all(a.differences == () for a in result.group("complement"))


def test_nothing_but_complements_leaves_their_group_alone(shop: Clerk) -> None:
    result = found(shop, *is_a("complement", "pegs"))
    assert [group.kind for group in result.groups] == ["complement"]
    assert result.notes == ("Nothing in the catalogue is known to do the same job.",)


def test_the_group_of_what_is_in_stock_stands_only_where_something_is_not(shop: Clerk) -> None:
    assert found(shop, *is_a("substitute", "duo", "fort"), of="dome").group("in_stock") == ()
    assert ids(found(shop, *is_a("substitute", "duo", "hall"), of="dome").group("in_stock")) == "duo"
    assert ids(found(shop, *is_a("substitute", "duo")).group("in_stock")) == "duo"  # the product itself is sold out


class TestUpgrade:
    def test_little_dearer_better_and_like_in_what_it_is_bought_by(self, shop: Clerk) -> None:
        candidates = is_a("substitute", "dome", "fort", "palace", "duo")
        assert ids(found(shop, *candidates).group("upgrade")) == "fort"  # palace: 40 % dearer; duo: for two

    def test_a_fact_it_is_bought_by_must_be_stated(self, shop: Clerk) -> None:
        silent = tent("x", "Woolbeck Ark", "Woolbeck", 600, capacity="", water_column=mm(6000))
        peers = is_a("substitute", "dome", "duo", "palace")
        assert found(shop, *peers, Candidate(silent, "substitute", 0.8, 0.7)).group("upgrade") == ()
        told = replace(silent, attributes={**silent.attributes, "capacity": persons(6)})
        assert ids(found(shop, *peers, Candidate(told, "substitute", 0.8, 0.7)).group("upgrade")) == "x"

    def test_to_be_had_is_no_merit(self, shop: Clerk) -> None:
        alike = tent("x", "Woolbeck Ark 6", "Woolbeck", 600)
        assert found(shop, Candidate(alike, "substitute", 0.8, 0.7)).group("upgrade") == ()

    def test_neither_sold_out_nor_worse_nor_a_variant_is_one(self, shop: Clerk) -> None:
        better = tent("x", "Woolbeck Ark 6", "Woolbeck", 600, water_column=mm(6000))
        mixed = replace(better, attributes={**better.attributes, "weight": kg(20)})
        for product in (replace(better, stock=0), replace(better, price=450.0), mixed):
            assert found(shop, Candidate(product, "substitute", 0.8, 0.7)).group("upgrade") == ()
        assert found(shop, Candidate(better, "variant", 0.8, 0.7)).group("upgrade") == ()


# -- what was asked for ---------------------------------------------------------------------------------------


def test_cheaper_in_stock_and_both(shop: Clerk) -> None:
    assert ids(found(shop, cheaper=True).group("substitute")) == "all-round dome leaky silent"
    assert found(shop, cheaper=True).group("variant") == ()
    assert ids(found(shop, in_stock=True).group("variant")) == "hall-blue"
    assert ids(found(shop, in_stock=True).group("complement")) == "mat pegs"
    both = found(shop, cheaper=True, in_stock=True)
    assert ids(both.group("substitute")) == ids(both.group("in_stock")) == "all-round dome silent"


def test_everything_out_of_stock_is_said(shop: Clerk) -> None:
    gone = [replace(c, product=replace(c.product, stock=0)) for c in ALL]
    result = found(shop, *gone)
    assert result.notes == ("Every alternative is out of stock.",)
    assert result.group("in_stock") == ()
    assert len(result.group("substitute")) == 8
    wanted = found(shop, *gone, in_stock=True)
    assert wanted.groups == ()
    assert wanted.notes == ("None of the alternatives (11) is left by what was asked for besides.",)


def test_a_product_without_attributes(shop: Clerk) -> None:
    result = found(shop, *is_a("substitute", "dome", "bare-too"), of="bare")
    assert result.notes[0].startswith("Its listing states no attributes")
    assert result.matters == ()
    assert ids(result.group("substitute")) == "bare-too dome"
    assert all(a.reasons == () and a.sentences == () for a in shown_of(result))  # nothing shared, nothing said


def test_a_brand_alone_moves_little(shop: Clerk) -> None:
    result = found(shop, *is_a("substitute", "bare-again", "dome"), of="bare-too")
    assert one(result, "bare-again").contributions["fact:brand"] == pytest.approx(WEIGHTS["fact"] * 0.15)


def test_a_product_without_a_price_is_neither_dearer_nor_cheaper(shop: Clerk) -> None:
    result = found(shop, *is_a("substitute", "dome", "fort"), of="free")
    assert [group.kind for group in result.groups] == ["substitute"]
    assert all("price" not in a.contributions for a in shown_of(result))
    asked = found(shop, *is_a("substitute", "dome", "fort"), of="free", cheaper=True)
    assert asked.groups == ()
    assert asked.notes == ("Its price is not stated, so nothing can be said to be cheaper.",)


def test_an_alternative_without_a_price_stays_but_is_not_cheaper(shop: Clerk) -> None:
    result = found(shop, *is_a("substitute", "free"))
    assert [group.kind for group in result.groups] == ["substitute", "in_stock"]
    price = next(d for d in one(result, "free").differences if d.field == "price")
    assert (price.before, price.after, price.better) == ("$500.00", "", None)


def test_another_currency_is_not_compared(shop: Clerk) -> None:
    result = found(shop, *is_a("substitute", "yen"))
    assert result.group("cheaper") == ()
    assert "price" not in one(result, "yen").contributions
    price = next(d for d in one(result, "yen").differences if d.field == "price")
    assert price.better is None


def test_no_product_of_that_id(shop: Clerk) -> None:
    with pytest.raises(UnknownProduct, match=r"'hall-bleu'.*did you mean 'hall-blue'"):
        found(shop, of="hall-bleu")
    with pytest.raises(UnknownProduct, match="find ids with `search`"):
        found(shop, of="")


def test_a_shop_of_one_product(tmp_path_factory: pytest.TempPathFactory) -> None:
    """With the real neighbours: nothing is near, and nothing breaks."""
    with opened(tmp_path_factory.mktemp("alone"), [HALL]) as clerk:
        result = alternatives(clerk, "hall")
    assert result.groups == ()
    assert result.notes == ("Nothing in the catalogue is known to do the same job.",)
    assert {m.field for m in result.matters} == {*HALL.attributes, "brand"}


# -- pins -----------------------------------------------------------------------------------------------------


def test_a_pin_keeps_what_states_the_same(shop: Clerk) -> None:
    result = found(shop, keep="capacity")
    assert ids(result.group("substitute")) == "all-round dome fort leaky palace yen"
    assert ids(result.group("variant")) == "hall-a-green hall-blue"
    assert result.set_aside == {"capacity": 1, "capacity (not stated)": 1}  # duo is for two, silent says nothing
    assert [m.field for m in result.matters if m.kept] == ["capacity"]


def test_two_pins_both_hold_and_only_what_one_alone_kept_out_is_counted(shop: Clerk) -> None:
    result = found(shop, keep="capacity,water column")
    assert ids(result.group("substitute")) == "all-round dome fort leaky palace yen"
    both = found(shop, *is_a("substitute", "duo", "leaky", "dome"), keep="capacity,waterproof,weight")
    assert ids(both.group("substitute")) == "dome"
    assert both.set_aside == {"capacity": 1, "waterproof": 1}


def test_the_brand_can_be_pinned(shop: Clerk) -> None:
    result = found(shop, keep="Brand")
    assert result.group("substitute") == ()
    assert ids(result.group("variant")) == "hall-a-green hall-blue"
    assert result.set_aside == {"brand": 9}


def test_a_list_may_say_more_but_not_less(shop: Clerk) -> None:
    assert "all-round" in ids(found(shop, keep="use").group("substitute"))
    result = found(shop, *is_a("substitute", "hall", "dome"), of="all-round", keep="use")
    assert (result.groups, result.set_aside) == ((), {"use": 2})


def test_pins_never_keep_out_what_goes_with_it(shop: Clerk) -> None:
    result = found(shop, keep="capacity,waterproof,brand")
    assert ids(result.group("complement")) == "lamp mat pegs"


def test_a_pin_nobody_keeps_is_said(shop: Clerk) -> None:
    result = found(shop, *is_a("substitute", "duo", "silent"), keep="capacity")
    assert result.groups == ()
    assert result.notes == ("None of the alternatives (2) keeps everything that is pinned.",)


def test_a_pin_of_a_fact_that_is_not_stated_keeps_nothing_out(shop: Clerk) -> None:
    assert found(shop, keep="duplex,<script>") == found(shop)


@pytest.mark.parametrize(
    ("name", "own", "other", "kept"),
    [
        ("capacity", persons(6), persons(6), True),
        ("capacity", persons(6), Quantity(6, "people"), True),
        ("capacity", persons(6), persons(8), False),  # more room is another tent, not a better one
        ("battery life", Quantity(10, "h"), Quantity(20, "h"), True),  # everyone would have more of it
        ("battery life", Quantity(10, "h"), Quantity(9, "h"), False),
        ("battery life", Quantity(10, "h"), Quantity(1200, "min"), True),
        ("battery life", Quantity(10, "h"), Quantity(20, "persons"), False),
        ("noise level", Quantity(60, "dB"), Quantity(50, "dB"), True),
        ("noise level", Quantity(60, "dB"), Quantity(70, "dB"), False),
        ("waterproof", True, True, True),
        ("waterproof", True, False, False),
        ("use", ("a", "b"), ("b", "c", "A"), True),
        ("use", ("a", "b"), ("a",), False),
        ("use", "a", ("a", "b"), True),
        ("material", "steel", "Steel", True),
        ("material", "steel", "stainless steel", False),  # near is not the same
        ("material", "steel", True, False),
        ("capacity", persons(6), "6 persons", False),
    ],
)
def test_when_a_fact_is_kept(name: str, own: AttributeValue, other: AttributeValue, kept: bool) -> None:
    here, there = Product("a", "A", attributes={name: own}), Product("b", "B", attributes={name: other})
    assert keeps(here, there, name) is kept
    assert keeps(here, Product("c", "C"), name) is False
    assert keeps(Product("c", "C"), there, name) is True


def test_the_weight_of_what_is_meant_to_be_heavy_is_not_better_for_being_less() -> None:
    for category, kept in ((("Sport", "Kettlebells"), False), (("Outdoor", "Tents"), True)):
        here, there = (
            Product(id, id, category=category, attributes={"weight": kg(w)}) for id, w in (("a", 8), ("b", 4))
        )
        assert keeps(here, there, "weight") is kept


def test_of_what_goes_with_it_no_kind_crowds_out_the_others(shop: Clerk) -> None:
    def goes(id: str, chance: float, kind: str) -> Candidate:
        return Candidate(Product(id, id), "complement", chance, 0.5, kind=kind)

    beds = [goes(f"bed-{n}", 0.9 - n / 100, "bed") for n in range(4)]

    def order(*candidates: Candidate) -> list[str]:
        return [each.product.id for each in found(shop, *candidates).group("complement")]

    assert order(*beds, goes("lamp", 0.5, "lamp")) == ["bed-0", "bed-1", "lamp", "bed-2", "bed-3"]
    assert order(*beds) == ["bed-0", "bed-1", "bed-2", "bed-3"]
