"""Each sentence checked against the facts before anyone sees it. Rules only; no model judges another.

A sentence passes when every claim in it is backed: money and numbers belong to what they are said of, values
and yes/no facts are the product's own (denials and "the listing does not say" included), no other product
or brand slips in, nothing is praised or ranked, every remaining content word stands among the stated facts,
the reasons or a short list of plain connecting words, and at least one reason is really expressed.

The description proves nothing: it is prose, which may praise, deny or speak of other things, and whoever
writes a listing could otherwise put words into the clerk's mouth.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from assistant.plain_words import (
    ASIDE,
    ASKED,
    BARE_MEASURES,
    BARE_VALUES,
    CLAIMLESS_VERBS,
    COMPARISON,
    CONTRAST,
    DENIAL,
    EVERY_WISH,
    FALSIFIERS,
    JOINT,
    LOOSE_NAME_STEMS,
    NEVER_BARE,
    NO_NAMES,
    NUMBER_WORDS,
    OVER,
    OWN_SUBJECT,
    PLAIN_STEMS,
    PRAISE_STEMS,
    SILENCE,
    SPOKEN_AS,
    TURN,
    UNDER,
    WARNING,
)
from assistant.ranking import budget_signal, judge
from assistant.types import Constraint, Reason
from assistant.vocabulary import Meaning, Vocabulary, phrase_of
from assistant.wording import SYMBOLS, shown
from retrieval.text import STOP_WORDS, fold, stem, words
from retrieval.types import Product, Quantity
from retrieval.units import is_known, same_amount, to_base

_OWN, _PAST = "¤", "†"
"""Stand for the product's own name and for one of the shopper's past."""

_AMOUNT = r"\d[\d,]*(?:\.\d+)?"
_NUMBER = re.compile(r"(?<![\w.])(?P<value>-?\d+(?:[.,]\d+)*)(?:[\s-]?(?P<unit>[a-zA-Z°²³%\"][\w°²³%/]*))?")
_TOKEN = re.compile(r"[^\W_]+(?:[.\-/'’][^\W_]+)*")
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"”’)]*\s+(?=[\"“A-Z0-9])")
_STARS = re.compile(
    r"(?:\brated |\brating (?:of|is) )?(?<![\w.])(?P<a>\d+(?:\.\d+)?)(?: stars?)? ?(?:out of|/) ?"
    r"(?P<scale>\d+(?:\.\d+)?)"
    r"|(?:\brated|\brating (?:of|is)) (?P<b>\d+(?:\.\d+)?)(?![\w]|\.\d)|(?<![\w.])(?P<c>\d+(?:\.\d+)?)[ -]stars?\b"
)
_RATERS = re.compile(r"(?<![\w.])(?P<count>\d[\d,]*) (?:customer|review|rating|buyer|shopper)s?\b")
_UNCOUNTED = re.compile(r"(?<!by )(?<!from )(?<!by our )(?<!from our )\b(?:customers|reviewers)\b(?! rated| gave)")
_BUDGET = re.compile(
    r"\b(?P<side>within|under|below|inside|in|fits|fit|meets|suits|matches|over|above|exceeds|beyond|outside)"
    r" (?:of )?(?:your|the|a) (?P<what>budget|limit|price range|range)\b"
)
_UNFINISHED = re.compile(
    r"(?<!\d )(?<!asked )(?<!wished )(?<!looking )(?<![\w-])"
    r"(?:and|or|but|with|of|the|a|an|its|it is|it has|to|for|at|in|while|is)[.!]$"
)


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
    def names(self) -> dict[str, frozenset[str]]:
        """Every attribute that has a value, with the stems of its name."""
        return {n: frozenset(_stems(n)) - STOP_WORDS or frozenset([n]) for n in (*self.quantities, *self.texts)}

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
        return frozenset(_stems(fold(" . ".join([self.product.title, self.product.brand, *self.product.category]))))

    @cached_property
    def attribute_stems(self) -> frozenset[str]:
        """Words of the attributes, the units left out: the L of "36 L" is no size."""
        values = (fold(shown(v)) for v in self.product.attributes.values() if isinstance(v, str | tuple))
        return frozenset(_stems(" . ".join([*self.names, *values])))

    @cached_property
    def met(self) -> list[Constraint]:
        """Wishes for something (not against it) that the listing meets."""
        return [c for c in self.constraints if not c.negated and judge(c, self.product)[1]]

    @cached_property
    def missed_stems(self) -> frozenset[str]:
        """Words of the wishes the listing does not meet."""
        missed = {s for c in self.constraints if c not in self.met for s in _stems(fold(c.label))}
        return frozenset(missed) - {s for c in self.met for s in _stems(fold(c.label))}

    @cached_property
    def requested_stems(self) -> frozenset[str]:
        return frozenset(s for c in self.constraints for s in _stems(fold(c.label)))

    @cached_property
    def reason_stems(self) -> frozenset[str]:
        """Words of the reasons, less what they only deny, quote or recall of the shopper's wish or past."""
        said = (_without_names(fold(r.text), self) for r in self.reasons if r.kind != "relevance")
        denied = {s for name, yes in self.flags.items() if not yes for s in _stems(name)}
        return frozenset(s for text in said for s in _stems(text)) - denied - self.missed_stems - self.unstated_stems

    @cached_property
    def unstated_stems(self) -> frozenset[str]:
        """Words of the attributes that a reason calls unstated."""
        open_fields = [r.field for r in self.reasons if r.kind == "request_missed" and not r.value]
        return frozenset(s for field in open_fields for s in _stems(fold(field)))

    @cached_property
    def said(self) -> str:
        return fold(" ".join(r.text for r in self.reasons if r.kind != "relevance"))

    def is_met(self, constraint: Constraint) -> bool:
        return judge(constraint, self.product)[1] != constraint.negated


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a sentence may be shown, on which facts, for which reasons; or why not."""

    supported: bool
    why: str = ""
    reasons: tuple[str, ...] = ()
    evidence: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch of a sentence that states, denies, calls unstated or recalls a wish."""

    text: str
    mood: Literal["stated", "denied", "silent", "asked"]
    contrasted: bool = False
    """A recalled wish that is set against what the product is: "while you asked for red"."""
    about: frozenset[str] = frozenset()
    """Folded names of the attributes it speaks of; empty if it names none."""


