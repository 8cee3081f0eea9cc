"""What a model quotes of a message, held against the message: does it stand there, is it denied, what does it name.

Words and numbers are compared as the rules compare them. Knows nothing of what is made of a quotation.
"""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from rapidfuzz.distance import DamerauLevenshtein

from assistant.amounts import Amount, find_amounts
from assistant.numbers_spelled import NUMBER_WORDS, in_digits
from assistant.phrases import ASKING_WORDS, NEGATIONS
from assistant.reading import is_context, plainly_said
from assistant.vocabulary import Vocabulary
from retrieval.text import STOP_WORDS, TOKEN, fold, stem, words
from retrieval.units import to_base

_CLAUSE = re.compile(r"[.,;:!?]|\b(?:but|so|because|then)\b")  # a denial reaches no further
_MONEY_REACH = 25  # characters between a number and what says that it is money: "200 is what I want to spend"
_SLIP, _LONG = 5, 8  # letters from which one slip, and two, are the same word
_ENDING = 3  # letters an ending may have: "wool" and "woollen", but not "water" and "waterproof"

_MONEY = re.compile(
    r"\b(?:spend|spending|budget|pay|paying|costs?|price|priced|afford|bucks|dollars?|money|euros?|pounds?|quid|cash|"
    r"wallet)\b"
)
_NO_COUNT = STOP_WORDS | ASKING_WORDS | frozenset("total altogether left tops all".split())
"""What may follow a number of money; "2 dogs" counts dogs."""


@dataclass(frozen=True, slots=True)
class Quote:
    """A stretch of the message that the model quotes."""

    text: str
    """Folded, its roundabout ways made plain."""
    words: tuple[str, ...]
    denied: bool
    """A word of refusing stands in it, or before it in its clause."""
    of_use: bool
    """It says what the thing is for: "for Oakley", whose kettles it may only have to fit."""

    @property
    def numbers(self) -> frozenset[str]:
        """Its numbers, in digits or letters, a lone "one" left aside."""
        return frozenset(w for w in self.words if w[0].isdigit() or (w in NUMBER_WORDS and w != "one"))


def quoted(evidence: str, message: str, left: AbstractSet[str], vocabulary: Vocabulary) -> Quote | None:
    """The stretch `evidence` of a folded message; None unless it stands there, whole words of it, and one of them is
    among `left`, the words that the rules have left unread.
    """
    folded = fold(evidence)
    tokens = [m.span() for m in TOKEN.finditer(message)]
    edges = [
        (start, end)
        for start, end in (m.span() for m in re.finditer(re.escape(folded), message))
        if not any(s < start < e or s < end < e for s, e in tokens)
    ]
    text = plainly_said(folded, vocabulary)
    found = tuple(TOKEN.findall(text))
    if not edges or left.isdisjoint(found):
        return None
    denied = any(_is_denied(message, start, end, vocabulary) for start, end in edges)
    return Quote(text, found, denied, any(is_context(message[:start]) for start, _end in edges))


def _is_denied(message: str, start: int, end: int, vocabulary: Vocabulary) -> bool:
    # Its clause up to it, itself, and both as one: "anything | but leather" says "not" only when read together.
    before, through = (_CLAUSE.split(plainly_said(message[:edge], vocabulary))[-1] for edge in (start, end))
    near = TOKEN.findall(f"{before} {plainly_said(message[start:end], vocabulary)} {through}")
    refused = any(
        w in NEGATIONS or w in ("cannot", "cant", "nor") or w.endswith(("n't", "-free")) or w.startswith("non-")
        for w in near
    )
    return refused or bool(re.match(r"[- ]free\b", message[end:]))


def names(quote: Quote, name: str, *, any_word: bool = False) -> bool:
    """Whether every telling word of the name (or some) stands in the quotation, give or take an ending or a slip."""
    telling = [w for w in words(name) if w not in STOP_WORDS]
    met = [any(alike(word, w) for w in quote.words) for word in telling]
    return bool(met) and (any(met) if any_word else all(met))


def is_use(quote: Quote, name: str) -> bool:
    """Whether the name is said as what the thing is for, before the quotation or in it: "a tent for Brindle poles"."""
    first = next((m for m in TOKEN.finditer(quote.text) if any(alike(m.group(), w) for w in words(name))), None)
    return quote.of_use or (first is not None and is_context(quote.text[: first.start()]))


def alike(one: str, other: str) -> bool:
    """Whether two folded words are one: "wool" and "woollen", "brindle" and "brindel"."""
    if stem(one) == stem(other):
        return True
    short, long = sorted((one, other), key=len)
    if len(short) >= _SLIP - 1 and long.startswith(short) and len(long) - len(short) <= _ENDING:
        return long.isalpha()
    if len(short) < _SLIP or not (short + long).isalpha() or short[0] != long[0]:
        return False
    return DamerauLevenshtein.distance(one, other) <= (1 if len(short) < _LONG else 2)


def amount_in(quote: Quote, low: float | None, high: float | None, unit: str) -> Amount | None:
    """The amount in the quotation, as the rules read it, that has the model's numbers; None if none has. Only of a bare
    number may the model say which way it bounds.
    """
    asked = {n for n in (low, high) if n is not None}
    for amount in find_amounts(in_digits(quote.text)):
        numbers = {n for n in (amount.low, amount.high) if n is not None}
        if amount.bound == "about":
            numbers.add(sum(numbers) / len(numbers))
        if not asked or not all(any(abs(a - n) < 1e-9 for n in numbers) for a in asked):
            continue
        if unit and amount.unit and to_base(0.0, unit)[1] != to_base(0.0, amount.unit)[1]:
            continue
        if amount.bound != "exact" or amount.low != amount.high or low == high:
            return amount
        return replace(amount, low=low, high=high, bound="max" if low is None else "min" if high is None else "exact")
    return None


def is_of_money(quote: Quote, amount: Amount) -> bool:
    """Whether a word of money stands near the number, and nothing that it counts: "the price for 2 dogs" is not 2."""
    text = in_digits(quote.text)
    counted = re.match(r"\s+([^\W\d_]+)", text[amount.end :])
    if counted is not None and counted[1] not in _NO_COUNT and not _MONEY.match(counted[1]):
        return False
    before, after = text[max(0, amount.start - _MONEY_REACH) : amount.start], text[amount.end :][:_MONEY_REACH]
    near = f"{_CLAUSE.split(before)[-1]} {_CLAUSE.split(after)[0]}"
    return amount.is_money or bool(_MONEY.search(near))
