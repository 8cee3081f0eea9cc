"""Each sentence checked against the facts before anyone sees it. Rules only; no model judges another.

A sentence passes when every claim in it is backed: amounts of money and numbers with units equal the
catalogue's, values and yes/no facts are the product's own (negations included), no other product or brand
slips in, nothing is praised or ranked, every remaining content word stands in the listing, the request or a
short list of plain connecting words, and at least one reason of the product is really expressed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from assistant.plain_words import CONTRASTS, PLAIN_STEMS, PRAISE
from assistant.types import Constraint, Reason
from assistant.vocabulary import Vocabulary
from assistant.wording import shown
from retrieval.text import STOP_WORDS, fold, stem, words
from retrieval.types import Product, Quantity
from retrieval.units import is_known, same_amount

_MONEY = re.compile(
    r"(?P<relation>\b(?:under|below|within|less than|up to|limit of|budget of|over|above|more than)\b[^$€£¥₹]{0,24})?"
    r"[$€£¥₹]\s?(?P<amount>\d[\d,]*(?:\.\d+)?)"
)
_NUMBER = re.compile(r"(?<![\w.])(?P<value>-?\d+(?:[.,]\d+)*)(?:[\s-]?(?P<unit>[a-zA-Z°²³%\"][\w°²³%/]*))?")
_DENIAL = re.compile(r"\b(?:not|no|without|isn't|doesn't|lacks?|never|rather than|instead of|neither|nor)\b")
_SILENCE = re.compile(r"\bnot (?:say|state|give|mention|name|tell|list)\b")
_COMPARISON = re.compile(
    r"\b(?:\w+(?:er|ier) than|more \w+ than|less \w+ than|better|worse|superior|unlike|most|least|only|"
    r"(?!(?:rest|test|west|vest|nest|chest|forest|harvest|request|interest|guest|quest|protest|contest|honest|modest|latest|digest|crest)\b)\w{3,}est)\b"
)  # fmt: skip
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"”’)]*\s+(?=[\"“A-Z0-9])")
_ASKED = re.compile(r"\b(?:you|your)\b[^.;]{0,20}\b(?:asked for|wanted|want|need|request|wish for|looking for)\b")


@dataclass(frozen=True)
class Facts:
    """What may be said of one product in one answer."""

    product: Product
    reasons: Sequence[Reason]
    constraints: Sequence[Constraint]
    request: str
    past_titles: Sequence[str] = ()
    """Products of the shopper's own past that a reason may name."""

    @cached_property
    def listing(self) -> str:
        """All the listing's own text, folded."""
        p = self.product
        facts = [f"{name} {shown(value)}" for name, value in p.attributes.items() if value is not False]
        return fold(" . ".join([p.title, p.brand, *p.category, p.description, *facts]))

    @cached_property
    def listing_stems(self) -> frozenset[str]:
        return frozenset(_stems(self.listing))

    @cached_property
    def allowed_stems(self) -> frozenset[str]:
        """Words that need no further proof: the listing's, the request's and the reasons' own."""
        texts = [
            self.request,
            *(r.text for r in self.reasons),
            *(c.label for c in self.constraints),
            *self.past_titles,
        ]
        denied = [name for name, value in self.product.attributes.items() if value is False]
        return self.listing_stems | {s for text in (*texts, *denied) for s in _stems(fold(text))}

    @cached_property
    def unstated_stems(self) -> frozenset[str]:
        """Words of the attributes that a reason calls unstated."""
        open_fields = [r.field for r in self.reasons if r.kind == "request_missed" and not r.value]
        return frozenset(s for field in open_fields for s in _stems(fold(field)))

    @cached_property
    def quantities(self) -> list[Quantity]:
        return [v for v in self.product.attributes.values() if isinstance(v, Quantity)]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a sentence may be shown, on which facts, for which reasons; or why not."""

    supported: bool
    why: str = ""
    reasons: tuple[str, ...] = ()
    evidence: tuple[tuple[str, str], ...] = ()


def split_sentences(text: str) -> list[str]:
    """Sentences of a short text; "1.9 kg" and "out of 5." are not torn apart."""
    return [part.strip() for part in _SENTENCE_END.split(text.strip()) if part.strip()]


def verify(sentence: str, facts: Facts, vocabulary: Vocabulary) -> Verdict:
    """Checks one sentence; the first claim without support decides."""
    bare = _without_names(fold(sentence), facts)
    for check in (_check_form, _check_comparisons, _check_money, _check_numbers):
        why = check(sentence, bare, facts)
        if why:
            return Verdict(False, why)
    why = _check_values(bare, facts, vocabulary) or _check_words(bare, facts)
    if why:
        return Verdict(False, why)
    expressed = [r for r in facts.reasons if expresses(sentence, r)]
    if not expressed:
        return Verdict(False, "words none of the reasons")
    if any(r.contribution < 0 for r in expressed) and not _reads_negative(bare, expressed):
        return Verdict(False, "words a trade-off as if it were met")
    evidence = tuple(dict.fromkeys((r.field, r.value) for r in expressed if r.field and r.value))
    return Verdict(True, "", tuple(r.id for r in expressed), evidence)


def expresses(sentence: str, reason: Reason) -> bool:
    """Whether the sentence says what the reason says: its value, or its yes/no attribute, is in it."""
    folded = fold(sentence)
    if reason.value in ("yes", "no"):
        return _contains(folded, reason.field)
    if reason.field == "stock":
        return "stock" in folded
    if not reason.value:
        return _contains(folded, reason.field) and _SILENCE.search(folded) is not None
    if reason.kind == "relevance":
        return all(_contains(folded, part) for part in reason.value.split(", ")) or fold(reason.value) in folded
    return _contains(folded, reason.value)


def _contains(folded: str, phrase: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(fold(phrase))}(?!\w|\.\d)", folded) is not None


def _without_names(folded: str, facts: Facts) -> str:
    """The sentence with the product's own name and those of the shopper's past taken out: their digits and
    adjectives are names, not claims. A title is known by its opening up to the first comma, too.
    """
    titles = [facts.product.title, *facts.past_titles]
    for title in sorted({fold(t) for full in titles for t in (full, full.split(",")[0])}, key=len, reverse=True):
        folded = folded.replace(title, " ¤ ")
    return folded


def _check_form(sentence: str, bare: str, facts: Facts) -> str:
    tokens = words(bare)
    if not sentence.rstrip().endswith((".", "!", "”.", ".”")):
        return "is not finished"
    runs = [tuple(tokens[i : i + 4]) for i in range(len(tokens) - 3)]
    if len(runs) != len(set(runs)):
        return "repeats itself"
    if re.search(r"[<>{}\\]|https?:", sentence):
        return "holds markup or a link"
    return ""


def _check_comparisons(sentence: str, bare: str, facts: Facts) -> str:
    """Comparatives, superlatives and praise need a reason that says the same word."""
    said = fold(" ".join(r.text for r in facts.reasons))
    for match in _COMPARISON.finditer(bare):
        if match.group() not in said:
            return f"compares without proof: “{match.group()}”"
    for word in words(bare):
        if word in PRAISE and word not in said:
            return f"praises: “{word}”"
    return ""


def _check_money(sentence: str, bare: str, facts: Facts) -> str:
    """An amount is the price, unless words such as "within" tie it to a limit the shopper gave."""
    price = facts.product.price
    limits = {b for c in facts.constraints if c.kind == "price" for b in (c.low, c.high) if b is not None}
    for match in _MONEY.finditer(bare):
        amount = float(match["amount"].replace(",", ""))
        relation = match["relation"] or ""
        if relation:
            if not any(abs(amount - limit) < 0.005 for limit in limits) or price is None:
                return f"names a limit nobody gave: “{match.group().strip()}”"
            is_below = price <= amount + 1e-9
            if is_below != relation.startswith(("under", "below", "within", "less", "up to", "limit", "budget")):
                return f"puts the price on the wrong side: “{match.group().strip()}”"
        elif price is None or abs(amount - price) >= 0.005:
            reasons = fold(" ".join(r.text for r in facts.reasons))
            over = f"{match['amount']} over your limit"
            if over not in bare or over not in reasons:
                return f"wrong amount of money: “{match.group().strip()}”"
    return ""


def _check_numbers(sentence: str, bare: str, facts: Facts) -> str:
    """Numbers with units equal an attribute, "out of 5" the rating, "customers" its count; others are the listing's."""
    product = facts.product
    without_money = _MONEY.sub(" ", bare)
    rated = re.search(r"\brat(?:ed|ing)\b|\bstars?\b|out of 5", without_money)
    if rated:
        if product.rating is None or not re.search(
            rf"(?<![\w.]){re.escape(f'{product.rating:g}')}(?![\w]|\.\d)", without_money
        ):
            return "gives another rating than the listing"
        without_money = re.sub(
            rf"(?<![\w.]){re.escape(f'{product.rating:g}')}(?:\s*(?:out of|/)\s*5)?(?!\w)",
            " ",
            without_money,
            count=1,
        )
    for match in _NUMBER.finditer(without_money):
        text = match["value"]
        value = (
            float(text.replace(",", "")) if re.fullmatch(r"-?\d{1,3}(,\d{3})+(\.\d+)?|-?\d+(\.\d+)?", text) else None
        )
        unit = fold(match["unit"] or "")
        if value is None or not _number_holds(value, unit, facts):
            return f"number without proof: “{match.group().strip()}”"
    return ""