def split_sentences(text: str) -> list[str]:
    """Sentences of a short text; "1.9 kg" and "out of 5." are not torn apart."""
    return [part.strip() for part in _SENTENCE_END.split(text.strip()) if part.strip()]


def verify(sentence: str, facts: Facts, vocabulary: Vocabulary) -> Verdict:
    """Checks one sentence; the first claim without support decides."""
    # 1) The sentence as a whole.
    bare = _without_quotes(_without_names(fold(sentence).replace("’", "'"), facts), facts)
    why = (
        _check_form(sentence, bare)
        or _check_names(bare, facts)
        or _check_comparisons(bare, facts)
        or _check_third(bare, facts)
        or _check_money(bare, facts)
        or _check_budget(bare, facts)
        or _check_stock(bare, facts)
        or _check_rating(bare, facts)
    )
    if why:
        return Verdict(False, why)

    # 2) What is left, clause by clause: numbers, values and words belong to what they are said of.
    rest = _without_notes(_money_pattern(facts).sub(" ", _without_rating(bare)), facts)
    clauses = _clauses(rest, facts)
    for clause in clauses:
        why = (
            _check_numbers(clause, facts)
            or _check_values(clause, facts, vocabulary)
            or _check_denied_names(clause, facts)
            or _check_words(clause, facts)
        )
        if why:
            return Verdict(False, why)

    # 3) The reasons it words, and whether a trade-off still reads as one.
    expressed = _expressed(sentence, bare, clauses, facts)
    if not expressed:
        return Verdict(False, "words none of the reasons")
    why = _check_wishes(bare, clauses, expressed, facts)
    if why:
        return Verdict(False, why)
    if not all(_reads_negative(r, bare, clauses, facts) for r in expressed if r.contribution < 0):
        return Verdict(False, "words a trade-off as if it were met")
    evidence = tuple(dict.fromkeys((r.field, r.value) for r in expressed if r.field and r.value))
    return Verdict(True, "", tuple(r.id for r in expressed), evidence)


def _expressed(sentence: str, bare: str, clauses: Sequence[Clause], facts: Facts) -> list[Reason]:
    """The reasons worded. What stands in a name words none; and where a trade-off's value is also that of
    something met ("steel", asked for, while carbon steel was ruled out), it is worded only if it reads like one.
    """
    unnamed = _without_names(fold(sentence).replace("’", "'"), facts)
    by_name = {r.id for r in facts.reasons if r.kind in ("relevance", "taste") or r.field == "category"}
    found = [r for r in facts.reasons if expresses(sentence if r.id in by_name else unnamed, r)]
    met = fold(" . ".join(f"{r.field} {r.value}" for r in found if r.contribution > 0))

    def is_worded(r: Reason) -> bool:
        said = r.field if r.value == "yes" else r.value
        return r.contribution > 0 or not _contains(met, said) or _reads_negative(r, bare, clauses, facts)

    return [r for r in found if is_worded(r)]


def expresses(sentence: str, reason: Reason) -> bool:
    """Whether the sentence says what the reason says: its value, or its yes/no attribute, is in it."""
    folded = fold(sentence).replace("’", "'")
    if reason.value in ("yes", "no"):
        return set(_stems(fold(reason.field))) <= set(_stems(folded))
    if reason.field == "stock":
        return "stock" in folded or "sold out" in folded or "unavailable" in folded
    if not reason.value:
        return set(_stems(fold(reason.field))) <= set(_stems(folded)) and SILENCE.search(folded) is not None
    if reason.kind == "relevance":
        return all(_contains(folded, part) for part in reason.value.split(", ")) or fold(reason.value) in folded
    if reason.kind == "taste":
        names = (reason.value, reason.value.split(",")[0], "this very product")
        return any(_contains(folded, name) and _contains(fold(reason.text), name) for name in names)
    if re.fullmatch(r"[\d.,]+", reason.value) and reason.field != "price":
        about = r"\brat(?:ed|ing)|\bstars?\b|out of" if reason.field == "rating" else re.escape(fold(reason.field))
        return _contains(folded, reason.value) and re.search(about, folded) is not None  # bare, "4" counts anything
    return _contains(folded, reason.value) or _holds_amount(folded, reason.value) or _holds_item(folded, reason)


