"""Why, why not and what if over the small shop: each claim is held against a real search and ranking."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from assistant import contrasts
from assistant.answer import answer, as_json
from assistant.clerk import Clerk
from assistant.contrast_facts import called
from assistant.contrasts import changed, differences, limit_message, page_again
from assistant.dialogue import Dialogue, before_page
from assistant.types import Answer, Constraint, Contrast, Done
from tests.assistant.shop import BY_ID, HOSTILE


class Talk:
    """One conversation."""

    def __init__(self, clerk: Clerk, shopper: str = "", variety: float | None = None) -> None:
        self.clerk, self.variety = clerk, variety
        self.session = clerk.sessions.start(shopper)

    def say(self, message: str) -> Answer:
        last = list(answer(self.clerk, self.session, message, variety=self.variety))[-1]
        assert isinstance(last, Done)
        return last.answer

    @property
    def dialogue(self) -> Dialogue:
        return self.clerk.sessions.dialogue(self.session)


def evidence(given: Answer) -> Contrast:
    assert given.contrast is not None
    return given.contrast


def shown(given: Answer) -> list[str]:
    return [r.product.id for r in given.recommendations]


class TestWhy:
    def test_its_own_reasons(self, clerk: Clerk) -> None:
        talk = Talk(clerk)
        page = talk.say("a tent under $200")
        given = talk.say("why this one?")
        first = page.recommendations[0]
        assert given.intent == "why"
        assert first.product.title in given.reply
        assert all(r.text in given.reply for r in first.reasons)
        assert evidence(given).same_page
        assert evidence(given).standings[0].contributions == first.contributions

    def test_one_that_was_not_shown_is_not_praised(self, clerk: Clerk) -> None:
        talk = Talk(clerk)
        talk.say("a tent under $200")
        given = talk.say("why do you recommend the second?")
        assert "Number 2 of 2 is" in given.reply
        talk.say("a kettle under $50")
        assert "umber 1" in talk.say("why the Oakley Plain Kettle?").reply


class TestWhyNot:
    def test_over_the_budget_is_said_with_the_price_and_where_it_would_come(self, clerk: Clerk) -> None:
        talk = Talk(clerk)
        talk.say("a tent under $200")
        given = talk.say("why not the Burrow?")
        assert "It costs $340.00, $140.00 over your limit of $200." in given.reply
        assert "With $140 more, it would come" in given.reply
        assert (evidence(given).outcome, evidence(given).broken) == ("excluded", ("price",))
        after = talk.say(given.suggestions[0])
        trial = evidence(given).trials[0]
        assert shown(after)[0] == trial.first
        ranked = page_again(clerk, before_page(talk.dialogue))
        assert ranked.place("tent-light") == trial.place

    def test_two_broken_wishes_are_both_named(self, clerk: Clerk) -> None:
        talk = Talk(clerk)
        talk.say("a waterproof tent under $200")
        given = talk.say("why isn't the Northlea Burrow there?")
        assert "$140.00 over your limit" in given.reply
        assert "It is not waterproof." in given.reply
        assert len(evidence(given).broken) == 2

    def test_what_was_shown_is_pointed_at(self, clerk: Clerk) -> None:
        talk = Talk(clerk)
        page = talk.say("a tent")
        given = talk.say(f"why not the {page.recommendations[1].product.title}?")
        assert given.reply.startswith("I did show it: ")
        assert "number 2" in given.reply

    def test_what_came_behind_has_its_place_and_the_signals(self, clerk: Clerk) -> None:
        talk = Talk(clerk)
        page = talk.say("a tent")
        left = next(id for id in ("tent-2", "tent-4", "tent-light", "tent-6") if id not in shown(page))
        given = talk.say(f"why not the {BY_ID[left].title}?")
        upper, lower = evidence(given).standings
        assert evidence(given).outcome == "behind"
        assert lower.product_id == left
        assert upper.product_id == shown(page)[-1]
        assert f"came {lower.place}th of" in given.reply
        assert left != "tent-6" or "it is in stock, while the other is sold out" in given.reply

    def test_another_version_of_a_model_shown(self, clerk: Clerk) -> None:
        talk = Talk(clerk)
        page = talk.say("a jacket")
        (one,) = {"jacket-m", "jacket-s"} & set(shown(page))
        (other,) = {"jacket-m", "jacket-s"} - {one}
        given = talk.say(f"why not the {other}?")
        assert evidence(given).outcome == "variant"
        assert evidence(given).standings[0].product_id == one
        assert "I show one version of a model" in given.reply

    def test_shown_before_and_something_else_asked_for(self, clerk: Clerk) -> None:
        talk = Talk(clerk)
        first = talk.say("a jacket")
        talk.say("something else")
        given = talk.say("why not the first one from before?")
        assert BY_ID[shown(first)[0]].title in given.reply
        assert "you asked for something else" in given.reply


class TestWhyThisOrder:
    def test_the_differences_add_up_to_the_gap_of_the_scores(self, clerk: Clerk) -> None:
        talk = Talk(clerk, shopper="ann")
        page = talk.say("a light waterproof tent under $400")
        found = evidence(talk.say("why is the first above the second?"))
        first, second = page.recommendations[:2]
        assert sum(d.gap for d in found.differences) == pytest.approx(first.score - second.score)
        assert [d.gap for d in found.differences] == sorted((d.gap for d in found.differences), key=abs, reverse=True)

    def test_the_facts_of_both_are_in_it(self, clerk: Clerk) -> None:
        talk = Talk(clerk)
        page = talk.say("a quiet kettle")
        assert shown(page)[0] == "kettle-quiet"
        given = talk.say("why is the Hush above the Plain?")
        assert "you asked for “quiet”, and its noise level is 48 dB, against 66 dB" in given.reply

    def test_the_other_way_round_is_said(self, clerk: Clerk) -> None:
        talk = Talk(clerk)
        talk.say("a quiet kettle")
        assert talk.say("why is the second above the first?").reply.startswith("It is the other way round.")
        assert "The first place is that of" in talk.say("why isn't the first one first?").reply

    def test_equal_scores_are_said_to_be_equal(self, clerk: Clerk) -> None:
        talk = Talk(clerk)
        talk.say("a tent")
        shelf = page_again(clerk, before_page(talk.dialogue))
        twin = replace(shelf.page[0], product=shelf.page[1].product)
        assert differences(shelf.page[0], twin) == ()

    def test_the_only_product_has_no_rival(self, clerk: Clerk) -> None:
        talk = Talk(clerk)
        assert len(talk.say("a tent for 4 people").recommendations) == 1
        assert "only product" in talk.say("why the first first?").reply
        assert "What would change this?" not in talk.say("a tent for 4 people").suggestions


OPENINGS = [
    ["a tent under $200"],
    ["a quiet kettle under $50"],
    ["a light waterproof tent under $400"],
    ["a waterproof tent, ideally navy blue"],
    ["a jacket, not leather"],
    ["red jacket under $200", "something else"],
    ["something for hiking under $150"],
    ["hiking boots under $20"],
    ["a kettle between $30 and $60"],
    ["a tent", "in green"],
]


class TestWhatIf:
    @pytest.mark.parametrize("messages", OPENINGS, ids=lambda m: " | ".join(m))
    @pytest.mark.parametrize(("shopper", "variety"), [("", None), ("ann", None), ("ann", 1.0)])
    def test_every_claim_holds_when_it_is_really_done(
        self, clerk: Clerk, messages: list[str], shopper: str, variety: float | None
    ) -> None:
        def opened() -> Talk:
            talk = Talk(clerk, shopper, variety)
            for message in messages:
                talk.say(message)
            return talk

        given = opened().say("What would change this?")
        for trial in evidence(given).trials:
            after = opened().say(trial.message)
            assert shown(after)[:1] == ([trial.first] if trial.first else []), trial
        claimed = set(re.findall(r", (the [^,.]+?) would come first", given.reply))
        now = BY_ID[evidence(given).standings[0].product_id]
        assert claimed <= {called(BY_ID[t.first], now) for t in evidence(given).trials if t.first and not t.given_up}
        assert set(given.suggestions) <= {t.message for t in evidence(given).trials} | {"What would change this?"}

    def test_more_money_is_the_price_of_what_would_come_first(self, clerk: Clerk) -> None:
        talk = Talk(clerk)
        talk.say("a quiet kettle under $80")
        given = talk.say("What would change this?")
        assert "With $9 more, the Oakley Hush Kettle would come first." in given.reply
        assert "Make it up to $89.00" in given.suggestions
        assert shown(talk.say("Make it up to $89.00"))[0] == "kettle-quiet"

    def test_a_sum_of_the_shopper(self, clerk: Clerk) -> None:
        talk = Talk(clerk)
        first = talk.say("a quiet kettle under $80").recommendations[0].product.title
        assert (
            f"With $5 more, up to $85, the {first} would still come first." in talk.say("what if I had $5 more?").reply
        )
        given = talk.say("what if I had $20 more?")
        assert given.reply == f"With $20 more, up to $100, the Oakley Hush Kettle would come first, before the {first}."
        given = talk.say("what if I had $79 less?")
        assert "With $79 less, up to $1, nothing would fit; " in given.reply
        assert evidence(given).trials[0].given_up == ("price",)

    def test_without_a_budget_money_changes_nothing(self, clerk: Clerk) -> None:
        talk = Talk(clerk)
        talk.say("a tent")
        assert "You have named no limit, so money held nothing back" in talk.say("what if I had $20 more?").reply
        talk.say("a cheap kettle")
        assert "no limit of your own" in talk.say("what if I had $20 more?").reply

    def test_a_limit_of_thousands_is_read_back(self) -> None:
        price = Constraint("price", "price", "under $900", high=900)
        after = changed(Dialogue(constraints=(price,)), limit_message(1234.5, "USD"), "USD")
        assert after is not None
        assert after.constraints[0].high == 1234.5

    def test_products_can_be_named_by_their_ids(self, clerk: Clerk) -> None:
        talk = Talk(clerk)
        page = talk.say("a tent under $200")
        given = talk.say(f"why is {shown(page)[0]} above {shown(page)[1]}?")
        assert [s.product_id for s in evidence(given).standings] == shown(page)[:2]

    def test_no_change_is_said_to_be_none_with_what_was_tried(self, clerk: Clerk) -> None:
        talk = Talk(clerk)
        talk.say("hiking boots under $20")
        given = talk.say("what would change it?")
        if evidence(given).outcome == "unchanged":
            assert f"I tried {len(evidence(given).trials)} change" in given.reply

    def test_the_asked_product_comes_first_where_it_is_said_to(self, clerk: Clerk) -> None:
        talk = Talk(clerk)
        talk.say("a quiet kettle under $80")
        given = talk.say("what would put the second first?")
        second = evidence(given).standings[1].product_id
        for message in given.suggestions:
            if message != "What would change this?":
                fresh = Talk(clerk)
                fresh.say("a quiet kettle under $80")
                assert shown(fresh.say(message))[0] == second

    def test_tries_are_bounded(self, clerk: Clerk, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(contrasts, "MOST_TRIED", 1)
        talk = Talk(clerk)
        talk.say("a light waterproof tent under $400")
        assert len(evidence(talk.say("what would change it?")).trials) == 1


class TestTheConversationGoesOn:
    def test_a_question_changes_nothing(self, clerk: Clerk) -> None:
        talk = Talk(clerk)
        talk.say("a tent under $400")
        before = talk.dialogue
        for message in (
            "why this one?",
            "why not the Hall?",
            "why the first above the second?",
            "what would change it?",
        ):
            given = talk.say(message)
            assert given.constraints == before.constraints
            assert not given.recommendations
            assert replace(talk.dialogue, focus=()) == before  # what was spoken of is remembered, no more
        assert shown(talk.say("in green")) == ["tent-2"]

    def test_the_evidence_is_kept_and_given_out(self, clerk: Clerk) -> None:
        talk = Talk(clerk)
        talk.say("a tent under $200")
        given = talk.say("why not the Burrow?")
        assert clerk.sessions.answers(talk.session)[-1] == given
        out = as_json(given)["contrast"]
        assert out["outcome"] == "excluded"
        assert out["trials"][0]["message"] == given.suggestions[0]
        assert as_json(talk.say("a tent"))["contrast"] is None

    def test_a_varied_page_is_made_again_varied(self, clerk: Clerk) -> None:
        talk = Talk(clerk, variety=1.0)
        page = talk.say("something for the kitchen")
        lifted = [r for r in page.recommendations if "variety" in r.contributions]
        assert lifted
        given = talk.say(f"why the {lifted[0].product.title}?")
        assert evidence(given).same_page
        assert "Shown for variety" in given.reply

    def test_unknown_offers_are_ordinary_messages(self, clerk: Clerk) -> None:
        talk = Talk(clerk)
        talk.say("a red tent")
        assert changed(talk.dialogue, "Without “blue”", "USD") is None
        assert changed(talk.dialogue, "Make it up to $90.00", "USD") is None
        assert changed(Dialogue(), "Without my history", "USD") is None


class TestBadInput:
    @pytest.mark.parametrize(
        "message", ["why?", "why not the Hall?", "why is this above that?", "what would change it?"]
    )
    def test_no_page_yet(self, clerk: Clerk, message: str) -> None:
        given = Talk(clerk).say(message)
        assert "not shown you anything yet" in given.reply
        assert evidence(given).outcome == "no_page"

    @pytest.mark.parametrize(
        ("message", "outcome", "said"),
        [
            ("why not the Fjord 9000?", "unknown", "We do not carry “fjord 9000”"),
            ("why the ninth first?", "out_of_range", "I have shown you 3 products"),
            ("why not the Northlea?", "ambiguous", "Which one do you mean?"),
            (f"why not the {HOSTILE} zzz?", "unknown", "We do not carry"),
            ("why not the **x** ${alert(1)}?", "unknown", "We do not carry"),
        ],
    )
    def test_names(self, clerk: Clerk, message: str, outcome: str, said: str) -> None:
        talk = Talk(clerk)
        talk.say("a kettle")
        given = talk.say(message)
        assert evidence(given).outcome == outcome
        assert said in given.reply
        assert "<" not in given.reply
        assert "**" not in given.reply

    def test_the_names_offered_lead_on(self, clerk: Clerk) -> None:
        talk = Talk(clerk)
        talk.say("a kettle")
        given = talk.say("why not the Northlea?")
        assert evidence(talk.say(given.suggestions[0])).outcome in ("excluded", "behind", "shown")

    def test_a_product_that_has_left_the_catalogue(self, clerk: Clerk) -> None:
        talk = Talk(clerk)
        given = talk.say("a tent")
        gone = replace(talk.dialogue, last=("left-long-ago", *talk.dialogue.last[1:]))
        clerk.sessions.keep(gone, replace(given, id="other"))
        assert "left our catalogue" in talk.say("why the first?").reply
        told = talk.say("why the second?")
        assert not evidence(told).same_page
        assert told.reply.startswith("Something has changed")

    def test_five_thousand_characters(self, clerk: Clerk) -> None:
        talk = Talk(clerk)
        talk.say("a tent")
        assert talk.say("why not the " + "tent " * 1_000).intent in ("search", "refine")
