"""One message -> what it asks for, in the catalogue's own terms. Rules and the shop's vocabulary, no model.

Reads a message alone; what it changes in a running conversation is `dialogue`'s business.

1) amounts    "under $150", "at least 40 L"           -> price and measurement constraints
2) phrases    brands, categories, values, yes/no       -> constraints, longest phrase first, negation seen
3) spelling   words the catalogue does not know        -> mended to ones it does, and said so
4) the rest   words left over                          -> searched for as text
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rapidfuzz import fuzz

from assistant.amounts import Amount, find_amounts
from assistant.constraints import (
    COVERAGE,
    Scope,
    brand_constraint,
    category_constraint,
    flag_constraint,
    joined_price,
    measure_constraint,
    preference_constraint,
    price_constraint,
    relative_price_constraint,
    stock_constraint,
    value_constraint,
)
from assistant.phrases import (
    ASKING_WORDS,
    COMPARATIVES,
    GOING_ON,
    GREETINGS,
    MORE,
    ORDINALS,
    PREFERENCES,
    RELATIVE_PRICES,
    RESETS,
    SEARCH_OPENERS,
    SOFTENERS,
    STOCK_PHRASES,
    THANKS,
)
from assistant.questions import Question, question_in
from assistant.reading import (
    Match,
    Reader,
    Token,
    is_context,
    match_phrases,
    mend_spelling,
    plainly_said,
    take,
    use,
    without_shelf_words,
)
from assistant.types import Constraint, Intent
from assistant.vocabulary import Meaning
from retrieval.facets import Facets
from retrieval.text import STOP_WORDS, TOKEN, fold, stem

LONGEST_MESSAGE = 2000
"""Characters read of one message; nobody describes a wish in more, and a pasted page must not stall the shop."""
_ARTICLE = re.compile(r"(?:^|\b(?:need|want|sell|have|carry|find|show me|for|buy)\s+)(?:an?|some|any|new)\s+$")
_JOINED = re.compile(r"\s*(?:,|/|,?\s*(?:and|or))\s*(?:an?|some|the)?\s*")
_COLOURS = ("colour", "color")
_LETTER_SIZES = ("xs", "xl", "xxl", "2xl", "3xl")
_SPELLED = {"small": "s", "medium": "m", "large": "l"}
_SHORT = 3  # words


@dataclass(frozen=True, slots=True)
class Request:
    """What one message asks for."""

    intent: Intent
    constraints: tuple[Constraint, ...] = ()
    text: str = ""
    """The words to search for: what was denied, priced or measured taken out."""
    extra: str = ""
    """Of these the words that no constraint stands for."""
    comparatives: tuple[tuple[tuple[str, ...], int], ...] = ()
    """("price",) or attribute names to try, with -1 for less and +1 for more."""
    ordinal: int | None = None
    """Which of the products last shown is meant: 0 the first, -1 the last."""
    others: bool = False
    """Other products are wanted than those shown: "more like the first"."""
    unknown: tuple[str, ...] = ()
    """Words that stand in no listing of the shop."""
    unnamed: str = ""
    """The thing asked for, if nothing in the shop is called that: "a sofa", "jeans"."""
    notes: tuple[str, ...] = ()
    """What the reply must say about the reading: a mended spelling, a budget that cannot be."""
    question: Question | None = None
    """What is asked about the page shown, if the message asks for no product."""


def understand(
    message: str, reader: Reader, *, context: Sequence[Constraint] = (), names: Sequence[str] = ()
) -> Request:
    """Reads one message; `context` are the constraints already standing, whose category the rest is read in;
    `names` what the products last shown are called, in order.
    """
    notes: list[str] = []
    if len(message) > LONGEST_MESSAGE:
        message = message[:LONGEST_MESSAGE]
        notes.append(f"I read the first {LONGEST_MESSAGE:,} characters of your message.")
    folded = plainly_said(fold(message)[:LONGEST_MESSAGE], reader.vocabulary)
    if _is_said(folded, RESETS):
        return Request("start_over")
    if _is_said(folded, THANKS):
        return Request("thanks")
    if _is_said(folded, GREETINGS):
        return Request("greeting")
    question = question_in(message, names=names, wishes=[(c.key, c.label) for c in context])
    if question is not None:
        return Request(question.kind, question=question)
    folded = re.sub(r"\bwhy not\b", "how about", folded)  # "why not a green one?" asks for green, and denies nothing

    tokens = [Token(m.group(), m.start(), m.end()) for m in TOKEN.finditer(folded)]
    tokens, mended = mend_spelling(tokens, reader)
    notes.extend(f"I read “{wrong}” as “{right}”." for wrong, right in mended)

    relative_price = next((sign for phrase, sign in RELATIVE_PRICES.items() if take(folded, tokens, (phrase,))), 0)
    comparatives = _take_comparatives(folded, tokens)
    ordinal = _take_ordinal(folded, tokens, names)
    wants_more = take(folded, tokens, MORE)
    in_stock = take(folded, tokens, STOCK_PHRASES)
    opens = folded.startswith("something") or take(folded, tokens, SEARCH_OPENERS)

    amounts = find_amounts(folded)
    matches = without_shelf_words(match_phrases(folded, tokens, amounts, reader), tokens)
    constraints = _constraints(folded, tokens, matches, amounts, relative_price, in_stock, reader, context, notes)

    left = [t for t in tokens if not t.used and t.text not in STOP_WORDS and t.text not in ASKING_WORDS]
    extra = " ".join(t.text for t in left)
    text = " ".join(t.text for t in tokens if _searchable(t, amounts))
    text = "" if all(word in STOP_WORDS for word in text.split()) else text
    unknown = tuple(t.text for t in left if stem(t.text) not in reader.known_stems and not t.text.isdigit())

    has_wish = bool(constraints or extra)
    has_category = any(c.kind == "category" and not c.negated for c in constraints)
    unnamed = "" if has_category else _unnamed(folded, matches, left, reader)
    intent: Intent
    if comparatives or ordinal is not None:
        intent = "refine"
    elif wants_more and not has_wish:
        intent = "more"
    elif not has_wish:
        intent = "unclear"
    elif has_category or unnamed or (extra and opens) or len(left) >= 2:
        intent = "search"
    elif extra and not folded.startswith(GOING_ON):
        intent = "search"  # "jeans" after beanies is another wish; "for the rain" or "with a hood" goes on
    else:
        intent = "refine"
    return Request(
        intent,
        tuple(constraints),
        text,
        extra,
        tuple(comparatives),
        ordinal,
        wants_more or bool(re.search(r"\b(?:like|similar)\b", folded)),
        unknown,
        unnamed,
        tuple(dict.fromkeys(notes)),
    )


def _constraints(
    folded: str,
    tokens: list[Token],
    matches: Sequence[Match],
    amounts: list[Amount],
    relative_price: int,
    in_stock: bool,
    reader: Reader,
    context: Sequence[Constraint],
    notes: list[str],
) -> list[Constraint]:
    """Phrases and amounts -> constraints, one a key; the category first, because the rest is read within it."""
    facets = reader.facets
    softened = any(word in folded for word in SOFTENERS)
    found: list[Constraint] = []

    # 1) Category: what is sold under that name; "for the kitchen" is a use, unless nothing else is named.
    category = _category(folded, matches, facets)
    if category is not None:
        found.append(category)
    refused = [m for m in matches if m.meaning.kind == "category" and m.denied]
    found.extend(category_constraint(facets, m.meaning.keys, m.said, negated=True) for m in refused)
    standing = category or next((c for c in context if c.kind == "category" and not c.negated), None)
    scope = Scope.of(facets, standing)

    # 2) Brands, values and yes/no attributes.
    for match in matches:
        meaning, denied = match.meaning, match.denied
        if meaning.kind == "brand":
            found.append(brand_constraint(facets, meaning.keys, negated=denied))
        elif meaning.kind == "flag":
            found.append(flag_constraint(scope, meaning.attribute, wanted=not denied, softened=softened))
        elif meaning.kind == "value" and meaning.attribute == "size" and not scope.states_text("size", meaning.keys):
            for token in tokens:
                token.used &= not match.start <= token.start < match.end  # a "large" jacket is an L
        elif meaning.kind == "value":
            found.append(value_constraint(scope, meaning, match.said, negated=denied, softened=softened))
    found.extend(_sizes(folded, tokens, scope))

    # 3) Amounts: money, or a measure of an attribute that the category has.
    spoken = [m for m in matches if m.meaning.kind == "attribute"]
    for amount in amounts:
        nearest = sorted((_gap(amount, m), m.meaning.attribute) for m in spoken)
        named = [attribute for _, attribute in nearest]
        constraint = None if amount.is_money else measure_constraint(scope, amount, named, softened=softened)
        if constraint is not None:
            use(tokens, amount.start, amount.end)
        elif amount.is_money or (not amount.unit and amount.bound != "exact") or amount.low != amount.high:
            constraint, note = price_constraint(amount, reader.currency)
            use(tokens, amount.start, amount.end)
            if note:
                notes.append(note)
        if constraint is not None:
            found.append(_joined(found, constraint, notes))
    shades = {m.start - len(w) - 1 for m in matches if m.meaning.attribute in _COLOURS for w in ("light", "bright")}
    for token in tokens:
        if token.text in PREFERENCES and not token.used and token.start not in shades:
            constraint = preference_constraint(scope, token.text, *PREFERENCES[token.text])
            if constraint is not None:
                token.used = True
                found.append(constraint)
    if relative_price:
        found.append(relative_price_constraint(scope, relative_price, reader.currency))
    if in_stock:
        found.append(stock_constraint())
    return _one_a_key(found)


def _one_a_key(found: Sequence[Constraint]) -> list[Constraint]:
    """The last of a key stands, except that "navy or grey" and "Brindle or Northlea" are one wish for either."""
    kept: dict[str, Constraint] = {}
    for c in found:
        old = kept.get(c.key)
        if old is not None and old.label != c.label:
            c = _either(old, c)
        kept[c.key] = c
    return list(kept.values())


def _either(old: Constraint, new: Constraint) -> Constraint:
    label, hard = f"{old.label} or {new.label}", old.hard and new.hard
    if new.values and old.kind == new.kind == "brand":
        return replace(new, values=tuple(sorted({*old.values, *new.values})), label=label)
    if old.test is not None and new.test is not None and old.test.any_of and new.test.any_of:
        test = replace(new.test, any_of=old.test.any_of | new.test.any_of)
        return replace(new, test=test, label=label, hard=hard)
    return new


def _gap(amount: Amount, match: Match) -> int:
    """Letters between an amount and an attribute's name; a name that follows is meant before one that precedes."""
    return match.start - amount.end if match.start >= amount.end else 2 * (amount.start - match.end) + 3