def _contains(folded: str, phrase: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(fold(phrase))}(?!\w|[.,]\d)", folded) is not None


def _holds_amount(folded: str, value: str) -> bool:
    """ "$129" says "$129.00", "1200 g" says "1.2 kg"."""
    if value[:1] in SYMBOLS.values():
        amount = float(value[1:].replace(",", ""))
        said = re.findall(rf"{re.escape(value[0])}\s?({_AMOUNT})", folded)
        return any(abs(float(a.replace(",", "")) - amount) < 0.005 for a in said)
    wanted = _NUMBER.fullmatch(value)
    if wanted is None or not wanted["unit"]:
        return False
    number = _number(wanted["value"])
    pairs = ((_number(m["value"]), m["unit"]) for m in _NUMBER.finditer(folded) if m["unit"])
    return number is not None and any(
        n is not None and _is_same(n, unit, Quantity(number, wanted["unit"])) for n, unit in pairs
    )


def _holds_item(folded: str, reason: Reason) -> bool:
    """One item of a list says enough: "it is meant for hiking" of "hiking, camping and travel"."""
    items = re.split(r", | and ", reason.value)
    return len(items) > 1 and reason.kind != "request_missed" and any(_contains(folded, item) for item in items)


def _is_same(value: float, unit: str, quantity: Quantity) -> bool:
    """Exactly the same in the same unit; within half a percent in another, as converting rounds."""
    tolerance = 1e-9 if to_base(1.0, unit) == to_base(1.0, quantity.unit) else 0.005
    return same_amount(value, unit, quantity.value, quantity.unit, tolerance=tolerance)


def _number(text: str) -> float | None:
    """1,640 or 2.8; None for what is no plain number."""
    return float(text.replace(",", "")) if re.fullmatch(r"-?\d{1,3}(,\d{3})+(\.\d+)?|-?\d+(\.\d+)?", text) else None


# Names, quotations and form


def _without_names(folded: str, facts: Facts) -> str:
    """The sentence with the product's own name and those of the shopper's past taken out: their digits and
    adjectives are names, not claims. A title is known by its opening up to the first comma, too.
    """
    signs = {fold(t): _PAST for full in facts.past_titles for t in (full, full.split(",")[0])}
    signs |= {fold(t): _OWN for full in [facts.product.title] for t in (full, full.split(",")[0])}
    signs[fold(" > ".join(facts.product.category))] = _OWN
    for title in sorted(filter(None, signs), key=len, reverse=True):
        folded = re.sub(rf"(?<!\w){re.escape(title)}(?!\w)", f" {signs[title]} ", folded)
    return " ".join(folded.split())


def _without_quotes(bare: str, facts: Facts) -> str:
    """Words that the listing is said to mention, or not to, are quotations: true if a reason quotes them so."""
    for reason in facts.reasons:
        for quoted in re.findall(r"“(.+?)”", fold(reason.text)):
            mention = re.compile(rf"\b(?:mention|name|say)\w*\b[^.;]*?(?P<quote>[“\"]?{re.escape(quoted)}[”\"]?)(?!\w)")
            match = mention.search(bare)
            if match is None:
                continue
            clause = JOINT.split(bare[: match.start("quote")])[-1]
            if bool(DENIAL.search(clause)) == (reason.contribution < 0):
                bare = bare[: match.start("quote")] + " " + bare[match.end("quote") :]
    return bare


def _check_form(sentence: str, bare: str) -> str:
    tokens = words(bare)
    if not sentence.rstrip().endswith((".", "!", "”.", ".”")) or _UNFINISHED.search(bare):
        return "is not finished"
    if re.search(r"[<{}\\*_#|]|>(?! )|https?:|www\.", sentence):
        return "holds markup or a link"
    if re.match(r"\w+:", bare):
        return "opens with a label of the prompt"
    if any(unicodedata.category(c) in ("So", "Cs", "Cf") and c != "°" for c in sentence):
        return "holds a picture sign"
    four = [tuple(tokens[i : i + 4]) for i in range(len(tokens) - 3)]
    three = [t for t in zip(tokens, tokens[1:], tokens[2:], strict=False) if any(map(_carries_claim, t))]
    if len(four) != len(set(four)) or len(three) != len(set(three)):
        return "repeats itself"
    return ""


def _carries_claim(word: str) -> bool:
    return stem(word) not in PLAIN_STEMS and word not in STOP_WORDS and not DENIAL.fullmatch(word)


def _check_names(bare: str, facts: Facts) -> str:
    """A product of the past may only be likened to this one, and only as what the shopper did with it."""
    recalled = " ".join(fold(r.text) for r in facts.reasons if r.kind == "taste")
    if _PAST in bare and not re.search(rf"\b(?:similar to|resembles|like)\b[^{_PAST}]{{0,12}}{_PAST}", bare):
        return "speaks of another product"
    if "similar" in bare and _PAST not in bare:
        return "likens it to something else"
    for match in re.finditer(r"\byou (?:bought|viewed|looked at|put in)\b", bare):
        is_of_past = re.search(rf"{_PAST}(?: that| which)?\s*$", bare[: match.start()])
        is_itself = f"{match.group()} this very product" in recalled and "this very product" in bare
        if not (is_of_past or is_itself) or match.group() not in recalled:
            return f"recalls what the shopper did not do: “{match.group()}”"
    return ""


