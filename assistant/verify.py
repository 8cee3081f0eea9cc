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
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.claims_numbers import (
    check_budget,
    check_denied_facts,
    check_money,
    check_numbers,
    check_rating,
    check_stock,
    without_money,
    without_rating,
)
from assistant.claims_page import check_page
from assistant.claims_said import check_said, check_side
from assistant.claims_words import (
    carries_claim,
    check_denied_names,
    check_denied_words,
    check_repeats,
    check_signs,
    check_values,
    check_words,
    clauses_of,
)
from assistant.facts import AMOUNT, NUMBER, PAST, Clause, Facts, contains, is_same, read_number, stems_of, without_names
from assistant.plain_words import (
    ASKED,
    COMPARISON,
    DENIAL,
    EVERY_WISH,
    JOINT,
    OF_OTHERS,
    PRAISE_STEMS,
    SILENCE,
    WARNING,
)
from assistant.promises import check_counts, check_language, check_promises
from assistant.types import Reason
from assistant.vocabulary import Vocabulary
from assistant.wording import SYMBOLS
from retrieval.text import fold, stem, words
from retrieval.types import Quantity

_SENTENCE_END = re.compile(r"(?<=[.!?])[\"”’)]*\s+(?=[\"“A-Z0-9])")
_UNFINISHED = re.compile(
    r"(?<!\d )(?<!asked )(?<!wished )(?<!looking )(?<!looked )(?<![\w-])"
    r"(?:and|or|but|with|of|the|a|an|its|it is|it has|to|for|at|in|while|is)[.!]$"
)


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
    # 1) The sentence as a whole.
    folded = _without_computed(fold(sentence).replace("’", "'"), facts)
    named = _without_quotes(without_names(folded, facts), facts)
    bare = facts.with_signs(named)
    why = _check_form(sentence, bare) or check_language(bare) or check_said(named, facts)
    if not why:
        bare, why = check_page(bare, facts)
    why = (
        why
        or _check_names(bare, facts)
        or _check_comparisons(bare, facts)
        or _check_variety(bare)
        or _check_third(bare, facts)
        or check_money(bare, facts)
        or check_denied_facts(bare)
        or check_budget(bare, facts)
        or check_stock(bare, facts)
        or check_rating(bare, facts)
    )
    if why:
        return Verdict(False, why)

    # 2) What is left, clause by clause: numbers, values and words belong to what they are said of.
    rest = _without_notes(without_money(without_rating(bare), facts), facts)
    clauses = clauses_of(rest, facts)
    for clause in clauses:
        why = (
            check_signs(clause, facts)
            or check_numbers(clause, facts)
            or check_values(clause, facts, vocabulary)
            or check_denied_names(clause, facts)
            or check_denied_words(clause, facts, vocabulary)
            or check_words(clause, facts)
        )
        if why:
            return Verdict(False, why)
    why = check_promises(bare, facts) or check_counts(bare, facts) or check_repeats(clauses, facts)
    if why:
        return Verdict(False, why)

    # 3) The reasons it words, and whether a trade-off still reads as one.
    expressed = _expressed(sentence, bare, clauses, facts)
    if not expressed:
        return Verdict(False, "words none of the reasons")
    why = check_side(bare, expressed) or _check_wishes(bare, clauses, expressed, facts)
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
    unnamed = without_names(fold(sentence).replace("’", "'"), facts)
    by_name = {r.id for r in facts.reasons if r.kind in ("relevance", "taste", "variety") or r.field == "category"}
    found = [r for r in facts.reasons if expresses(sentence if r.id in by_name else unnamed, r)]
    met = fold(" . ".join(f"{r.field} {r.value}" for r in found if r.contribution > 0))

    def is_worded(r: Reason) -> bool:
        said = r.field if r.value == "yes" else r.value
        return r.contribution > 0 or not contains(met, said) or _reads_negative(r, bare, clauses, facts)

    return [r for r in found if is_worded(r)]


