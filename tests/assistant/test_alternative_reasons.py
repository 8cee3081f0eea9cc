"""Reasons of alternatives: true to the ranking, true to the catalogue; and what is said of what goes with a product."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from assistant.alternative_scores import keeps, place, stated
from assistant.alternatives import Wish, alternatives
from assistant.clerk import Clerk
from assistant.generators import ScriptedGenerator
from assistant.neighbours import Candidate
from assistant.prompting import TUNED_PROMPT
from assistant.wording import shown
from tests.assistant.alternatives_shop import (
    ALL,
    BY_ID,
    HALL,
    Given,
    found,
    kg,
    one,
    opened,
    shown_of,
    tent,
)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clerk]:
    with opened(tmp_path_factory.mktemp("tents")) as clerk:
        yield clerk


def test_every_reason_moved_its_alternative_up(shop: Clerk) -> None:
    reasons = 0
    for keep in ("", "colour,use"):
        for each in shown_of(found(shop, keep=keep)):
            for reason in each.reasons:
                reasons += 1
                assert each.contributions[reason.signal] == reason.contribution > 0
                without = sum(moved for signal, moved in each.contributions.items() if signal != reason.signal)
                assert without < each.score
    assert reasons > 20


def test_of_two_alike_the_reason_of_the_first_is_what_puts_it_there(shop: Clerk) -> None:
    """Both are the hall but for one fact; without that fact's signal the other is first, by its id."""
    states = tent("z", "Zenith 6", "", 500)
    silent = tent("a", "Arch 6", "", 500, waterproof="")
    result = found(shop, *(Candidate(p, "substitute", 0.8, 0.7) for p in (states, silent)), keep="")
    first, second = result.group("substitute")
    assert (first.product.id, second.product.id) == ("z", "a")
    signal = "fact:waterproof"
    assert signal not in second.contributions
    pinned = found(shop, Candidate(states, "substitute", 0.8, 0.7), keep="waterproof")
    assert signal in {r.signal for r in one(pinned, "z").reasons}
    less = replace(first, score=first.score - first.contributions[signal])
    assert place(less) > place(second)


def test_every_sentence_states_what_the_alternative_states_and_the_product_too(shop: Clerk) -> None:
    said = 0
    for keep in ("", "colour", "use,waterproof", "brand"):
        for each in shown_of(found(shop, keep=keep)):
            known = {r.id: r for r in each.reasons}
            assert [r for s in each.sentences for r in s.reasons] == list(known)
            for sentence in each.sentences:
                assert sentence.supported
                assert sentence.product_id == each.product.id
                for field, value in sentence.evidence if each.relation != "complement" else ():
                    fact = stated(each.product, field)
                    assert fact is not None
                    assert not isinstance(fact.value, float)
                    assert shown(fact.value) == value
                    assert keeps(HALL, each.product, field)
                    said += 1
    assert said > 20


def test_what_is_only_near_or_differs_is_no_reason(shop: Clerk) -> None:
    near = tent("near", "Zenith 6", "", 500, weight=kg(9.9), use=("camping",), waterproof=False, colour="dark red")
    result = one(found(shop, Candidate(near, "substitute", 0.8, 0.7)), "near")
    assert result.contributions["fact:weight"] > 0  # it moves it up a little, and is told among the differences
    assert {r.field for r in result.reasons} == {"capacity", "water column"}
    assert {"weight", "use", "waterproof", "colour"} <= {d.field for d in result.differences}


def test_pinned_facts_are_named_first(shop: Clerk) -> None:
    first = one(found(shop, keep="colour"), "dome").reasons[0]
    assert (first.field, first.value, first.kind) == ("colour", "red", "comparison")
    assert "colour" not in [r.field for r in one(found(shop), "dome").reasons][:1]
    kept = one(found(shop, keep="brand"), "hall-blue").reasons[0]
    assert (kept.field, kept.value, kept.signal) == ("brand", "Northlea", "fact:brand")


def test_what_neither_has_is_said_only_when_pinned(shop: Clerk) -> None:
    """That it is not waterproof recommends nothing."""
    plain = tent("plain", "Shade 6", "", 100, waterproof=False)
    lone = Candidate(plain, "substitute", 0.8, 0.7)
    assert "waterproof" not in {r.field for r in found(shop, lone, of="leaky").groups[0].items[0].reasons}
    assert "waterproof" in {
        r.field for r in found(shop, lone, of="leaky", keep="waterproof").groups[0].items[0].reasons
    }