def _check_comparisons(bare: str, facts: Facts) -> str:
    """Comparatives, superlatives and praise need a reason, or an attribute, that says the same word."""
    for match in COMPARISON.finditer(bare):
        if not _contains(facts.said, match.group()):
            return f"compares without proof: “{match.group()}”"
    stated = facts.attribute_stems | {s for name, yes in facts.flags.items() if yes for s in _stems(name)}
    reasons = set(_stems(facts.said))
    for word in words(bare):
        if stem(word) in PRAISE_STEMS - stated - reasons:
            return f"praises: “{word}”"
    return ""


def _check_third(bare: str, facts: Facts) -> str:
    """ "among the third of our kettles with the lowest noise level" is said in full, of a wish that is met."""
    rest = bare
    for constraint in facts.constraints:
        before, note, after = rest.partition(fold(constraint.note) or "\n")
        if note:
            if bool(re.search(r"\b(?:not|outside)\b[^,]{0,20}$", before)) == facts.is_met(constraint):
                return f"puts it on the wrong side of {constraint.note}"
            rest = f"{before} {after}"
    return "ranks without proof" if re.search(r"\bthird\b", rest) else ""


def _without_notes(bare: str, facts: Facts) -> str:
    for constraint in facts.constraints:
        bare = bare.replace(fold(constraint.note) or "\n", " ")
    return bare


# Money, stock and rating


def _money_pattern(facts: Facts) -> re.Pattern[str]:
    """$129.00; "129.00 PLN" where the currency has no sign; a price without currency by the words before it."""
    currency = fold(facts.product.currency)
    after = "|".join(filter(None, [re.escape(currency), "dollars?", "euros?", "usd", "eur", "gbp"]))
    forms = [rf"(?P<sign>[$€£¥₹])\s?(?P<a>{_AMOUNT})", rf"(?<![\w.])(?P<b>{_AMOUNT})\s?(?P<code>{after})\b"]
    if not currency:
        forms.append(r"(?<![\w.])(?P<c>\d[\d,]*\.\d\d)(?!\w)|(?<=limit of )(?P<d>\d[\d,]*)(?!\w)")
    return re.compile("|".join(forms))


def _check_money(bare: str, facts: Facts) -> str:
    """An amount is the price, unless words around it make it a limit of the shopper's or the difference to it."""
    last = 0
    if re.search(r"\bits (?!price\b|cost\b)(?:(?!\b(?:it|and)\b)[^,.;]){1,30}\b(?:costs|is priced)\b", bare):
        return "gives the price of a part"
    for match in _money_pattern(facts).finditer(bare):
        said = match.group().strip()
        found = match.groupdict()
        amount = float(next(v for k, v in found.items() if k in "abcd" and v).replace(",", ""))
        if not _is_own_currency(found.get("sign"), found.get("code"), facts.product.currency):
            return f"another currency: “{said}”"
        gap = re.split(r"[,;](?=\s)", bare[last : match.start()])[-1]
        why = _check_amount(amount, gap, bare[match.end() :], facts)
        if why:
            return f"{why}: “{said}”"
        last = match.end()
    return ""


def _is_own_currency(sign: str | None, code: str | None, currency: str) -> bool:
    if sign:
        return SYMBOLS.get(currency) == sign
    return not code or {"dollar": "USD", "euro": "EUR"}.get(code.rstrip("s"), code.upper()) == currency.upper()


def _check_amount(amount: float, gap: str, after: str, facts: Facts) -> str:
    price = facts.product.price
    if price is None:
        return "the listing gives no price"
    bounds = [(c.low, c.high) for c in facts.constraints if c.kind == "price"]
    limits = {b for pair in bounds for b in pair if b is not None}
    difference = re.match(
        r"\s*(?P<side>over|above|under|below|less than|more than) (?:your|the) (?:limit|budget)", after
    )
    if difference:
        is_over = OVER.match(difference["side"]) is not None
        highs = [high for _, high in bounds if high is not None]
        fits = any(abs((price - high if is_over else high - price) - amount) < 0.005 for high in highs)
        return "" if fits else "wrong amount of money"
    if re.search(r"\bbetween\s*$", gap) or re.fullmatch(r"\s*(?:and|to)\s*", gap):
        place = 0 if "between" in gap else 1
        fits = any(
            _is_near(pair[place], amount) and pair[0] and pair[1] and pair[0] <= price <= pair[1] for pair in bounds
        )
        return "" if fits else "names a range nobody gave"
    limit_named = re.search(r"\b(?:limit|budget)\b(?: is| of)?\s*$", gap)
    if not limit_named and (
        not (OVER.search(gap) or UNDER.search(gap)) or re.search(r"\b(?:at|for|costs?|is|of)\s*$", gap)
    ):
        return "" if abs(amount - price) < 0.005 else "wrong amount of money"
    # "less than the $90.00 you saw": the limit is a cent below what was seen.
    if not any(_is_near(limit, amount) or _is_near(limit, amount - 0.01) for limit in limits):
        return "names a limit nobody gave"
    wants_over = bool(OVER.search(gap)) != bool(re.search(r"\bnot\b", gap))
    if OVER.search(gap) or UNDER.search(gap):
        holds = price >= amount - 1e-9 if wants_over else price <= amount + 1e-9
        return "" if holds else "puts the price on the wrong side"
    return ""


