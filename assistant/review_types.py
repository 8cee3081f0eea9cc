"""The values of the review desk: what a reviewer sees, what they say of it. Knows nothing of tables or pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from assistant.facts import Facts
from assistant.types import Answer, Recommendation, Sentence

Strategy = Literal["random", "stratified", "risky"]
"""How an item came into the queue."""

Supported = Literal["yes", "no", "unsure"]
"""Whether the facts shown back a sentence; "unsure" where they do not let one say."""

Preferred = Literal["", "first", "second", "tie"]
"""Which explanation of a pair is better; "" for an item with one. Names the stored order, not the side shown."""

GRADES = {0: "no", 1: "partly", 2: "yes"}
"""Of the questions on an explanation; ordinal."""

QUESTIONS: Mapping[str, str] = {
    "relevant": "Does it speak to what was asked for?",
    "complete": "Is the trade-off told, if there is one?",
    "clear": "Is it clear and well said?",
    "not_pushy": "Does it advise without pushing?",
}
"""Of an explanation: key -> as it is put to the reviewer. "supported" and "on topic" are asked of each sentence."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An answer as it was given, with the facts as they stood then; today's catalogue may say something else."""

    answer: Answer
    """Whole: products, reasons, contributions, sentences, dropped ones, versions. Its `session` is emptied."""
    history: tuple[str, ...] = ()
    """Titles of what the shopper had looked at or bought, oldest first."""
    thumbs: Mapping[str, bool] = field(default_factory=dict)
    """Product id -> up."""

    def recommendation(self, product_id: str) -> Recommendation:
        return next(r for r in self.answer.recommendations if r.product.id == product_id)

    def sentences(self, product_id: str) -> tuple[Sentence, ...]:
        return tuple(s for s in self.answer.sentences if s.product_id == product_id)

    def facts(self, product_id: str) -> Facts:
        """What might be said of the product in that answer. Of several things asked for at once each was worded by
        itself, under its own wishes and beside no other.
        """
        own, asked = self.recommendation(product_id), self.answer.constraints
        if own.item:
            asked = tuple(
                replace(c, key=c.key.removeprefix(f"{c.item}/"), item="") for c in asked if c.item == own.item
            )
        return Facts(
            own.product,
            own.reasons,
            asked,
            self.answer.message,
            past_titles=tuple(reason.value for reason in own.reasons if reason.kind == "taste"),
            page=[r.product for r in self.answer.recommendations if r is not own and r.item == own.item],
        )


@dataclass(frozen=True, slots=True)
class Other:
    """The second explanation of a pair: the same product, request and reasons, put otherwise."""

    sentences: tuple[Sentence, ...]
    version: str
    flipped: bool
    """Whether it is shown on the left; drawn once, so that every reviewer sees the same."""


@dataclass(frozen=True, slots=True)
class Item:
    """One explanation to be judged: of one product in one answer."""

    id: int
    product_id: str
    kind: Literal["single", "pair"]
    snapshot: Snapshot
    other: Other | None
    strategy: Strategy
    why: str
    """What made it risky, in words; "" for the others."""
    risk: float
    intent: str
    category: str
    """The narrowest one of the product, "" if it has none."""
    version: str
    """`version_of` its answer."""
    needed: int
    """Reviewers it is to have."""
    created: float


@dataclass(frozen=True, slots=True)
class SentenceMark:
    """What a reviewer says of one sentence."""

    supported: Supported
    on_topic: bool = True


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a reviewer says of one item."""

    sentences: tuple[SentenceMark, ...]
    """One a sentence of the explanation, in order; of a pair's first explanation."""
    grades: Mapping[str, int]
    """One of `QUESTIONS` -> 0, 1 or 2."""
    preferred: Preferred = ""
    note: str = ""
    corrected: str = ""
    """The explanation as it should have been; "" if it may stay."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A judgement with who gave it, and on what."""

    item: Item
    account: str
    round: int
    """1; 2 where the same reviewer was shown it again."""
    judgement: Judgement
    seconds: float
    """From seeing it to saving it."""
    time: float
    source: Literal["desk", "import"] = "desk"


def version_of(versions: Mapping[str, str]) -> str:
    """The part of an answer's versions that words its reasons: "generator + prompt", in one line."""
    return " + ".join(versions[name] for name in ("generator", "prompt") if versions.get(name)) or "unknown"
