"""What may be said of one product, and the stretches of a sentence that are held against it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from assistant.ranking import judge
from assistant.types import Constraint, Reason
from assistant.vocabulary import Meaning, phrase_of
from assistant.wording import shown
from retrieval.text import STOP_WORDS, fold, stem, words
from retrieval.types import Product, Quantity
from retrieval.units import same_amount, to_base

_OWN, PAST, _VALUES = "¤", "†", "‡§¶※⁂"
"""Stand for the product's own name, for one of the shopper's past and for values that cannot be cut up."""
_PLAIN_VALUE = re.compile(r"[A-Za-z ,-]*")
AMOUNT = r"\d[\d,]*(?:\.\d+)?"
HEDGE = re.compile(
    r"\b(?P<hedge>about|around|roughly|approximately|some|nearly|almost|just over|just under|just above|just below|over"
    r"|more than|under|less than) (?=[$€£¥₹]?\d)"
)
NUMBER = re.compile(r"(?<![\w.])(?P<value>-?\d+(?:[.,]\d+)*)(?:[\s-]?(?P<unit>[a-zA-Z°²³%\"][\w°²³%/]*))?")


@dataclass(frozen=True)
class Facts:
    """What may be said of one product in one answer."""

    product: Product
    reasons: Sequence[Reason]
    constraints: Sequence[Constraint]
    request: str
    past_titles: Sequence[str] = ()
    """Products of the shopper's own past that a reason may name."""
    page: Sequence[Product] = ()
    """The other products shown, which comparisons are held against; without them none can be proved."""

    @cached_property
    def flags(self) -> dict[str, bool]:
        return {fold(name): value for name, value in self.product.attributes.items() if isinstance(value, bool)}

    @cached_property
    def quantities(self) -> dict[str, Quantity]:
        return {fold(name): value for name, value in self.product.attributes.items() if isinstance(value, Quantity)}

    @cached_property
    def texts(self) -> dict[str, tuple[str, ...]]:
        """Folded name -> folded values of every attribute given in words; one value unless it is a list."""
        stated = {n: v for n, v in self.product.attributes.items() if isinstance(v, str | tuple)}
        return {fold(n): tuple(map(fold, (v,) if isinstance(v, str) else v)) for n, v in stated.items()}

    @cached_property
    def signed(self) -> dict[str, Reason]:
        """A sign for each reason whose value is no plain words ("1920 x 1080", "RJ-45 (M)"): it cannot be cut into
        numbers and words, so it is checked as a whole.
        """
        odd = [r for r in self.reasons if fold(r.field) in self.texts and not _PLAIN_VALUE.fullmatch(r.value)]
        return dict(zip(_VALUES, odd, strict=False))

    def with_signs(self, bare: str) -> str:
        """The sentence with those values made signs."""
        for sign, reason in self.signed.items():
            bare = re.sub(rf"(?<!\w){re.escape(fold(reason.value))}(?!\w)", sign, bare)
        return bare

    @cached_property
    def names(self) -> dict[str, frozenset[str]]:
        """Every attribute that has a value, with the stems of its name."""
        return {n: frozenset(stems_of(n)) - STOP_WORDS or frozenset([n]) for n in (*self.quantities, *self.texts)}

    @cached_property
    def own_phrases(self) -> dict[tuple[str, ...], list[Meaning]]:
        """The product's own yes/no attributes and values, which a large shop's vocabulary may leave out."""
        found: dict[tuple[str, ...], list[Meaning]] = defaultdict(list)
        for name in self.flags:
            found[phrase_of(name)].append(Meaning("flag", frozenset([name]), name))
        for name, values in self.texts.items():
            for value in values:
                found[phrase_of(value)].append(Meaning("value", frozenset([value]), name))
        return found

    @cached_property
    def title_stems(self) -> frozenset[str]:
        return frozenset(stems_of(fold(" . ".join([self.product.title, self.product.brand, *self.product.category]))))

    @cached_property
    def attribute_stems(self) -> frozenset[str]:
        """Words of the attributes, the units left out: the L of "36 L" is no size."""
        values = (fold(shown(v)) for v in self.product.attributes.values() if isinstance(v, str | tuple))
        return frozenset(stems_of(" . ".join([*self.names, *values])))

    @cached_property
    def met(self) -> list[Constraint]:
        """Wishes for something (not against it) that the listing meets."""
        return [c for c in self.constraints if not c.negated and judge(c, self.product)[1]]

    @cached_property
    def missed_stems(self) -> frozenset[str]:
        """Words of the wishes the listing does not meet."""
        missed = {s for c in self.constraints if c not in self.met for s in stems_of(fold(c.label))}
        return frozenset(missed) - {s for c in self.met for s in stems_of(fold(c.label))}

    @cached_property
    def requested_stems(self) -> frozenset[str]:
        return frozenset(s for c in self.constraints for s in stems_of(fold(c.label)))

    @cached_property
    def reason_stems(self) -> frozenset[str]:
        """Words of the reasons, less what they only deny, quote, compare or recall of the shopper's wish or past."""
        said = (without_names(fold(r.text), self) for r in self.reasons if r.kind not in ("relevance", "variety"))
        denied = {s for name, yes in self.flags.items() if not yes for s in stems_of(name)}
        return frozenset(s for text in said for s in stems_of(text)) - denied - self.missed_stems - self.unstated_stems

    @cached_property
    def unstated_stems(self) -> frozenset[str]:
        """Words of the attributes that a reason calls unstated."""
        open_fields = [r.field for r in self.reasons if r.kind == "request_missed" and not r.value]
        return frozenset(s for field in open_fields for s in stems_of(fold(field)))

    @cached_property
    def said(self) -> str:
        return fold(" ".join(r.text for r in self.reasons if r.kind not in ("relevance", "variety")))

    def is_met(self, constraint: Constraint) -> bool:
        return judge(constraint, self.product)[1] != constraint.negated


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch of a sentence that states, denies, calls unstated or recalls a wish."""

    text: str
    mood: Literal["stated", "denied", "silent", "asked"]
    contrasted: bool = False
    """A recalled wish that is set against what the product is: "while you asked for red"."""
    about: frozenset[str] = frozenset()
    """Folded names of the attributes it speaks of; empty if it names none."""


def contains(folded: str, phrase: str) -> bool:
    """Whether the phrase stands in the text as whole words."""
    return re.search(rf"(?<!\w){re.escape(fold(phrase))}(?!\w|[.,]\d)", folded) is not None


def is_same(value: float, unit: str, quantity: Quantity) -> bool:
    """Exactly the same in the same unit; within half a percent in another, as converting rounds."""
    tolerance = 1e-9 if to_base(1.0, unit) == to_base(1.0, quantity.unit) else 0.005
    return same_amount(value, unit, quantity.value, quantity.unit, tolerance=tolerance)


def is_about(hedge: str, said: float, true: float) -> bool:
    """Whether a number said with "about", "nearly" or "just over" is the true one rounded: to the digits that are
    said, within five percent, on the side that is said. "Over" and "under" alone only claim the side.
    """
    if hedge in ("over", "more than"):
        return true > said > 0
    if hedge in ("under", "less than"):
        return 0 < true < said
    if hedge in ("nearly", "almost", "just under", "just below") and not true < said:
        return False
    if hedge in ("just over", "just above") and not true > said:
        return False
    digits = f"{said:.6f}".rstrip("0")
    decimals = len(digits.partition(".")[2])
    zeros = len(digits) - len(digits.rstrip(".0")) - 1 if not decimals and said else 0  # 1,200 is said to the hundred
    return abs(said - true) <= min(0.5 * 10.0 ** (max(zeros, 0) - decimals), 0.05 * abs(true)) + 1e-9


def read_number(text: str) -> float | None:
    """1,640 or 2.8; None for what is no plain number."""
    return float(text.replace(",", "")) if re.fullmatch(r"-?\d{1,3}(,\d{3})+(\.\d+)?|-?\d+(\.\d+)?", text) else None


def without_names(folded: str, facts: Facts) -> str:
    """The sentence with the product's own name and those of the shopper's past taken out: their digits and
    adjectives are names, not claims. A title is known by its opening up to the first comma, too.
    """
    signs = {fold(t): PAST for full in facts.past_titles for t in (full, full.split(",")[0])}
    signs |= {fold(t): _OWN for full in [facts.product.title] for t in (full, full.split(",")[0])}
    signs[fold(" > ".join(facts.product.category))] = _OWN
    for title in sorted(filter(None, signs), key=len, reverse=True):
        folded = re.sub(rf"(?<!\w){re.escape(title)}(?!\w)", f" {signs[title]} ", folded)
    return " ".join(folded.split())


def stems_of(folded: str) -> list[str]:
    """The stems of a folded text, those of a compound's parts beside its own."""
    result: list[str] = []
    for word in words(folded):
        result.append(stem(word))
        parts = re.split(r"[.\-/]", re.sub(r"['’]s?$", "", word))  # the s of "women's" is no size S
        result.extend(stem(part) for part in parts if part)
    return result
