"""The values that pass through one turn of the conversation. Nothing here knows of pages or models."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from retrieval.types import AttributeTest, Product

Intent = Literal[
    "search", "refine", "relax", "replace", "more", "similar", "compare", "details",
    "why", "why_not", "why_order", "what_if", "policy", "order", "complaint", "handover",
    "greeting", "small_talk", "thanks", "start_over", "forget", "off_topic", "unclear",
]  # fmt: skip

Absence = Literal["", "not_carried", "out_of_stock", "not_with_that"]
"""What is said not to be there: no such kind or brand, none left of it, or none with that wish."""

ConstraintKind = Literal["price", "category", "brand", "attribute", "stock", "total"]


@dataclass(frozen=True, slots=True)
class Constraint:
    """One thing the shopper asked for, shown as one removable chip.

    A hard constraint filters (products that fail it are no candidates); a soft one only ranks.
    """

    key: str
    """What it is about; a new constraint replaces the old one of the same key: "price", "brand",
    "category", "stock", "attribute:colour", "not attribute:material"."""
    kind: ConstraintKind
    label: str
    """As the chip and the reply say it: "under $150", "not leather", "tents"."""
    hard: bool = True
    negated: bool = False
    values: tuple[str, ...] = ()
    """Folded category or brand names."""
    low: float | None = None
    high: float | None = None
    """Price bounds, in the shop's currency."""
    test: AttributeTest | None = None
    note: str = ""
    """Where a number was not the shopper's own: "cheap: the lower third of our tents"."""
    guessed: bool = False
    """Soft only because few listings state the attribute: the word may well mean something else."""
    ideal: bool = False
    """Said to be no must: "ideally", "if possible"."""
    item: str = ""
    """Which of several things asked for at once it is about: "sleeping bags"; "" for the one thing, or for all."""


@dataclass(frozen=True, slots=True)
class PastItem:
    """One product of a shopper's past."""

    product_id: str
    verb: str = "looked at"
    """What they did with it, the strongest: "bought", "put in your cart", "viewed", "looked at"."""


ReasonKind = Literal[
    "request_met", "request_missed", "relevance", "taste", "social_proof", "variety", "comparison", "policy"
]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a product stands where it stands: one named contribution of the ranker with the fact behind it."""

    id: str
    """Unique within the answer: "r1", "r2"."""
    kind: ReasonKind
    product_id: str
    signal: str
    """The ranker's signal it comes from; taking that signal away must lower the product (raise it, if negative)."""
    field: str
    """The catalogue field the fact is in: "price", "colour", "rating"; several for variety ("brand, colour"); ""
    for taste and relevance."""
    value: str
    """The fact as the catalogue has it: "$129.00", "forest green"."""
    text: str
    """The plain wording, a full sentence; shown whenever no model sentence survives the check."""
    contribution: float
    form: str = ""
    """Which wordings of prompts/wordings.txt can say it; "" where only `text` can."""
    blanks: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """What fills them: the facts, as a shopper reads them."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence that may be shown: it passed `assistant.verify`, or is the plain wording of a reason."""

    product_id: str
    text: str
    reasons: tuple[str, ...]
    """Ids of the reasons it words."""
    supported: bool
    source: Literal["model", "plain"]
    evidence: tuple[tuple[str, str], ...] = ()
    """(field, value) pairs of the catalogue it rests on."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """A sentence the model wrote and no shopper saw, with the claim that failed."""

    product_id: str
    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Recommendation:
    """One card."""

    product: Product
    score: float
    contributions: Mapping[str, float]
    """Signal name -> weight * signal; they add up to `score`."""
    reasons: tuple[Reason, ...]
    """The most important first; trade-offs (negative contributions) last."""
    item: str = ""
    """Which of several things asked for at once it is for: "sleeping bags"; "" where one thing was asked for."""
    count: int = 1
    """How many of it: "two sleeping bags"."""


@dataclass(frozen=True, slots=True)
class Understood:
    """First event: what the request was taken to mean."""

    session: str
    intent: Intent
    constraints: tuple[Constraint, ...]
    query: str
    """The words searched for, constraints included."""
    variety: float = 0.0
    """How varied the page is to be, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Found:
    """Second event: the cards, before any wording, and the opening line of the reply."""

    opening: str
    recommendations: tuple[Recommendation, ...]


@dataclass(frozen=True, slots=True)
class Worded:
    """One verified sentence; in product order as far as the model allows."""

    sentence: Sentence


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one product stood when the page was made again."""

    product_id: str
    place: int | None
    """Its place among all candidates by score, 1 the best; None if it was no candidate."""
    shown: int | None
    """Its place on the page, 1 the first; None if it was not shown."""
    score: float
    contributions: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Difference:
    """One signal of two products, the higher one's first; the sum of all differences is that of the scores."""

    signal: str
    ahead: float
    behind: float

    @property
    def gap(self) -> float:
        """How far this signal alone puts the higher product ahead; negative if it speaks for the lower one."""
        return self.ahead - self.behind