def _joined(found: list[Constraint], new: Constraint, notes: list[str]) -> Constraint:
    """ "over 20 and under 50" said apart is one range; "under 20 and over 50" cannot be, and is said to be so."""
    old = next((c for c in found if c.key == new.key == "price"), None)
    if old is None:
        return new
    both = joined_price(old, new)
    if both is None and (old.low is None) != (new.low is None):
        notes.append(f"“{old.label}” and “{new.label}” cannot both hold, so I went by “{new.label}”.")
    return both or new


def _category(folded: str, matches: Sequence[Match], facets: Facets) -> Constraint | None:
    """The category asked for. Several: those joined by "and"/"or" together, otherwise the narrowest."""
    named = [m for m in matches if m.meaning.kind == "category" and not m.denied]
    direct = [m for m in named if not is_context(folded[: m.start])] or named[:1]
    if not direct:
        return None
    gaps = [folded[a.end : b.start] for a, b in itertools.pairwise(direct)]
    if gaps and all(_JOINED.fullmatch(gap) for gap in gaps):
        keys = frozenset[str]().union(*(m.meaning.keys for m in direct))
        return category_constraint(facets, keys, " or ".join(m.said for m in direct))
    narrowest = min(direct, key=lambda m: m.meaning.rows)
    return category_constraint(facets, narrowest.meaning.keys, narrowest.said)


