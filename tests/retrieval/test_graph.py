from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from retrieval.graph import build_graph
from retrieval.types import Product


def thing(id: str, kind: str = "", title: str = "", brand: str = "") -> Product:
    return Product(id, title or id, brand=brand, category=("Outdoor", kind) if kind else ())


TENTS = [thing(f"tent-{n}", "Tents") for n in range(8)]
PEGS = [thing(f"peg-{n}", "Tent Pegs") for n in range(8)]
MUGS = [thing(f"mug-{n}", "Mugs") for n in range(8)]
SHOP = [*TENTS, *PEGS, *MUGS, thing("nameless")]
PITCHING = [[f"tent-{n}", f"peg-{n}"] for n in range(8)]
"""Eight shoppers, each with a tent and its pegs."""
AT_HOME = [[f"mug-{n}", f"mug-{n + 1}"] for n in range(7)]


def test_kinds_taken_together_are_told_from_those_that_are_not() -> None:
    graph = build_graph(SHOP, [*PITCHING, *AT_HOME])
    assert graph.kinds_together["tents", "tent pegs"] == graph.kinds_together["tent pegs", "tents"] > 0.3
    assert [kind for kind, _lift in graph.kinds_with("tents")] == ["tent pegs"]
    assert graph.kinds_with("mugs") == []
    assert graph.taken_with("tent-3") == {"peg-3": 1}
    assert graph.taken_with("peg-3") == {"tent-3": 1}
    assert graph.taken_with("nameless") == graph.taken_with("no such product") == {}


def test_the_lift_is_how_many_times_more_than_by_chance() -> None:
    """Of 15 shoppers 8 took a tent, 8 pegs, 8 both: by chance 8 * 8 / 15; three are added to both counts."""
    graph = build_graph(SHOP, [*PITCHING, *AT_HOME])
    assert graph.kinds_together["tents", "tent pegs"] == math.log((8 + 3) / (64 / 15 + 3))


def test_what_everybody_takes_goes_with_nothing_in_particular() -> None:
    graph = build_graph(SHOP, [[*pair, "mug-0"] for pair in PITCHING])
    assert graph.kinds_with("tents") == []  # eight of eight took tents, pegs and mugs: just what chance predicts


def test_a_basket_of_everything_says_nothing() -> None:
    many = [thing(f"t{n}", "Tents") for n in range(40)] + [thing(f"k{n}", "Kettles") for n in range(40)]
    graph = build_graph(many, [[p.id for p in many], ["t0", "t1"], ["k0", "k1"]])
    assert graph.kinds_together == {}
    assert graph.taken_with("t0") == {"t1": 1}
    assert build_graph(many, [["t0", "k0"]]).taken_with("t0") == {"k0": 1}


def test_unknown_and_repeated_ids_of_a_basket_count_for_nothing() -> None:
    graph = build_graph(SHOP, [["tent-0", "tent-0", "gone"], ["tent-1", "peg-1", "gone", "peg-1"], [], ["mug-1"]])
    assert graph.together == {"tent-1": {"peg-1": 1}, "peg-1": {"tent-1": 1}}


def test_variants_share_brand_and_title_up_to_its_comma() -> None:
    red, green = thing("r", "Tents", "Tansy 2, Red", "Brindle"), thing("g", "Tents", "TANSY 2, Green", "brindle")
    other, lone = thing("o", "Tents", "Tansy 2, Red", "Northlea"), thing("l", "Tents", "Burrow", "Brindle")
    graph = build_graph([red, green, other, lone])
    assert graph.variants(red) == ("g",)
    assert graph.variants(green) == ("r",)
    assert graph.variants(other) == graph.variants(lone) == ()
    assert graph.kinds == {"tents": ("r", "g", "o", "l")}


def test_a_product_without_a_category_is_of_no_kind() -> None:
    graph = build_graph(SHOP, [["nameless", "tent-0"]])
    assert "nameless" not in graph.kind_of
    assert graph.kinds_together == {}
    assert graph.taken_with("nameless") == {"tent-0": 1}  # the two themselves were counted all the same


def test_an_empty_shop_has_an_empty_graph() -> None:
    graph = build_graph([], [["tent-0", "peg-0"]])
    assert (graph.models, graph.kinds, graph.kind_of, graph.together, graph.kinds_together) == ({}, {}, {}, {}, {})


@given(st.lists(st.lists(st.sampled_from([p.id for p in SHOP]), max_size=8), max_size=12))
def test_whatever_was_bought_both_directions_say_the_same(baskets: list[list[str]]) -> None:
    graph = build_graph(SHOP, baskets)
    for one, others in graph.together.items():
        assert one not in others
        for other, count in others.items():
            assert graph.taken_with(other)[one] == count <= len(baskets)
    for (a, b), lift in graph.kinds_together.items():
        assert graph.kinds_together[b, a] == lift
        assert math.isfinite(lift)
