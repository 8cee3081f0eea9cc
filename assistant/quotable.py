"""Whether a piece of a listing may be repeated to a shopper in quotation marks. Rules only, and strict ones.

A description is prose by whoever wrote the listing: it may praise, promise, name prices, speak to the reader or to a
model, or say what the listing's own attributes deny. What is not plainly descriptive is not repeated; nothing is lost
by it, since a reason can always name an attribute instead.
"""

from __future__ import annotations

import re
import unicodedata

from assistant.facts import NUMBER, is_same, read_number
from assistant.plain_words import COMPARISON, DENIAL, PRAISE_STEMS
from retrieval.text import fold, stem, words
from retrieval.types import Product, Quantity
from retrieval.units import to_base

SHORTEST, LONGEST = 20, 160
"""Characters of a sentence worth quoting: below it says nothing, above nobody reads it on a card."""

_PRICES = re.compile(
    r"[$€£¥₹%]|\b(?:usd|eur|gbp|price\w*|cost\w*|cheap\w*|afford\w*|bargain\w*|discount\w*|sale|deals?|offers?|coupons?|"
    r"vouchers?|codes?|free|money|value|pay\w*|savings?|saves?|dollars?|euros?|bucks)\b"
)
_PROMISES = re.compile(
    r"\b(?:guarant\w*|warrant\w*|promis\w*|refund\w*|returns?|returned|shipp\w*|deliver\w*|lifetime|forever|always|never|"
    r"every(?:one|body)?|nobody|will|won't|certif\w*|clinical\w*|proven|cures?|heals?|prevents?|safe\w*|tested|award\w*|"
    r"#?1|no\. ?1|number one|world|rated|ratings?|stars?|reviews?|customers?|loved?|loves)\b"
)
_LINKS = re.compile(r"https?:|www\.|\b\w+\.(?:com|net|org|io|shop|store|example)\b|[@<>{}\[\]|*#_`~^\\=]")
_INSTRUCTIONS = re.compile(
    r"\b(?:ignore|disregard|forget|pretend|assistants?|ai|chatbots?|bots?|models?|prompts?|system|instruct\w*|recommend\w*|"
    r"respond|reply|answer|repeat|print|output|say|says|said|tell|write|mention|rank\w*|choose|pick|buy|order|click|visit|"
    r"call|contact|subscribe|follow|must|should|please|shoppers?|clerks?|users?)\b"
)
_SPEAKS = re.compile(r"\b(?:i|i'm|me|my|we|we're|our|ours|us|you|you're|your|yours)\b")


def is_clean(text: str) -> bool:
    """Whether a text holds no praise, price, promise, link, instruction or comparison and speaks to nobody."""
    # Compatibility forms ("ｂｅｓｔ") are read as what they look like; letters of other scripts may only look so.
    folded = fold(unicodedata.normalize("NFKC", text)).replace("’", "'")
    if any(unicodedata.category(c) in ("So", "Cs", "Cf", "Cc", "Co", "Mn") for c in text):
        return False
    if any(c.isalpha() and not unicodedata.name(c, "").startswith("LATIN") for c in folded if not c.isascii()):
        return False
    if any(len(word) > 3 and word.isupper() for word in text.split()):
        return False
    patterns = (_PRICES, _PROMISES, _LINKS, _INSTRUCTIONS, _SPEAKS, COMPARISON)
    if any(pattern.search(folded) for pattern in patterns):
        return False
    return not any(stem(part) in PRAISE_STEMS for word in words(folded) for part in (word, *word.split("-")))


def is_quotable(sentence: str, product: Product) -> bool:
    """Whether a sentence of the product's description may be quoted: whole, clean, at odds with no stated fact."""
    whole = SHORTEST <= len(sentence) <= LONGEST and sentence[0].isupper() and sentence.endswith(".")
    return whole and not set('“”"!?:') & set(sentence) and is_clean(sentence) and not contradicts(sentence, product)


def contradicts(sentence: str, product: Product) -> bool:
    """Whether a sentence may be at odds with the attributes: it names a yes/no one that is "no", or denies one that
    is "yes"; or gives an amount of a kind that is stated, and none of those stated.
    """
    folded = fold(sentence).replace("’", "'")
    said = {stem(part) for word in words(folded) for part in (word, *word.split("-"))}
    for name, value in product.attributes.items():
        named = isinstance(value, bool) and {stem(word) for word in words(name)} <= said
        if named and (value is False or DENIAL.search(folded)):
            return True
    stated = [v for v in product.attributes.values() if isinstance(v, Quantity)]
    for match in NUMBER.finditer(folded):
        number, unit = read_number(match["value"]), match["unit"] or ""
        alike = [q for q in stated if unit and to_base(0.0, q.unit)[1] == to_base(0.0, unit)[1]]
        if alike and not any(number is not None and is_same(number, unit, q) for q in alike):
            return True
    return False