def _is_near(a: float | None, b: float) -> bool:
    return a is not None and abs(a - b) < 0.005


def _check_budget(bare: str, facts: Facts) -> str:
    """ "within your budget" and "over your limit" without an amount."""
    price = facts.product.price
    for match in _BUDGET.finditer(bare):
        side, what = match["side"], match["what"]
        given = [c for c in facts.constraints if c.kind == "price"]
        if not given or price is None:
            return f"names a budget nobody gave: “{match.group()}”"
        low, high = given[0].low, given[0].high
        if side in ("over", "above", "exceeds", "beyond"):
            holds = high is not None and price > high
        elif side in ("under", "below") and "range" in what:
            holds = low is not None and price < low
        else:
            holds = (budget_signal(given[0], price) > 0) == (side != "outside")
        if holds == bool(re.search(r"(?:\bnot|n't)\b[^,]{0,12}$", bare[: match.start()])):
            return f"puts the price on the wrong side: “{match.group()}”"
    return ""


def _check_stock(bare: str, facts: Facts) -> str:
    gone = re.search(r"\b(?:out of stock|sold out|unavailable|(?:not|isn't) (?:in stock|available))\b", bare)
    if gone and facts.product.in_stock:
        return f"denies the stock there is: “{gone.group()}”"
    there = re.search(r"(?<!out of )(?<!our )\bin stock\b|\bavailable\b(?! in\b)|\bsells?\b", bare)
    if there and not gone and not facts.product.stock:
        return f"claims stock without proof: “{there.group()}”"
    return ""


def _check_rating(bare: str, facts: Facts) -> str:
    """Stars, how many gave them, and the side of the shop's average."""
    rating, count = facts.product.rating, facts.product.rating_count
    if re.search(r"\brat(?:ed|ings?)\b|\bstars?\b", bare) and (rating is None or not count):
        return "gives another rating than the listing"
    for match in _STARS.finditer(bare):
        stars = match["a"] or match["b"] or match["c"]
        if rating is None or f"{rating:g}" != f"{float(stars):g}" or (match["scale"] or "5") != "5":
            return f"gives another rating than the listing: “{match.group()}”"
    for match in _RATERS.finditer(bare):
        if int(match["count"].replace(",", "")) != count:
            return f"gives another number of ratings than the listing: “{match.group()}”"
    uncounted = _UNCOUNTED.search(_RATERS.sub(" ", bare))
    if uncounted:
        return f"speaks for customers: “{uncounted.group()}”"
    side = re.search(r"\b(above|over|higher|better|below|under|lower|worse)\b[^,]{0,12}\baverage\b", bare)
    contribution = next((r.contribution for r in facts.reasons if r.kind == "social_proof"), 0.0)
    if side and (side[1] in ("above", "over", "higher", "better")) != (contribution > 0):
        return f"puts the rating on the wrong side: “{side.group()}”"
    return ""


def _without_rating(bare: str) -> str:
    return _RATERS.sub(" customers ", _STARS.sub(" rated ", bare))


# Clauses


def _clauses(bare: str, facts: Facts) -> list[Clause]:
    """The sentence cut where its subject, its mood or the attribute it speaks of changes."""
    digits = re.sub(r"\b[a-z]+\b", lambda m: NUMBER_WORDS.get(m.group(), m.group()), ASIDE.sub(" ", bare))
    for name in facts.names:
        digits = digits.replace(name, name.replace(" with ", " + "))  # "battery life with case" is one name
    result: list[Clause] = []
    for part in filter(None, (p.strip() for p in JOINT.split(digits))):
        for clause in _moods(part):
            about = _attributes_named(clause.text, facts)
            if result and clause.text.startswith("made ") and any(_is_part(name, facts) for name in result[-1].about):
                about = result[-1].about  # "its poles are made of"
            elif not about and result and not OWN_SUBJECT.search(clause.text):
                about = result[-1].about
            result.append(replace(clause, about=about))
    return result


def _moods(part: str) -> Iterator[Clause]:
    """One part cut before each denial, each recalled wish and each turn to another attribute."""
    if SILENCE.search(part):
        yield Clause(part, "silent")
        return
    starts = sorted({0, *(m.start() for pattern in (DENIAL, ASKED, TURN) for m in pattern.finditer(part))})
    contrasted = CONTRAST.search(part) is not None
    mood: Literal["stated", "denied", "asked"] = "stated"
    for start, end in zip(starts, [*starts[1:], len(part)], strict=True):
        piece = part[start:end].strip()
        if ASKED.match(piece):
            mood = "asked"  # to the end: "you asked for no wool" is still what was asked
        elif DENIAL.match(piece) and mood != "asked":
            mood, contrasted = "denied", True
        if piece:
            yield Clause(piece, mood, contrasted)