def _number_holds(value: float, unit: str, facts: Facts) -> bool:
    product = facts.product
    if unit.startswith(("customer", "review", "rating", "people", "buyer")) and product.rating_count:
        return value == product.rating_count
    if unit in ("left", "pieces", "piece") and product.stock is not None and value == product.stock:
        return True
    wanted = [(b, c.test.unit) for c in facts.constraints if c.test for b in (c.low, c.high) if b is not None]
    amounts = [(q.value, q.unit) for q in facts.quantities] + wanted
    if unit and (is_known(unit) or any(fold(u) == unit for _, u in amounts)):
        return any(same_amount(value, unit, v, u) for v, u in amounts)
    return (
        any(abs(value - v) < 1e-9 for v, u in amounts if not u)
        or re.search(rf"(?<![\w.]){value:g}(?![\w]|\.\d)", facts.listing) is not None
    )


def _check_values(bare: str, facts: Facts, vocabulary: Vocabulary) -> str:
    """Every value, yes/no attribute and brand the catalogue knows must be this product's own, or be denied."""
    tokens = list(re.finditer(r"[^\W_]+(?:[.\-/'’][^\W_]+)*", bare))
    request = {stem(w) for c in facts.constraints for w in words(c.label)}
    i = 0
    while i < len(tokens):
        for length in range(min(vocabulary.longest, len(tokens) - i), 0, -1):
            stems = [stem(t.group()) for t in tokens[i : i + length]]
            kinds = {m.kind for m in vocabulary.meanings(stems)} & {"value", "flag", "brand"}
            if not kinds or (length == 1 and stems[0] in PLAIN_STEMS):
                continue
            phrase = " ".join(t.group() for t in tokens[i : i + length])
            before = bare[: tokens[i].start()]
            clause = re.split(r"[,;]", before)[-1]
            true_here = set(stems) <= facts.listing_stems
            asked = set(stems) <= request and (_ASKED.search(clause) or CONTRASTS.search(bare))
            if _SILENCE.search(clause):
                if not set(stems) <= facts.unstated_stems:
                    return f"says the listing is silent about what it states: “{phrase}”"
            elif _DENIAL.search(clause[-30:]):
                if true_here and not asked:
                    return f"denies what the listing states: “{phrase}”"
                if not true_here and not _rules_out(stems, facts, vocabulary):
                    return f"denies without proof: “{phrase}”"
            elif not true_here and not (asked and CONTRASTS.search(bare)):
                return f"states what the listing does not: “{phrase}”"
            i += length - 1
            break
        i += 1
    return ""