@dataclass(frozen=True, slots=True)
class Trial:
    """One change of one wish, with the search and the ranking run again under it."""

    change: str
    """What was changed: "price: up to $152.00", "without: quiet"."""
    message: str
    """What the shopper can say to have it so."""
    condition: str
    """How the reply says it: "With $12 more"."""
    first: str
    """Product id in first place then; "" if nothing fits."""
    first_title: str
    place: int | None
    """Place then of the product asked about; None if it is no candidate, or none was asked about."""
    given_up: tuple[str, ...] = ()
    """Keys of the wishes that had to be left aside then and not before: nothing would fit them all."""


Outcome = Literal[
    "reasons", "compared", "shown", "excluded", "behind", "variant", "varied", "shown_before", "not_found_by_search",
    "changed", "unchanged", "no_page", "unknown", "ambiguous", "out_of_range", "gone", "only_one",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Contrast:
    """The evidence of an answer to "why", "why not" or "what if": what was run again, and what came of it."""

    kind: Literal["why", "why_not", "why_order", "what_if"]
    outcome: Outcome
    same_page: bool = True
    """Whether running it again gave the very page the shopper sees."""
    standings: tuple[Standing, ...] = ()
    """Of the products compared; the higher one first."""
    differences: tuple[Difference, ...] = ()
    """Between the first two standings, the largest first."""
    broken: tuple[str, ...] = ()
    """Keys of the hard wishes that shut the product out."""
    candidates: int = 0
    """How many products were ranked."""
    trials: tuple[Trial, ...] = ()
    reruns: int = 0
    """How often the page was made: once as it stands, and once for each trial."""
    milliseconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Detail:
    """What a listing says to one question about one product."""

    product_id: str
    field: str
    """The catalogue field looked at: "weight", "bluetooth", "description"."""
    value: str
    """What stands there, as a shopper reads it; "" if nothing does."""
    verdict: Literal["yes", "no", "stated", "unknown"]
    """ "yes" and "no" to a question of that kind, "stated" for "how heavy", "unknown" where the listing is silent."""


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """One fact of the products compared."""

    field: str
    values: tuple[str, ...]
    """One a product, as a shopper reads it; "" where the listing is silent."""
    differs: bool
    better: tuple[int, ...] = ()
    """Places (from 0) of the products with the best value, where better is known for that fact."""
    asked: bool = False
    """Whether one of the shopper's wishes is about it."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two to four products side by side."""

    product_ids: tuple[str, ...]
    rows: tuple[ComparedRow, ...]
    """What differs first, and of that what was asked for."""
    verdict: tuple[str, ...]
    """At most two checked sentences."""


@dataclass(frozen=True, slots=True)
class Clarifying:
    """A question back to the shopper."""

    text: str
    options: tuple[str, ...] = ()
    """Answers to click, each a message."""
    field: str = ""
    """The facet asked about; "" if it is about what was meant."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The whole of one turn; also what is stored for the trace."""

    id: str
    session: str
    message: str
    intent: Intent
    constraints: tuple[Constraint, ...]
    reply: str
    """Markdown: the opening, then each product by name with its sentences."""
    recommendations: tuple[Recommendation, ...] = ()
    sentences: tuple[Sentence, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    suggestions: tuple[str, ...] = ()
    """Follow-ups worth a click: "cheaper", "in blue"."""
    variety: float = 0.0
    """How varied the page was to be, 0 to 1."""
    timings_ms: Mapping[str, float] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    """Encoder, generator and prompt that made it."""
    contrast: Contrast | None = None
    """The evidence, if it was a question about the page."""
    refers: tuple[str, ...] = ()
    """Ids of the products that the message pointed at."""
    absence: Absence = ""
    details: tuple[Detail, ...] = ()
    """The facts looked up, if it asked about some."""
    comparison: Comparison | None = None
    section: str = ""
    """Title of the policy section quoted."""
    ticket: str = ""
    """Number of the ticket by which a person takes over."""
    asked: Clarifying | None = None
    plan: tuple[str, ...] = ()
    """The things asked for at once, in order; each has one of the recommendations."""
    by: str = ""
    """The person at the shop who wrote the reply; "" for the clerk."""


@dataclass(frozen=True, slots=True)
class Done:
    """Last event."""

    answer: Answer


AnswerEvent = Understood | Found | Worded | Done


class TextGenerator(Protocol):
    """Continues prompts; the prompts of one answer go in together, so that a model can batch them."""

    @property
    def name(self) -> str:
        """Model and adapter, for the trace."""
        ...

    @property
    def prompt(self) -> str:
        """Name of the prompt it is to be given: one with examples, or the one it was tuned on."""
        ...

    def generate(
        self,
        prompts: Sequence[str],
        *,
        max_tokens: int,
        seconds: float,
        stop: Callable[[str], bool] = ...,
        seeds: Sequence[str] = (),
    ) -> Iterator[tuple[int, str]]:
        """Yields (index of the prompt, next piece of its text) as the text grows, pieces of several
        prompts interleaved. A prompt is finished when `stop`, told its text so far, says so; all end when
        `seconds` are over. A model that draws its words draws by the prompt's seed. Raises GeneratorError.
        """
        ...