def _attributes_named(text: str, facts: Facts) -> frozenset[str]:
    """Attributes the clause speaks of: by name ("pole material" is not the material), else by a turn of phrase."""
    for value in (v for values in facts.texts.values() for v in values if " " in v):
        text = text.replace(value, " ")  # the "tips" of "rubber tips" name nothing
    said = set(_stems(text))
    names = {name: stems for name, stems in facts.names.items() if name not in NO_NAMES}
    full = {name for name, stems in names.items() if stems <= said}
    full = {n for n in full if not any(names[n] < names[other] for other in full)}
    cores = {name: stems - LOOSE_NAME_STEMS for name, stems in names.items()}
    named = full | {name for name, core in cores.items() if core and core <= said}
    return frozenset(named or (name for pattern, names in SPOKEN_AS if pattern.search(text) for name in names))


def _check_numbers(clause: Clause, facts: Facts) -> str:
    """Every number is the value of the attribute it is said of, or in a recalled wish the number asked for."""
    for match in _NUMBER.finditer(clause.text):
        value, unit = _number(match["value"]), fold(match["unit"] or "")
        unit = "" if unit in STOP_WORDS and unit != "in" else unit
        before = clause.text[: match.start()]
        if value is None or not _number_holds(value, unit, before, clause, facts):
            return f"number without proof: “{match.group().strip()}”"
    return ""


def _number_holds(value: float, unit: str, before: str, clause: Clause, facts: Facts) -> bool:
    holders = set(_holders(value, unit, facts))
    if clause.mood == "asked" or (clause.mood == "denied" and not holders):
        return _was_asked(value, unit, before, facts)
    if clause.mood != "stated" or re.search(
        r"\b(?:more|less|fewer|over|under|above|below)(?: than)? (?:the )?$", before
    ):
        return False
    if re.search(r"\b(?:limit|budget) of\s*$", before):
        return _was_asked(value, unit, "up to", facts)
    if unit == "left":
        return value == facts.product.stock
    if clause.about:
        return bool(holders & clause.about)
    return _is_in_title(value, unit, before, facts) or any(_needs_no_name(h, unit, facts) for h in holders)


def _holders(value: float, unit: str, facts: Facts) -> Iterator[str]:
    """Attributes that have this number for their value."""
    for name, quantity in facts.quantities.items():
        counted = not quantity.unit or to_base(0.0, quantity.unit)[1] in ("persons", "pieces")
        if (unit and quantity.unit and _is_same(value, unit, quantity)) or (
            counted and value == quantity.value and (not unit or stem(unit) in facts.names[name])
        ):
            yield name
    for name, texts in facts.texts.items():
        for text in texts:
            if re.search(rf"(?<![\w.]){value:g}(?!\w|\.\d)", text) and (
                not unit or stem(unit) in {*_stems(text), *facts.names[name]}
            ):
                yield name


def _needs_no_name(name: str, unit: str, facts: Facts) -> bool:
    """ "at 2.8 kg" can only be its weight; "44 cm" could be any of its sides."""
    if name not in facts.quantities or not is_known(unit):
        return bool(unit)
    base = to_base(0.0, unit)[1]
    usual = [n for n in BARE_MEASURES.get(base, ()) if n in facts.quantities]
    if usual:
        return name in usual
    rivals = [n for n, q in facts.quantities.items() if to_base(0.0, q.unit)[1] == base]
    return base not in NEVER_BARE and rivals == [name]


def _is_in_title(value: float, unit: str, before: str, facts: Facts) -> bool:
    """ "the Slate 14", "a two-person tent": part of the name."""
    title = " ".join(NUMBER_WORDS.get(w, w) for w in re.split(r"[\s,-]+", fold(facts.product.title)))
    previous = (words(before) or [""])[-1]
    is_named = bool(previous) and re.search(rf"(?<!\w){re.escape(previous)} {value:g}(?!\w|\.\d)", title) is not None
    return is_named or (unit != "" and re.search(rf"(?<![\w.]){value:g} ?{re.escape(unit)}(?!\w)", title) is not None)


def _was_asked(value: float, unit: str, before: str, facts: Facts) -> bool:
    """Whether a wish has this bound, on the side the words say."""
    for constraint in facts.constraints:
        if constraint.test is None:
            continue
        counts = to_base(0.0, constraint.test.unit)[1] in ("persons", "pieces", "")
        if not unit and not counts and not _contains(constraint.label, f"{value:g} to"):
            continue  # only in "1 to 2 kg" does a bare number recall an amount
        bounds = {"low": constraint.low, "high": constraint.high}
        if re.search(r"\bat least\s*$|\bmore than\s*$|\bover\s*$", before):
            del bounds["high"]
        elif re.search(r"\b(?:up to|at most|under|below|less than)\s*$", before):
            del bounds["low"]
        for bound in bounds.values():
            if bound is not None and (
                _is_same(value, unit or constraint.test.unit, Quantity(bound, constraint.test.unit))
            ):
                return True
    return False


# Values, yes/no attributes and brands


