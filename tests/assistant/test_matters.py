from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.alternative_types import Matter
from assistant.errors import UnknownFact
from assistant.matters import check_pins, matters_of
from retrieval.types import Product, Quantity
from tests.assistant.alternatives_shop import BY_ID, HALL, is_a, kg, persons, tent

PEERS = is_a("substitute", "dome", "fort", "palace", "duo", "silent") + is_a("variant", "hall-blue")


def weights(product: Product = HALL, keep: tuple[str, ...] = ()) -> dict[str, float]:
    return {m.field: m.weight for m in matters_of(product, PEERS, keep)}


def test_what_the_title_says_and_all_peers_state_matters_most() -> None:
    found = matters_of(HALL, PEERS)
    assert found[0] == Matter("capacity", "6 persons", 1.0)
    assert [m.weight for m in found] == sorted((m.weight for m in found), reverse=True)
    assert {m.field for m in found} == {*HALL.attributes, "brand"}
    assert all(0 < m.weight <= 1 for m in found)
    told = weights()
    assert told["colour"] < told["waterproof"]  # looks
    assert told["brand"] == pytest.approx(0.15)
    assert told["weight"] < told["water column"]


def test_a_fact_few_peers_state_matters_less() -> None:
    odd = replace(HALL, attributes={**HALL.attributes, "peg bag": True})
    assert weights(odd)["peg bag"] < weights(odd)["waterproof"]


def test_without_peers_facts_are_guessed_from_the_listing_alone() -> None:
    found = matters_of(HALL, [])
    assert found[0].field == "capacity"
    assert {m.field for m in found} == {*HALL.attributes, "brand"}


def test_complements_are_no_peers() -> None:
    assert matters_of(HALL, PEERS + is_a("complement", "pegs", "lamp", "mat")) == matters_of(HALL, PEERS)


def test_records_matter_to_nobody() -> None:
    product = replace(HALL, attributes={**HALL.attributes, "EAN": "4006381333931", "mpn": "H6"})
    assert {"EAN", "mpn"} & {m.field for m in matters_of(product, PEERS)} == set()


def test_pins_are_found_however_they_are_written() -> None:
    kept = {m.field for m in matters_of(HALL, PEERS, ("Water  COLUMN", "Brand", "no such fact")) if m.kept}
    assert kept == {"water column", "brand"}


def test_a_brand_alone_does_not_become_all_that_matters() -> None:
    (only,) = matters_of(BY_ID["bare-too"], PEERS)
    assert (only.field, only.value) == ("brand", "Brindle")
    assert only.weight == pytest.approx(0.15)
    assert matters_of(BY_ID["bare"], PEERS) == []


def test_one_name_written_twice_is_one_fact() -> None:
    twice = replace(HALL, attributes={"Capacity": persons(6), "capacity": persons(4), "Brand": "Somebody"})
    found = {m.field: m.value for m in matters_of(twice, PEERS)}
    assert found == {"Capacity": "6 persons", "brand": "Northlea"}  # the first of two, and the field before both


def test_a_pin_that_the_product_does_not_state_is_named_with_those_it_does() -> None:
    found = matters_of(HALL, PEERS)
    check_pins(found, ())
    check_pins(found, ("capacity", "BRAND"))
    with pytest.raises(UnknownFact, match=r"states no 'duplex' to keep. It states capacity, .*brand.*\.$") as refused:
        check_pins(found, ("capacity", "duplex"))
    assert "\n" not in str(refused.value)
    with pytest.raises(UnknownFact, match="nothing that could be kept"):
        check_pins([], ("x" * 10_000,))


def test_hostile_names_and_values_are_only_data() -> None:
    odd = tent("odd", "x", "", 1, capacity="<script>", weight="\x00\x1b[2J", use=())
    odd = replace(odd, attributes={**odd.attributes, "": "", "${x}": Quantity(float("nan")), "n" * 5_000: kg(0)})
    found = matters_of(odd, is_a("substitute", "dome"))
    assert {m.field for m in found} == set(odd.attributes)
    assert all(0 <= m.weight <= 1 for m in found)
