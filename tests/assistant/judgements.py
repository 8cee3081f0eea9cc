"""Judged explanations made by hand: right figures can be seen at sight."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from assistant.review_types import (
    QUESTIONS,
    Item,
    Judged,
    Judgement,
    Other,
    Preferred,
    SentenceMark,
    Snapshot,
    Strategy,
    Supported,
)
from assistant.types import Answer, Constraint, Reason, Recommendation, Sentence
from retrieval.types import Product
from tests.assistant.shop import BY_ID

MARKS: Mapping[str, Supported] = {"y": "yes", "n": "no", "u": "unsure"}
DAY = 24 * 3600.0
MONDAY = 1_767_571_200.0
"""2026-01-05, the Monday of week 2."""

TENT = BY_ID["tent-2"]
TRUE = "It costs $120.00, within your limit of $150."
FALSE = "It costs $99.00, within your limit of $150."
PRICE = Reason("r1", "request_met", TENT.id, "budget", "price", "$120.00", TRUE, 0.2, "price.within",
               {"price": "$120.00", "limit": "$150"})  # fmt: skip
COLOUR = Reason(
    "r2",
    "request_met",
    TENT.id,
    "wish:attribute:colour",
    "colour",
    "forest green",
    "It comes in forest green.",
    0.3,
    "fact.colour",
    {"name": "colour", "value": "forest green"},
)
BUDGET = Constraint("price", "price", "under $150", high=150.0)


def item(
    id: int,
    texts: Sequence[str] = (TRUE, "It comes in forest green."),
    *,
    version: str = "plain + none",
    answer: str = "",
    strategy: Strategy = "random",
    category: str = "Tents",
    other: Sequence[str] = (),
    message: str = "a green tent under $150",
    product: Product = TENT,
    source: str = "model",
    created: float = MONDAY,
) -> Item:
    """An explanation of the green tent; each item in an answer of its own unless `answer` says otherwise."""
    reasons = (PRICE, COLOUR)

    def sentence(text: str, place: int) -> Sentence:
        return Sentence(product.id, text, (reasons[place % 2].id,), True, "model" if source == "model" else "plain")

    given = Answer(
        id=answer or f"a{id}",
        session="",
        message=message,
        intent="search",
        constraints=(BUDGET,),
        reply="",
        recommendations=(Recommendation(product, 1.0, {"budget": 0.2}, reasons),),
        sentences=tuple(sentence(text, place) for place, text in enumerate(texts)),
        versions=dict(zip(("generator", "prompt"), version.split(" + "), strict=True)),
    )
    second = Other(tuple(sentence(text, n) for n, text in enumerate(other)), "other + none", False) if other else None
    return Item(
        id=id, product_id=product.id, kind="pair" if other else "single", snapshot=Snapshot(given), other=second,
        strategy=strategy, why="", risk=0.0, intent="search", category=category, version=version, needed=2,
        created=created,
    )  # fmt: skip


def judgement(
    marks: str = "yy", grades: str = "2222", *, preferred: Preferred = "", note: str = "", corrected: str = ""
) -> Judgement:
    """ "yn" is a sentence that is supported and one that is not; "2101" the grades in the order of QUESTIONS."""
    said = dict(zip(QUESTIONS, map(int, grades), strict=True))
    return Judgement(tuple(SentenceMark(MARKS[m]) for m in marks), said, preferred, note, corrected)


def judged(
    item: Item, account: str = "robin", marks: str = "yy", grades: str = "2222", *, round: int = 1,
    seconds: float = 30.0, preferred: Preferred = "", note: str = "", corrected: str = "",
) -> Judged:  # fmt: skip
    """One judgement."""
    said = judgement(marks, grades, preferred=preferred, note=note, corrected=corrected)
    return Judged(item, account, round, said, seconds, MONDAY + item.id)