def expresses(sentence: str, reason: Reason) -> bool:
    """Whether the sentence says what the reason says: its value, or its yes/no attribute, is in it."""
    folded = fold(sentence).replace("’", "'")
    if reason.kind == "variety":
        return _phrase(reason) in folded
    if reason.kind == "comparison" and reason.blanks:
        return contains(folded, f"{reason.blanks['count']} shown") and contains(folded, reason.blanks["superlative"])
    if "closeness" in reason.blanks:
        part = next((v for k, v in reason.blanks.items() if k in ("value", "where", "label")), "name")
        return fold(reason.blanks["closeness"]) in folded and fold(part) in folded
    if reason.value in ("yes", "no"):
        return set(stems_of(fold(reason.field))) <= set(stems_of(folded))
    if reason.field == "stock":
        return "stock" in folded or "sold out" in folded or "unavailable" in folded
    if not reason.value:
        return set(stems_of(fold(reason.field))) <= set(stems_of(folded)) and SILENCE.search(folded) is not None
    if reason.kind == "relevance":
        return all(contains(folded, part) for part in reason.value.split(", ")) or fold(reason.value) in folded
    if reason.kind == "taste":
        names = (reason.value, reason.value.split(",")[0], "this very product")
        return any(contains(folded, name) and contains(fold(reason.text), name) for name in names)
    if re.fullmatch(r"[\d.,]+", reason.value) and reason.field != "price":
        about = r"\brat(?:ed|ing)|\bstars?\b|out of" if reason.field == "rating" else re.escape(fold(reason.field))
        return contains(folded, reason.value) and re.search(about, folded) is not None  # bare, "4" counts anything
    return contains(folded, reason.value) or _holds_amount(folded, reason.value) or _holds_item(folded, reason)


def _holds_amount(folded: str, value: str) -> bool:
    """ "$129" says "$129.00", "1200 g" says "1.2 kg"."""
    if value[:1] in SYMBOLS.values():
        amount = float(value[1:].replace(",", ""))
        said = re.findall(rf"{re.escape(value[0])}\s?({AMOUNT})", folded)
        return any(abs(float(a.replace(",", "")) - amount) < 0.005 for a in said)
    wanted = NUMBER.fullmatch(value)
    if wanted is None or not wanted["unit"]:
        return False
    number = read_number(wanted["value"])
    pairs = ((read_number(m["value"]), m["unit"]) for m in NUMBER.finditer(folded) if m["unit"])
    return number is not None and any(
        n is not None and is_same(n, unit, Quantity(number, wanted["unit"])) for n, unit in pairs
    )


def _holds_item(folded: str, reason: Reason) -> bool:
    """One item of a list says enough: "it is meant for hiking" of "hiking, camping and travel"."""
    items = re.split(r", | and ", reason.value)
    return len(items) > 1 and reason.kind != "request_missed" and any(contains(folded, item) for item in items)


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


def _phrase(reason: Reason) -> str:
    return fold(reason.text).replace("’", "'").rstrip(".")


def _without_computed(folded: str, facts: Facts) -> str:
    """What was computed from the whole page or the whole search holds word for word, and in no other words: what sets
    the product apart from the others shown, that it leads them, and that a part of it came close to the request.
    """
    for reason in facts.reasons:
        if reason.kind == "variety":
            folded = folded.replace(_phrase(reason), " ")
        if "open" in reason.blanks:  # one silence, not two claims
            folded = folded.replace(fold(reason.blanks["open"]), fold(reason.blanks["open"]).replace(",", ""))
        if "closeness" in reason.blanks:
            folded = folded.replace(fold(reason.blanks["closeness"]), " is meant ")
        if reason.kind == "comparison" and reason.blanks:
            best, count = fold(reason.blanks["superlative"]), fold(reason.blanks["count"])
            name = f" {fold(reason.blanks['name'])}" if reason.form == "extreme.has" else ""
            after = rf"\bthe {re.escape(best + name)} of the {count} shown\b"
            before = rf"\b(?:of|among) the {count} shown, (it (?:is|has)) the {re.escape(best + name)}\b"
            folded = re.sub(after, f" its{name} ", folded)
            folded = re.sub(before, rf" \1 its{name} ", folded)
    return folded


