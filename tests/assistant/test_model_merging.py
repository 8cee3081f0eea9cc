"""What is believed of a model's reading: what it adds where it is right, and each thing it may not do."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from assistant.intents import Guess
from assistant.model_merging import merged_reading
from assistant.model_quotes import alike, quoted
from assistant.model_reading import ModelReading
from assistant.numbers_spelled import in_digits
from assistant.types import Constraint, Intent
from assistant.understand import Request, understand
from tests.assistant.readings import EMPTY, NO_IDEA, attribute
from tests.assistant.shop import by_key, make_reader

READER = make_reader()
NAMES = ("Brindle Tansy 2", "Brindle Tansy 4", "Northlea Burrow")
Given = Mapping[str, Any]


def standing(message: str) -> tuple[Constraint, ...]:
    return understand(message, READER).constraints if message else ()


def read(message: str, before: str = "", guess: Guess | None = NO_IDEA, **given: object) -> Request:
    """Rules and model together; `before` is what stood."""
    context = standing(before)
    request = understand(message, READER, context=context, names=NAMES)
    reading = ModelReading.model_validate_json(json.dumps({**EMPTY, **given}))
    return merged_reading(request, reading, READER, context, message, guess, NAMES)


def named(name: str, evidence: str, *, negated: bool = False) -> Given:
    return {"name": name, "negated": negated, "evidence": evidence}


def price(evidence: str, low: float | None = None, high: float | None = None) -> Given:
    return {"low": low, "high": high, "evidence": evidence}


def added(message: str, before: str = "", **given: object) -> Sequence[Constraint]:
    """What the model's reading brought in; what the rules read stands before it, untouched."""
    alone = understand(message, READER, context=standing(before), names=NAMES).constraints
    both = read(message, before, NO_IDEA, **given).constraints
    assert both[: len(alone)] == alone
    by_key(both)
    return both[len(alone) :]


class TestRight:
    @pytest.mark.parametrize(
        ("message", "evidence", "low", "high", "bounds"),
        [
            ("a tent, two hundred is what I can spend", "two hundred is what I can spend", None, 200, (None, 200)),
            ("a tent, I have 200 to spend", "I have 200 to spend", None, 200, (None, 200)),
            ("a tent, my wallet has a hundred and fifty", "my wallet has a hundred and fifty", None, 150, (None, 150)),
            ("a tent for two or three hundred bucks", "three hundred bucks", None, 300, (None, 300)),
        ],
    )
    def test_a_budget_the_rules_left_unread(
        self, message: str, evidence: str, low: float | None, high: float, bounds: tuple[float | None, float]
    ) -> None:
        (wish,) = added(message, price=price(evidence, low, high))
        assert wish.kind == "price"
        assert wish.hard
        assert (wish.low, wish.high) == bounds

    def test_a_wish_named_with_another_ending_filters(self) -> None:
        (wish,) = added("a jacket, woollen", attributes=[attribute("material", "woollen", value="wool")])
        assert (wish.key, wish.hard) == ("attribute:material", True)
        assert read("a jacket, woollen", attributes=[attribute("material", "woollen", value="wool")]).extra == ""

    def test_a_conclusion_ranks_and_is_said(self) -> None:
        request = read("a tent that keeps us dry", attributes=[attribute("waterproof", "keeps us dry")])
        wish = by_key(request.constraints)["attribute:waterproof"]
        assert (wish.hard, wish.guessed, wish.negated) == (False, False, False)
        assert request.notes == ("I took “keeps us dry” to mean waterproof.",)
        assert request.text == understand("a tent that keeps us dry", READER).text  # what was said is searched for

    def test_a_refusal_said_without_a_word_of_refusing_ranks(self) -> None:
        (wish,) = added(
            "a jacket, cows are sacred here",
            attributes=[attribute("material", "cows are sacred", value="leather", negated=True)],
        )
        assert (wish.negated, wish.hard) == (True, False)

    def test_a_measure_keeps_the_number_and_unit_of_the_message(self) -> None:
        (wish,) = added(
            "headphones, weight two hundred grams or so",
            attributes=[attribute("weight", "weight two hundred grams", high=200, unit="g")],
        )
        assert wish.test is not None
        assert (wish.test.high, wish.test.unit) == (200, "grams")

    def test_a_kind_described_leans_the_ranking(self) -> None:
        (wish,) = added("something waterproof to crawl into", category=named("tents", "to crawl into"))
        assert (wish.values, wish.hard) == (("tents",), False)

    def test_a_brand_with_a_slip_is_that_brand(self) -> None:
        (wish,) = added("tents, brindleish stuff", brands=[named("Brindle", "brindleish stuff")])
        assert (wish.values, wish.hard) == (("brindle",), True)

    @pytest.mark.parametrize(
        ("label", "evidence"),
        [("under $200", "money isn't really the problem"), ("navy", "surprise me on colour, whatever goes")],
    )
    def test_a_wish_given_up_in_other_words(self, label: str, evidence: str) -> None:
        request = read(
            f"well, {evidence}, folks", "a navy tent under $200", taken_back=[{"label": label, "evidence": evidence}]
        )
        assert len(request.steering.dropped) == 1

    def test_a_product_pointed_at(self) -> None:
        request = read("is the wooden one sturdy", points_at=[{"place": 2, "evidence": "the wooden one"}])
        assert (request.ordinal, request.intent) == (1, "refine")

    @pytest.mark.parametrize("intent", ["policy", "handover", "details", "off_topic", "small_talk"])
    def test_its_intent_where_rules_and_examples_are_unsure(self, intent: Intent) -> None:
        assert read("blah blubb", intent=intent).intent == intent