def test_reasons_are_numbered_once_and_for_all(shop: Clerk) -> None:
    by_product = {a.product.id: a for a in shown_of(found(shop))}
    numbers = [r.id for a in by_product.values() for r in a.reasons]
    assert len(numbers) == len(set(numbers))


def test_differences_say_which_is_better_only_where_anyone_can_say(shop: Clerk) -> None:
    told = {d.field: d for d in one(found(shop), "fort").differences}
    assert (told["water column"].before, told["water column"].after, told["water column"].better) == (
        "3000 mm", "6000 mm", True,
    )  # fmt: skip
    assert told["price"].better is False
    assert told["brand"].better is None
    assert (told["colour"].before, told["colour"].after, told["colour"].better) == ("red", "", None)
    assert "capacity" not in told
    assert {d.field: d.better for d in one(found(shop), "leaky").differences}["price"] is True


class TestComplement:
    def said(self, shop: Clerk, candidate: Candidate, of: str = "hall") -> list[str]:
        return [s.text for s in found(shop, candidate, of=of).group("complement")[0].sentences]

    def goes(self, id: str, taken: int = 0, lift: float = 0.0, goods: tuple[str, str] | None = None) -> Candidate:
        return Candidate(BY_ID[id], "complement", 0.7, 0.5, taken, goods, lift)

    def test_what_shoppers_took_is_counted(self, shop: Clerk) -> None:
        assert self.said(shop, self.goes("lamp", taken=3)) == ["3 shoppers took both."]
        assert self.said(shop, self.goes("lamp", taken=1, lift=2.0)) == ["1 shopper took both."]

    def test_kinds_taken_together_are_named(self, shop: Clerk) -> None:
        assert self.said(shop, self.goes("lamp", lift=0.7)) == [
            "Shoppers took Lanterns together with Tents more often than chance would have it."
        ]

    def test_one_shopper_is_no_pattern(self, shop: Clerk) -> None:
        """Two rare kinds that one shopper of a thousand took: log((1 + 3) / (0.001 + 3))."""
        assert self.said(shop, self.goes("lamp", lift=0.287)) == []

    def test_a_listing_is_quoted(self, shop: Clerk) -> None:
        assert self.said(shop, self.goes("pegs"), of="hall-x") == [
            "Its listing gives under compatible with: “Hall H6X”."
        ]
        (pegs,) = found(shop, self.goes("pegs"), of="hall-x").group("complement")
        assert pegs.sentences[0].evidence == (("compatible with", "Hall H6X"),)
        there = Candidate(BY_ID["hall-x"], "complement", 0.7, 0.5)
        assert self.said(shop, there, of="pegs")[0].endswith("gives under compatible with: “Hall H6X”.")

    def test_general_knowledge_says_that_it_is(self, shop: Clerk) -> None:
        assert self.said(shop, self.goes("lamp", goods=("tent", "lantern"))) == [
            "Commonly used together: lantern and tent; this is general knowledge, not taken from the listings."
        ]
        assert self.said(shop, self.goes("lamp", taken=2, goods=("tent", "lantern"))) == ["2 shoppers took both."]

    def test_where_nothing_is_known_nothing_is_said(self, shop: Clerk) -> None:
        assert self.said(shop, self.goes("mat")) == []

    def test_more_shoppers_come_first_and_that_is_the_reason(self, shop: Clerk) -> None:
        result = found(shop, self.goes("lamp", taken=9), self.goes("mat"))
        lamp, mat = (one(result, id) for id in ("lamp", "mat"))
        (reason,) = lamp.reasons
        assert reason.signal == "taken together"
        assert lamp.contributions["taken together"] == reason.contribution > 0
        assert "taken together" not in mat.contributions


# -- the generator's words ------------------------------------------------------------------------------------


def test_what_the_generator_invents_is_not_shown(shop: Clerk) -> None:
    lying = ScriptedGenerator(["It holds 9 persons and is made of gold."] * 40, prompt=TUNED_PROMPT)
    result = alternatives(
        replace(shop, neighbours=Given(*ALL), generator=lying, gate=None), "hall", Wish(each=2), worded=True
    )
    assert lying.prompts
    sentences = [s for a in shown_of(result) for s in a.sentences]
    assert sentences
    assert {s.source for s in sentences} == {"plain"}
    assert not any("gold" in s.text for s in sentences)


def test_the_generator_is_left_alone_unless_asked(shop: Clerk) -> None:
    quiet = ScriptedGenerator(["It is fine."])
    alternatives(replace(shop, neighbours=Given(*ALL), generator=quiet), "hall")
    assert quiet.prompts == []
