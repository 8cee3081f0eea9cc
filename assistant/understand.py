"""One message -> what it asks for, in the catalogue's own terms. Rules and the shop's vocabulary, no model.

Reads a message alone; what it changes in a running conversation is `dialogue`'s business.

1) amounts    "under $150", "at least 40 L"           -> price and measurement constraints
2) phrases    brands, categories, values, yes/no       -> constraints, longest phrase first, negation seen
3) spelling   words the catalogue does not know        -> mended to ones it does, and said so
4) the rest   words left over                          -> searched for as text
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from rapidfuzz import fuzz

from assistant.amounts import Amount, find_amounts
from assistant.constraints import kind_of
from assistant.phrases import (
    ASKING_WORDS,
    COMPARATIVES,
    GOING_ON,
    GREETINGS,
    MORE,
    ORDINALS,
    RELATIVE_PRICES,
    RESETS,
    SEARCH_OPENERS,
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
from assistant.slots import slots_in
from assistant.steering import Steering, steering_in
from assistant.types import Constraint, Intent
from retrieval.text import STOP_WORDS, TOKEN, fold, stem

LONGEST_MESSAGE = 2000
"""Characters read of one message; nobody describes a wish in more, and a pasted page must not stall the shop."""
_WISH_WORDS = 2
"""From this many words that nothing stands for, a message asks for another thing as well."""

_ARTICLE = re.compile(r"(?:^|\b(?:need|want|sell|have|carry|find|show me|for|buy)\s+)(?:an?|some|any|new)\s+$")


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
    steering: Steering = field(default_factory=Steering)
    """How it steers what stands: taken back, corrected, refused, carried over."""
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

    # What is taken back, corrected or said of a product pointed at asks for nothing by its own words.
    steering = steering_in(folded, context)
    folded = _blanked(folded, steering.spans)

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
    constraints = slots_in(folded, tokens, matches, amounts, relative_price, in_stock, reader, context, notes)

    left = [t for t in tokens if not t.used and t.text not in STOP_WORDS and t.text not in ASKING_WORDS]
    extra = " ".join(t.text for t in left)
    text = " ".join(t.text for t in tokens if _searchable(t, amounts))
    text = "" if all(word in STOP_WORDS for word in text.split()) else text
    unknown = tuple(t.text for t in left if stem(t.text) not in reader.known_stems and not t.text.isdigit())

    has_wish = bool(constraints or extra) or steering.asks
    has_category = kind_of(constraints) is not None
    unnamed = "" if has_category else _unnamed(folded, matches, left, reader)
    intent: Intent
    if comparatives or ordinal is not None or steering.traits:
        intent = "refine"
    elif steering.takes_back and not constraints and len(left) < _WISH_WORDS:
        intent = "relax"
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
        wants_more or (not steering.refuses and bool(re.search(r"\b(?:like|similar)\b", folded))),
        unknown,
        unnamed,
        steering=steering,
        notes=tuple(dict.fromkeys(notes)),
    )


def _blanked(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """The text with stretches made blank, so that every place in it stays."""
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


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
    bare = re.sub(
        r"\b(?:please|pls|ok|okay|now|then|again|there|lets|stop|no|well|so|and)\b", "", re.sub(r"[^\w\s]", "", folded)
    )
    bare = " ".join(bare.split())
    return any(fuzz.ratio(bare, phrase) >= 90 for phrase in phrases)