def _unnamed(folded: str, matches: Sequence[Match], left: Sequence[Token], reader: Reader) -> str:
    """The thing a short request ends in ("a warm hat", "jeans"), or a use asked for like a thing ("a sofa"),
    if nothing in the shop is called that. "something for the rain" names a use only.
    """
    things = [m.said for m in matches if m.meaning.in_list and _ARTICLE.search(folded[: m.start])]
    if (
        0 < len(left) <= 3
        and not folded.startswith(("something", *GOING_ON))
        and not is_context(folded[: left[-1].start])
    ):
        things.append(left[-1].text)
    strange = [t for t in things if t.isalpha() and not {stem(w) for w in t.split()} & reader.facets.named.keys()]
    return strange[0] if strange else ""


def _sizes(folded: str, tokens: list[Token], scope: Scope) -> list[Constraint]:
    """ "size 42", "size M or L", or a bare "XL" where the category comes in sizes."""
    column = scope.facets.texts.get("size", {})
    values = [v for v, rows in column.items() if scope.mask[rows].any()]
    match = re.search(r"\bsizes?\s+([\w./-]+(?:\s+[\d./-]+)?)(?:\s*(?:or|/|,)\s*([\w./-]+))?", folded)
    wanted = [w for w in match.groups() if w] if match else []
    if not wanted and scope.is_narrow and scope.coverage("size") >= COVERAGE:
        letters = ("s", "m", "l") if len(tokens) <= _SHORT else ()  # "M", "or L": nothing else can be meant
        bare = [t.text for t in tokens if t.text in (*_LETTER_SIZES, *letters) or (t.text in _SPELLED and not t.used)]
        wanted = bare[:2]
    keys = {v for v in values for w in wanted if v in (w, _SPELLED.get(w)) or v.split()[-1] == w}
    if not keys:
        return []
    for token in tokens:
        token.used |= token.text in (*" ".join(wanted).split(), "size", "sizes")
    meaning = Meaning("value", frozenset(keys), "size")
    negated = match is not None and bool(re.search(r"\b(?:no|not|without)\s+$", folded[: match.start()]))
    said = " or ".join(w.upper() for w in wanted)
    return [value_constraint(scope, meaning, f"size {said}", negated=negated, softened=False)]