def _check_variety(bare: str) -> str:
    """In any other words, a claim about the others on the page cannot be held against one product's facts."""
    match = OF_OTHERS.search(bare)
    return f"speaks of the other products: “{match.group()}”" if match else ""


def _check_form(sentence: str, bare: str) -> str:
    told = [words(part) for part in ASKED.split(bare)]  # a wish that is recalled says the same again, by its nature
    if not sentence.rstrip().endswith((".", "!", "”.", ".”")) or _UNFINISHED.search(bare):
        return "is not finished"
    if re.search(r"[<{}\\*_#|]|>(?! )|https?:|www\.", sentence):
        return "holds markup or a link"
    if re.match(r"\w+:", bare):
        return "opens with a label of the prompt"
    if any(unicodedata.category(c) in ("So", "Cs", "Cf") and c != "°" for c in sentence):
        return "holds a picture sign"
    for tokens in told:
        four = [tuple(tokens[i : i + 4]) for i in range(len(tokens) - 3)]
        three = [t for t in zip(tokens, tokens[1:], tokens[2:], strict=False) if any(map(carries_claim, t))]
        if len(four) != len(set(four)) or len(three) != len(set(three)):
            return "repeats itself"
    return "quotes what no reason quotes" if "“" in bare else ""


def _check_names(bare: str, facts: Facts) -> str:
    """A product of the past may only be likened to this one, and only as what the shopper did with it."""
    recalled = " ".join(fold(r.text) for r in facts.reasons if r.kind == "taste")
    if PAST in bare and not re.search(rf"\b(?:similar to|resembles|like)\b[^{PAST}]{{0,12}}{PAST}", bare):
        return "speaks of another product"
    if "similar" in bare and PAST not in bare:
        return "likens it to something else"
    for match in re.finditer(r"\byou (?:bought|viewed|looked at|put in)\b", bare):
        is_of_past = re.search(rf"{PAST}(?: that| which)?\s*$", bare[: match.start()])
        is_itself = f"{match.group()} this very product" in recalled and "this very product" in bare
        if not (is_of_past or is_itself) or match.group() not in recalled:
            return f"recalls what the shopper did not do: “{match.group()}”"
    return ""


def _check_comparisons(bare: str, facts: Facts) -> str:
    """Comparatives, superlatives and praise need a reason, or an attribute, that says the same word."""
    for match in COMPARISON.finditer(bare):
        if not contains(facts.said, match.group()):
            return f"compares without proof: “{match.group()}”"
    stated = facts.attribute_stems | {s for name, yes in facts.flags.items() if yes for s in stems_of(name)}
    reasons = set(stems_of(facts.said))
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
    return any(map(carries_claim, words(rest)))


def _reads_negative(reason: Reason, bare: str, clauses: Sequence[Clause], facts: Facts) -> bool:
    """Whether a trade-off is worded as one: a side, a denial, the wish it misses, or at least a warning."""
    if reason.field == "stock" or not reason.value or reason.value == "no":
        return True  # said at all, it was checked to be denied
    if reason.field in ("price", "rating"):
        return re.search(r"\b(?:over|above|below|exceeds|not|more than|outside|lower|under)\b", bare) is not None
    recalls = any(c.mood == "asked" and c.contrasted for c in clauses)
    denies = any(c.mood == "denied" and set(stems_of(c.text)) & (facts.missed_stems | {"among"}) for c in clauses)
    return recalls or denies or WARNING.search(bare) is not None or "“" in reason.text