def _rules_out(stems: Sequence[str], facts: Facts, vocabulary: Vocabulary) -> bool:
    """Whether the listing itself denies the thing: it says no, or states another value of that attribute."""
    stated = {fold(name): value for name, value in facts.product.attributes.items()}
    for meaning in vocabulary.meanings(stems):
        value = stated.get(meaning.attribute)
        if meaning.kind == "flag" and value is False:
            return True
        if meaning.kind == "value" and isinstance(value, str) and fold(value) not in meaning.keys:
            return True
        if meaning.kind == "brand" and facts.product.brand:
            return fold(facts.product.brand) not in meaning.keys
    return False


def _check_words(bare: str, facts: Facts) -> str:
    """What is left must be the listing's, the request's or the reasons' own words, or plain connecting words."""
    for word in words(bare):
        if word in STOP_WORDS or word[0].isdigit() or not word.strip("'’"):
            continue
        parts = {stem(part) for part in re.split(r"[.\-/'’]", word) if part}
        known = facts.allowed_stems | PLAIN_STEMS
        if stem(word) not in known and not parts <= known | STOP_WORDS:
            return f"word without source: “{word}”"
    return ""


def _reads_negative(bare: str, expressed: Sequence[Reason]) -> bool:
    texts = fold(" ".join(r.text for r in expressed if r.contribution < 0))
    hinted = bool(
        _DENIAL.search(bare) or CONTRASTS.search(bare) or re.search(r"\bout of stock\b|\bover your\b|\bbelow\b", bare)
    )
    return hinted or bool(re.search(r"\bonly\b", texts))


def _stems(folded: str) -> list[str]:
    result: list[str] = []
    for word in words(folded):
        result.append(stem(word))
        result.extend(stem(part) for part in re.split(r"[.\-/'’]", word) if part)
    return result
