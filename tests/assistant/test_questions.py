"""What counts as a question about the page, and what is a wish that only sounds like one."""

from __future__ import annotations

import pytest

from assistant.questions import Question, ordinal_in, question_in

NAMES = ["Brindle Tansy 2", "Northlea Burrow", "Oakley Hush Kettle"]
WISHES = [("price", "under $150"), ("attribute:noise level", "quiet"), ("attribute:waterproof", "waterproof")]


@pytest.mark.parametrize(
    ("message", "question"),
    [
        ("Why this one?", Question("why", "this one")),
        ("why?", Question("why")),
        ("why do you recommend the second?", Question("why", "the second")),
        ("ok, why is the tansy recommended", Question("why", "the tansy")),
        ("Why not the Fjord?", Question("why_not", "the fjord")),
        ("why isn't the Fjord tent there?", Question("why_not", "the fjord tent")),
        ("Why isn’t the Fjord tent there?", Question("why_not", "the fjord tent")),
        ("why was the Trek left out?", Question("why_not", "the trek")),
        ("why didn't you show me the Trek?", Question("why_not", "the trek")),
        ("why not TENT-0001", Question("why_not", "tent-0001")),
        ("why not the second one from before?", Question("why_not", "the second one from before")),
        ("why is this above that?", Question("why_order", "this", "that")),
        ("why is the first before the second?", Question("why_order", "the first", "the second")),
        ("why the Tansy first?", Question("why_order", "the tansy")),
        ("why isn't the second one first?", Question("why_order", "", "the second one")),
        ("why the hush rather than the burrow", Question("why_order", "the hush", "the burrow")),
        ("What would change it?", Question("what_if")),
        ("What would change this?", Question("what_if")),
        ("what would put the second first?", Question("what_if", "the second")),
        ("what if I had $20 more?", Question("what_if", amount=20, relative=True)),
        ("what if I had 100 more euros", Question("what_if", amount=100, relative=True)),
        ("what if I could spend $30 less", Question("what_if", amount=-30, relative=True)),
        ("what if my budget was 200?", Question("what_if", amount=200)),
        ("what if quiet did not matter", Question("what_if", wish="attribute:noise level")),
        ("what if it need not be waterproof", Question("what_if", wish="attribute:waterproof")),
        ("what if money was no object", Question("what_if", wish="price")),
    ],
)
def test_a_question_is_recognised(message: str, question: Question) -> None:
    assert question_in(message, names=NAMES, wishes=WISHES) == question


@pytest.mark.parametrize(
    "message",
    [
        "why are kettles so loud, I want a quiet one",
        "a tent, why not a green one?",
        "why not a green one?",
        "why not something cheaper",
        "why is the kettle so loud?",
        "why are tents so expensive before christmas",
        "why isn't my kettle boiling",
        "why would I need a tent",
        "what would you recommend for a change of scene",
        "a tent that tells me why",
        "what if I want a green one?",
        "what if it rains",
        "why not the tansy? " + "x" * 5_000,
        "",
    ],
)
def test_a_wish_is_no_question(message: str) -> None:
    assert question_in(message, names=NAMES, wishes=WISHES) is None


@pytest.mark.parametrize(
    "message", ["what if a green one were fine?", "what if it didn't rain", "and what if 2 kg were enough"]
)
def test_a_wish_imagined_is_a_question_where_there_is_a_page(message: str) -> None:
    asked = question_in(message, names=NAMES, wishes=WISHES)
    assert asked is not None
    assert (asked.kind, asked.supposes) == ("what_if", message.rstrip("?").partition("what if ")[2].lower())
    assert question_in(message, names=(), wishes=()) is None


@pytest.mark.parametrize(
    ("text", "place"),
    [("the second one", 1), ("second", 1), ("number 2", 1), ("#3", 2), ("the 3rd", 2), ("the last", -1),
     ("the second one from before", 1), ("the first of the earlier page", 0), ("the tansy", None), ("2", None)],
)  # fmt: skip
def test_ordinals(text: str, place: int | None) -> None:
    assert ordinal_in(text) == place