class TestWrong:
    @pytest.mark.parametrize(
        ("message", "given"),
        [
            # not in the message, or not whole words of it
            ("a tent, roomy thing", {"attributes": [attribute("waterproof", "keeps me dry")]}),
            ("a tent, roomy thing", {"attributes": [attribute("waterproof", "")]}),
            ("a tent, roomy thing", {"attributes": [attribute("waterproof", "hing")]}),
            ("a tent, roomy thing", {"attributes": [attribute("waterproof", "a tent")]}),  # read by the rules
            # not in the catalogue
            ("a tent for gales", {"attributes": [attribute("windproof", "for gales")]}),
            ("a tent for gales", {"attributes": [attribute("colour", "for gales", value="gale grey")]}),
            ("a tent, say gales", {"category": named("yurts", "say gales")}),
            ("a tent, Galewood", {"brands": [named("Galewood", "Galewood")]}),
            # a brand is no conclusion, nor is what a thing is for
            ("a tent, the posh make", {"brands": [named("Northlea", "posh make")]}),
            ("a tent for Oakley", {"brands": [named("Oakley", "Oakley")]}),
            # numbers
            ("a tent for my 2 dogs, price is no matter", {"price": price("2 dogs, price is no matter", None, 2)}),
            ("the price for 2 dogs of a tent", {"price": price("price for 2 dogs", None, 2)}),
            ("a tent, I have 200 to spend", {"price": price("200 to spend", None, 300)}),
            ("a tent, I have 200 to spend", {"price": price("200 to spend", 200, None)}),
            ("a tent, I have 200 to spend", {"price": price("to spend", None, 200)}),
            ("a tent, gales, under $200", {"price": price("gales, under $200", None, 200)}),
            ("a cheap tent, 90 to spend", {"price": price("90 to spend", None, 90)}),
            ("a tent for 4 people, gales", {"attributes": [attribute("capacity", "4 people, gales", low=6)]}),
            ("a tent, 60 blubb", {"attributes": [attribute("weight", "60 blubb", high=60, unit="kg")]}),
            # denials
            ("a jacket without woollen bits", {"attributes": [attribute("material", "woollen bits", value="wool")]}),
            ("a jacket, I don't do woollen", {"attributes": [attribute("material", "woollen", value="wool")]}),
            ("a jacket, never anything woollen", {"attributes": [attribute("material", "woollen", value="wool")]}),
            ("a jacket, not leather, cowhide", {"attributes": [attribute("material", "cowhide", value="leather")]}),
            ("no kettles, a boiler", {"category": named("kettles", "a boiler")}),
            # what the shop has not got
            ("a sofa", {"category": named("tents", "sofa")}),
            ("a sofa", {"attributes": [attribute("colour", "sofa", value="red")]}),
        ],
    )
    def test_it_adds_nothing(self, message: str, given: Given) -> None:
        assert added(message, **given) == ()

    @pytest.mark.parametrize(
        "given",
        [
            {"attributes": [attribute("colour", "seaside", value="navy blue")]},
            {"attributes": [attribute("material", "seaside", value="leather")]},
            {"category": named("backpacks", "seaside")},
            {"taken_back": [{"label": "red", "evidence": "seaside"}]},
            {"taken_back": [{"label": "under $200", "evidence": "not the seaside"}]},
            {"taken_back": [{"label": "not leather", "evidence": "not the seaside, leather"}]},
        ],
    )
    def test_what_stands_is_not_touched_by_a_conclusion(self, given: Given) -> None:
        message = "for the seaside, not the seaside, leather"
        alone = understand(message, READER, context=standing("a red jacket under $200, not leather"), names=NAMES)
        request = read(message, "a red jacket under $200, not leather", **given)
        assert request.constraints == alone.constraints
        assert request.steering.dropped == alone.steering.dropped

    @pytest.mark.parametrize("place", [0, -1, 4, 10**30])
    def test_a_place_that_is_not_on_the_page(self, place: int) -> None:
        assert read("the wooden one", points_at=[{"place": place, "evidence": "the wooden one"}]).ordinal is None

    @pytest.mark.parametrize("intent", ["forget", "start_over", "why", "what_if"])
    def test_it_may_not_delete_or_start_over(self, intent: Intent) -> None:
        assert read("blah blubb", intent=intent).intent == "search"

    def test_its_intent_is_left_aside_where_the_examples_are_sure_or_rule_it_out(self) -> None:
        sure = replace(NO_IDEA, group_confidence=0.9)
        unlikely = replace(NO_IDEA, probabilities={"search": 0.99, "handover": 0.01})
        for guess in (None, sure, unlikely):
            assert read("blah blubb", guess=guess, intent="handover").intent == "search"
        assert read("a tent, blubb", intent="handover").intent == "search"  # a wish the rules read

    def test_a_correction_needs_words_of_correcting(self) -> None:
        assert not read("a kettle for the blubb", "a tent under $200", corrects=True).steering.corrects
        assert read("a kettle, you got that wrong", "a tent under $200", corrects=True).steering.corrects

    def test_each_word_is_read_once(self) -> None:
        claims = [attribute("colour", "blubb", value=v) for v in ("red", "navy blue")]
        claims += [attribute("waterproof", "blubb"), attribute("bluetooth", "blubb"), attribute("timer", "blubb")]
        assert len(added("a tent for blubb", attributes=claims)) == 1