def _check_values(clause: Clause, facts: Facts, vocabulary: Vocabulary) -> str:
    """Every value, yes/no attribute and brand the catalogue knows must be this product's own, or rightly denied."""
    named = _whole_names(clause, facts)
    for phrase, stems, meanings in _known_phrases(_NUMBER.sub(_without_unit, clause.text), facts, vocabulary):
        if any(set(stems) <= facts.names[name] for name in named):
            continue  # the "wash" of "wash temperature"
        about = _about(phrase, meanings, clause, facts)
        is_own = any(_is_own(m, phrase, about, facts) for m in meanings)
        if clause.mood == "asked":
            if not set(stems) <= facts.requested_stems:
                return f"recalls a wish nobody had: “{phrase}”"
            if clause.contrasted and set(stems) <= {s for c in facts.met for s in _stems(fold(c.label))}:
                return f"calls missed what is met: “{phrase}”"
        elif clause.mood == "silent":
            if not set(stems) <= facts.unstated_stems:
                return f"says the listing is silent about what it states: “{phrase}”"
        elif clause.mood == "denied":
            if is_own:
                return f"denies what the listing states: “{phrase}”"
            if not any(_is_ruled_out(m, facts) for m in meanings):
                return f"denies without proof: “{phrase}”"
        elif not is_own and not _is_only_name(phrase, meanings, clause, facts):
            return f"states what the listing does not: “{phrase}”"
    return ""


def _known_phrases(
    text: str, facts: Facts, vocabulary: Vocabulary
) -> Iterator[tuple[str, tuple[str, ...], list[Meaning]]]:
    """The longest phrases of the catalogue in the text: (as said, stems, what they can mean)."""
    tokens = [m.group() for m in _TOKEN.finditer(text)]
    i = 0
    while i < len(tokens):
        for length in range(min(vocabulary.longest, len(tokens) - i), 0, -1):
            stems = tuple(stem(t) for t in tokens[i : i + length])
            meanings = [m for m in vocabulary.meanings(stems) if m.kind in ("value", "flag", "brand")]
            meanings.extend(facts.own_phrases.get(stems, ()))
            is_plain = length == 1 and (stems[0] in PLAIN_STEMS | STOP_WORDS or tokens[i] in CLAIMLESS_VERBS)
            if meanings and not is_plain:
                yield " ".join(tokens[i : i + length]), stems, meanings
                i += length - 1
                break
        i += 1


def _about(phrase: str, meanings: Sequence[Meaning], clause: Clause, facts: Facts) -> frozenset[str]:
    """The attributes a value is said of: no measures ("the wool sweater weighs 420 g"), and none that only the
    value itself seems to name (the "tips" of "it comes with rubber tips").
    """
    rest = re.sub(rf"(?<!\w){re.escape(phrase)}(?!\w)", " ", clause.text)
    by_itself = _attributes_named(clause.text, facts) - _attributes_named(rest, facts)
    measures = facts.quantities.keys() - {m.attribute for m in meanings}
    return clause.about - by_itself - measures


def _is_own(meaning: Meaning, phrase: str, about: frozenset[str], facts: Facts) -> bool:
    own = {name for name, values in facts.texts.items() if any(_says(value, phrase) for value in values)}
    if own & about:
        return True
    if meaning.kind == "flag":
        return facts.flags.get(meaning.attribute, False)
    if meaning.kind == "brand":
        return fold(facts.product.brand) in meaning.keys
    return not about and meaning.attribute in own and _is_of_the_whole(meaning.attribute, phrase, facts)


def _says(value: str, phrase: str) -> bool:
    """ "wool" is said by "merino wool"; "leather" is not said by "faux leather"."""
    said = set(_stems(value))
    return set(phrase_of(phrase)) <= said and not (said - set(_stems(phrase))) & FALSIFIERS


def _is_of_the_whole(name: str, phrase: str, facts: Facts) -> bool:
    """Whether a value needs no attribute named beside it."""
    is_telling = name in BARE_VALUES or len(words(phrase)) > 1 or len(facts.texts[name]) > 1
    return is_telling and not _is_part(name, facts)


def _is_part(name: str, facts: Facts) -> bool:
    """Whether an attribute is that of a part: what the poles are made of is not what the tent is made of."""
    return any(name != other and name.endswith(f" {other}") for other in ("colour", "color", "material", *facts.texts))


def _is_only_name(phrase: str, meanings: Iterable[Meaning], clause: Clause, facts: Facts) -> bool:
    """A word of the title or category, where no attribute states otherwise: the "electric" of an electric kettle."""
    contradicted = any(m.attribute in facts.texts or m.attribute in facts.flags for m in meanings)
    name = fold(" . ".join([facts.product.title, *facts.product.category]))
    return _contains(name, phrase) and not contradicted and not clause.about


def _is_ruled_out(meaning: Meaning, facts: Facts) -> bool:
    """Whether the listing itself denies the thing: it says no, or states another value of that attribute."""
    if meaning.kind == "flag":
        return facts.flags.get(meaning.attribute) is False
    if meaning.kind == "brand":
        return bool(facts.product.brand) and fold(facts.product.brand) not in meaning.keys
    value = facts.product.attributes.get(meaning.attribute)
    return isinstance(value, str) and fold(value) not in meaning.keys


