"""The patterns: each can be filled, says what it must, and the sentences made of them pass the check."""

from __future__ import annotations

import random
import re
from dataclasses import replace

import pytest

from assistant.errors import PromptError
from assistant.types import Reason
from assistant.wordings import filled, first_clause, load_wordings, patterns, plain_text, text_of, write

PRICE = Reason(
    "r1", "request_met", "p", "budget", "price", "$45.50", "It costs $45.50, within your limit of $60.", 0.2,
    "price.within", {"price": "$45.50", "limit": "$60"},
)  # fmt: skip
COLOUR = Reason(
    "r2", "request_met", "p", "wish:attribute:colour", "colour", "red", "It comes in red.", 0.2,
    "fact.colour", {"name": "colour", "value": "red"},
)  # fmt: skip
RATING = Reason(
    "r3", "social_proof", "p", "rating", "rating", "4.6", "", 0.1,
    "rating.above", {"rating": "4.6 out of 5", "people": "210 customers"},
)  # fmt: skip
MISSED = Reason(
    "r4", "request_missed", "p", "wish:attribute:colour", "colour", "navy", "", -0.2,
    "fact.colour+missed", {"name": "colour", "value": "navy", "wanted": "red"},
)  # fmt: skip

FORMS = [form for form in load_wordings().forms if not form.startswith("+")]
HALVES = [form for form in load_wordings().forms if form.startswith("+")]


def test_there_are_hundreds_of_patterns_and_no_two_of_a_form_are_alike() -> None:
    every = list(patterns())
    assert len(every) > 400
    assert len(every) == len(set(every))


@pytest.mark.parametrize("form", FORMS)
def test_every_pattern_of_a_form_says_all_of_its_facts(form: str) -> None:
    shapes = load_wordings().forms[form]
    blanks = set(re.findall(r"{(?:a )?(\w+)}", shapes["s"][0]))
    for texts in shapes.values():
        for text in texts:
            said = set(re.findall(r"{(?:a )?(\w+)}", text))
            assert blanks <= said, text
            assert said <= blanks | {"name"}, text  # "its colour is red" may name what "it comes in red" leaves out


@pytest.mark.parametrize("form", FORMS)
def test_a_clause_is_about_it_and_claims_nothing_by_itself(form: str) -> None:
    for text in load_wordings().forms[form]["s"]:
        bare = re.sub(r"{.+?}", "", text)
        assert text[0].islower() or text[0] == "{", text
        assert not re.search(r"\d|!|\b(?:best|great|perfect|only|just|even|very best)\b", bare), text


@pytest.mark.parametrize("half", HALVES)
def test_a_second_half_holds_its_first(half: str) -> None:
    for shape, texts in load_wordings().forms[half].items():
        assert all("{" + shape + "}" in text for text in texts)


def test_the_plain_text_is_the_first_clause_as_a_sentence() -> None:
    assert text_of(PRICE.form, PRICE.blanks) == "It costs $45.50, within your limit of $60."
    assert first_clause(COLOUR) == "it comes in red"
    assert text_of("fact.has", {"name": "alarm"}) == "It has an alarm."


def test_plain_wordings_vary_by_product_and_stay_for_each() -> None:
    said = {plain_text(PRICE, f"p{n}") for n in range(30)}
    assert len(said) > 3
    assert all("$45.50" in text and "$60" in text and text.endswith(".") for text in said)
    assert plain_text(PRICE, "p1") == plain_text(PRICE, "p1")


def test_a_reason_without_a_form_keeps_its_own_text() -> None:
    assert plain_text(replace(COLOUR, form="", blanks={}, text="Shown for variety."), "p") == "Shown for variety."


@pytest.mark.parametrize("voice", ["brief", "friendly"])
@pytest.mark.parametrize("reasons", [[PRICE], [COLOUR], [RATING], [MISSED], [PRICE, COLOUR], [RATING, COLOUR]])
def test_a_made_sentence_holds_every_fact_once_and_is_whole(voice: str, reasons: list[Reason]) -> None:
    for seed in range(60):
        said = write(reasons, voice, random.Random(seed), name="Orla Kettle")
        assert not said[0].islower(), said
        assert said.endswith("."), said
        assert "{" not in said, said
        assert "  " not in said, said
        for reason in reasons:
            for blank, value in reason.blanks.items():
                assert blank == "name" or value in said, said


def test_the_voices_differ_and_only_met_wishes_are_said_to_be_asked_for() -> None:
    friendly = {write([RATING], "friendly", random.Random(n)) for n in range(200)}
    brief = {write([RATING], "brief", random.Random(n)) for n in range(200)}
    assert friendly - brief
    assert brief - friendly
    assert not any("asked" in text or "wished" in text for text in friendly)
    assert any("asked" in write([COLOUR], "friendly", random.Random(n)) for n in range(200))


def test_what_speaks_against_a_product_never_opens_as_a_reason_for_it() -> None:
    said = {write([MISSED], "friendly", random.Random(n)) for n in range(200)}
    assert not any(text.startswith(("I picked", "Here you get", "What speaks for")) for text in said)
    assert len(said) > 20


def test_what_nothing_fills_is_named() -> None:
    with pytest.raises(PromptError, match="'limit'"):
        filled("it costs {price}, within your limit of {limit}", {"price": "$1"})
    with pytest.raises(PromptError, match=r"no wording for 'fact\.nonsense'"):
        text_of("fact.nonsense", {})