class TestParts:
    @pytest.mark.parametrize(
        ("said", "digits"),
        [
            ("two hundred", "200"), ("a hundred and fifty", "150"), ("twenty-five", "25"),
            ("two thousand three", "2003"),
            ("one", "one"), ("the second one", "the second one"), ("three or four", "3 or 4"), ("a grand", "1000"),
            ("one hundred twenty thousand", "120000"), ("none", "none"), ("", ""), ("ninety nine bucks", "99 bucks"),
        ],
    )  # fmt: skip
    def test_spelled_numbers(self, said: str, digits: str) -> None:
        assert in_digits(said) == digits

    @pytest.mark.parametrize(
        ("one", "other", "is_one"),
        [
            ("wool", "woollen", True), ("brindle", "brindel", True), ("tents", "tent", True), ("red", "bed", False),
            ("water", "waterproof", False), ("cat", "category", False), ("navy", "gravy", False), ("64", "65", False),
        ],
    )  # fmt: skip
    def test_words_alike(self, one: str, other: str, is_one: bool) -> None:
        assert alike(one, other) == alike(other, one) == is_one

    @pytest.mark.parametrize(
        ("message", "evidence", "denied"),
        [
            ("nothing too flashy", "flashy", True), ("red, flashy", "flashy", False),
            ("no red, flashy", "flashy", False), ("not red but flashy", "flashy", False),
            ("flashy-free", "flashy-free", True), ("flash free", "flash", True),
            ("it shouldn't be flashy", "flashy", True), ("anything but flashy", "but flashy", True),
        ],
    )  # fmt: skip
    def test_denials_are_seen_in_their_clause(self, message: str, evidence: str, denied: bool) -> None:
        quote = quoted(evidence, message, {"flashy", "flash", "flashy-free"}, READER.vocabulary)
        assert quote is not None
        assert quote.denied == denied