def _searchable(token: Token, amounts: Sequence[Amount]) -> bool:
    """Whether listings can be searched for the word: asking is not, nor is a budget; a measure ("45 l") is."""
    if token.denied or token.silent or token.text in ASKING_WORDS:
        return False
    inside = next((a for a in amounts if a.start <= token.start < a.end), None)
    if inside is None or (inside.bound == "exact" and inside.low == inside.high and not inside.is_money):
        return True
    return bool(inside.unit) and (token.text[0].isdigit() or token.text == inside.unit)


def _take_comparatives(folded: str, tokens: list[Token]) -> list[tuple[tuple[str, ...], int]]:
    """ "cheaper than $50" is an amount; "bigger than the second" and plain "bigger" compare with what was shown."""
    found: list[tuple[tuple[str, ...], int]] = []
    for phrase in sorted(COMPARATIVES, key=len, reverse=True):  # "longer battery" before "longer"
        match = re.search(rf"(?<!\w){phrase}(?!\w)(?! than\s+(?:[$€£¥]|\d))", folded)
        taken = match is None or any(t.used for t in tokens if match.start() <= t.start < match.end())
        if match is not None and not taken:
            use(tokens, match.start(), match.end(), silent=True)
            found.append(COMPARATIVES[phrase])
    return found


def _take_ordinal(folded: str, tokens: list[Token], names: Sequence[str]) -> int | None:
    """Which of the products last shown is meant, by number or by name."""
    for index, name in enumerate(names):
        if take(folded, tokens, (fold(name),)):
            return index
    for phrase, number in ORDINALS.items():
        if take(folded, tokens, (phrase,)):
            return number
    return None


def _is_said(folded: str, phrases: Sequence[str]) -> bool:
    """Whether the whole message says one of the phrases, give or take a letter and its punctuation."""
    bare = re.sub(r"\b(?:please|ok|okay|now|then|again|there)\b", "", re.sub(r"[^\w\s]", "", folded))
    bare = " ".join(bare.split())
    return any(fuzz.ratio(bare, phrase) >= 90 for phrase in phrases)
