from __future__ import annotations

import pytest

from assistant.detail_questions import is_question_of_detail

NAMES = [
    "Brindle Tansy 2 Two-Person Tent", "Tarnhollow Cornice 3 Three-Person Tent",
    "Brewsmith Lane Cupping Electric Kettle",
]  # fmt: skip
YES = """how heavy is it?|how heavy is the second?|does it have bluetooth|is the Brindle Tansy 2 waterproof?
tell me more about the first|what are its specs|which is the lightest?|which of these is dishwasher safe?
are they waterproof?|what colours does it come in|is it available in black|how much is the kettle?
can I put it in the dishwasher?|will it fit a 15-inch laptop|what's the battery life?|who makes it|is it in stock?
is the second one under 2 kg|does it come with a charger|what's it made of|more details on the third please
how many are left of the first|and is it machine washable?|does the first one have a porch|is there a porch on it?
which one has the longest battery life|what is the weight of the first|do they have a mic?
ok, and how long is the cable on it|is it good for hiking"""
NO = """does it come in a tent version?|is there a lighter one?|do you have it in black|do you have waterproof jackets
show me something lighter|i need a tent that is waterproof|how long does shipping take?|can i return it?
what's the cheapest tent?|why is it so expensive|is there anything cheaper|which is better, the first or the second?
compare them|what is the capital of peru|a light tent under 200|is it better than the second one?|in blue
have you got these in size 42|how about the red one|what if I had $20 more|is the first lighter than the second
when will it arrive|can you show me it in blue|what do you recommend for hiking|are there any with bluetooth
what would you buy|thanks|how are you|cheaper|do you sell kettles|i'd like it in blue"""


def lines(text: str) -> list[str]:
    return text.replace("\n", "|").split("|")


@pytest.mark.parametrize("message", lines(YES))
def test_questions_of_facts(message: str) -> None:
    assert is_question_of_detail(message, NAMES)


@pytest.mark.parametrize("message", lines(NO))
def test_wishes_and_other_questions(message: str) -> None:
    assert not is_question_of_detail(message, NAMES)


def test_nothing_shown_and_long_stories() -> None:
    assert not is_question_of_detail("how heavy is it?", [])
    assert not is_question_of_detail("is it " + "very " * 60 + "heavy?", NAMES)