def _whole_names(clause: Clause, facts: Facts) -> list[str]:
    """Attributes with a value that are named in full, not as part of the name of a yes/no attribute."""
    said = set(_stems(clause.text))
    flags = [stems for stems in (set(_stems(name)) for name in facts.flags) if stems <= said]
    return [n for n, stems in facts.names.items() if stems <= said and not any(stems <= flag for flag in flags)]


def _check_denied_names(clause: Clause, facts: Facts) -> str:
    """ "no warranty" denies the warranty that is stated; "the listing does not give its weight" likewise."""
    own = [n for n in _whole_names(clause, facts) if n not in NO_NAMES]
    if clause.mood == "silent":
        said = set(_stems(clause.text))
        silent = [r for r in facts.reasons if r.kind == "request_missed" and (not r.value or "“" in r.text)]
        covered = [stems for stems in (set(_stems(fold(r.field))) for r in silent) if stems <= said]
        is_quote = any("“" in r.text for r in silent) and not own
        if not (covered or is_quote) or any(not any(facts.names[n] <= c for c in covered) for n in own):
            return "says the listing is silent about what it states"
    missed = {fold(r.field) for r in facts.reasons if r.contribution < 0}
    if clause.mood == "denied" and own and not missed & set(own) and not facts.names[own[0]] <= facts.missed_stems:
        return f"denies what the listing states: “{own[0]}”"
    return ""


# Words and wishes


def _check_words(clause: Clause, facts: Facts) -> str:
    """What is left must be the facts', the reasons' or, where a wish is recalled, the wish's own words."""
    said = set(_stems(clause.text))
    known = (
        facts.title_stems | facts.attribute_stems | facts.reason_stems | PLAIN_STEMS | _whole_flags(said, True, facts)
    )
    known |= {s for c in facts.met for s in _stems(fold(c.label))}
    if clause.mood in ("asked", "denied"):
        known |= facts.requested_stems | _whole_flags(said, False, facts)
    if clause.mood == "silent":
        known = PLAIN_STEMS | facts.unstated_stems
    for word in words(_NUMBER.sub(_without_unit, clause.text)):
        if (
            word in STOP_WORDS
            or word[0].isdigit()
            or not word.strip("'’")
            or word in CLAIMLESS_VERBS
            or DENIAL.fullmatch(word)
        ):
            continue
        parts = {stem(part) for part in re.split(r"[.\-/'’]", word) if part}
        if stem(word) not in known and not parts <= known | STOP_WORDS:
            return f"word without source: “{word}”"
    return ""


def _without_unit(number: re.Match[str]) -> str:
    """The unit of a number was checked with it; any other word after it is a word like others."""
    return " " if number["unit"] and is_known(number["unit"]) else f" {number['unit'] or ''}"


def _whole_flags(said: set[str], yes: bool, facts: Facts) -> set[str]:
    """Words of yes/no attributes named in full: "washable cover" does not make the thing "washable"."""
    names = (set(_stems(name)) for name, value in facts.flags.items() if value is yes)
    return {s for stems in names if stems <= said | STOP_WORDS for s in stems}


def _check_wishes(bare: str, clauses: Sequence[Clause], expressed: Sequence[Reason], facts: Facts) -> str:
    """ "as you asked" and "what you need" claim that a wish is met; "not what you asked for" that one is not."""
    every = EVERY_WISH.search(bare) is not None
    spoken = frozenset(name for clause in clauses for name in clause.about)
    missed = [r for r in (facts.reasons if every else expressed) if r.contribution < 0]
    unmet = [c for c in facts.constraints if not facts.is_met(c)]
    unmet = [c for c in unmet if every or (c.test and fold(c.test.attribute) in spoken)]
    for clause in clauses:
        if clause.mood != "asked" or _has_content(clause.text):
            continue
        if clause.contrasted:
            if not (missed or unmet):
                return "calls missed what is met"
        elif missed or unmet or not any(r.kind == "request_met" for r in expressed):
            return "claims a wish is met that is not"
    return ""


def _has_content(text: str) -> bool:
    rest = ASKED.sub(" ", text)
    return any(map(_carries_claim, words(rest)))


def _reads_negative(reason: Reason, bare: str, clauses: Sequence[Clause], facts: Facts) -> bool:
    """Whether a trade-off is worded as one: a side, a denial, the wish it misses, or at least a warning."""
    if reason.field == "stock" or not reason.value or reason.value == "no":
        return True  # said at all, it was checked to be denied
    if reason.field in ("price", "rating"):
        return re.search(r"\b(?:over|above|below|exceeds|not|more than|outside|lower|under)\b", bare) is not None
    recalls = any(c.mood == "asked" and c.contrasted for c in clauses)
    denies = any(c.mood == "denied" and set(_stems(c.text)) & (facts.missed_stems | {"among"}) for c in clauses)
    return recalls or denies or WARNING.search(bare) is not None or "“" in reason.text


def _stems(folded: str) -> list[str]:
    result: list[str] = []
    for word in words(folded):
        result.append(stem(word))
        parts = re.split(r"[.\-/]", re.sub(r"['’]s?$", "", word))  # the s of "women's" is no size S
        result.extend(stem(part) for part in parts if part)
    return result
