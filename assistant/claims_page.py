"""Comparisons with the other products shown, held against those very products.

"The cheapest of the three", "lighter than the other two", "the only one with bluetooth among these": true if every
other product states what is compared, the counts are right and there is no tie. What is true is taken out of the
sentence before the other checks read it; what is not, is named.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from assistant.facts import Facts, stems_of
from assistant.plain_words import NUMBER_WORDS
from retrieval.text import fold
from retrieval.types import Product, Quantity
from retrieval.units import to_base

Measured = Callable[[Product], tuple[float, str] | None]
"""A product's amount in a base unit, None where its listing does not say."""

# Adjective -> (the attributes it speaks of, whether more of it is meant). "" is the price, "*" the rating.
_ADJECTIVES: dict[str, tuple[tuple[str, ...], bool]] = {
    "cheap": (("",), False), "inexpensive": (("",), False), "pricy": (("",), True), "pricey": (("",), True),
    "dear": (("",), True), "expensive": (("",), True), "light": (("weight",), False), "heavy": (("weight",), True),
    "quiet": (("noise level",), False), "loud": (("noise level",), True), "tall": (("height",), True),
    "wide": (("width",), True), "narrow": (("width",), False), "deep": (("depth",), True),
    "thick": (("thickness",), True), "thin": (("thickness",), False), "roomy": (("capacity", "volume"), True),
}  # fmt: skip
_MORE = "high|larg|big|long|great"
_LESS = "low|small|short"
_ADJECTIVE = "|".join(sorted({re.sub(r"[ey]$", "", a) for a in _ADJECTIVES}, key=len, reverse=True))
_SHOWN = r"(?: shown| here| listed| on (?:this|the) page| you see)*"
_GROUP = (
    r"(?:of|among|in) (?:all )?(?:the |these |those )?(?:(?P<all>\d+)(?: products?| items?| ones?)?|these|those)"
    + _SHOWN
)
_NAME = r"(?P<name>[a-z][a-z -]{2,30}?)"
_SUPERLATIVE = re.compile(
    rf"\b(?:the|its|with the) (?:(?P<most>most|least) (?P<plain>expensive)|(?P<adj>{_ADJECTIVE})n?i?est"
    rf"|(?P<side>(?:{_MORE}|{_LESS})g?est) (?:{_NAME}|(?P<rated>rated|rating)))(?: one)? {_GROUP}"
)
_THAN = r"than (?:the |both |all )?(?:(?P<both>others?)(?: (?P<n>\d+))?(?: products?| ones?| items?| one)?)"
_COMPARATIVE = re.compile(
    rf"\b(?:(?P<most>more|less) (?P<plain>expensive)|(?P<adj>{_ADJECTIVE})n?i?er"
    rf"|(?:has |have |with )?(?:a |an )?(?P<side>(?:{_MORE}|{_LESS})g?er) (?:{_NAME}|(?P<rated>rated|rating)))"
    rf" {_THAN}{_SHOWN}"
)
_WITH = (
    r"(?P<how>with|that has|which has|that is|which is|made of|that is made of|that comes in|in"
    r"|whose listing (?:states|names|mentions))"
)
_ONLY = re.compile(
    rf"\b(?:the )?only (?:one|product|item)(?: {_GROUP})? {_WITH} (?:an? )?(?P<what>[^,.;]+?)"
    rf"(?: (?:of|among|amongst) (?:all )?(?:the |these |those )?(?:(?P<after>\d+)|these|those)?{_SHOWN})?"
    r"(?=[,.;!]|$| and | but )"
)


def check_page(bare: str, facts: Facts) -> tuple[str, str]:
    """(the sentence without its true comparisons, "" or why one fails). Nothing is known without `facts.page`."""
    if not facts.page:
        return bare, ""
    counted = re.sub(r"\b[a-z]+\b", lambda m: NUMBER_WORDS.get(m.group(), m.group()), bare)
    for pattern, holds in (
        (_ONLY, _only_holds),
        (_SUPERLATIVE, _superlative_holds),
        (_COMPARATIVE, _comparative_holds),
    ):
        while match := pattern.search(counted):
            if not holds(match, facts):
                return bare, f"compares wrongly: “{match.group()}”"
            counted = f"{counted[: match.start()]} {counted[match.end() :]}"
            bare = counted
    return bare, ""


def _superlative_holds(match: re.Match[str], facts: Facts) -> bool:
    return _is_whole(match["all"], facts) and _leads(match, facts)


def _comparative_holds(match: re.Match[str], facts: Facts) -> bool:
    others = len(facts.page)
    if match["n"] is not None and int(match["n"]) != others:
        return False
    if "both" in match.group() and others != 2:
        return False
    if match["both"] == "other" and match["n"] is None and others != 1:
        return False
    return _leads(match, facts)


def _is_whole(count: str | None, facts: Facts) -> bool:
    """Whether the group named is the page: this product and the others."""
    return count is None or int(count) == len(facts.page) + 1


def _leads(match: re.Match[str], facts: Facts) -> bool:
    """Strictly ahead of every other product that is shown; one that does not say the amount could be ahead."""
    fields, more = _side(match)
    for field in fields:
        amounts = [_amount(product, field) for product in (facts.product, *facts.page)]
        known = [amount for amount in amounts if amount is not None]
        if len(known) < len(amounts) or len({unit for _, unit in known}) > 1:
            continue
        own, rest = known[0][0], [value for value, _ in known[1:]]
        slack = 1e-6 * abs(own)
        return all(own > value + slack if more else own < value - slack for value in rest)
    return False


def _side(match: re.Match[str]) -> tuple[Sequence[str], bool]:
    """The attributes compared, and whether more is claimed."""
    if match["plain"]:
        return ("",), match["most"] in ("most", "more")
    if match["adj"]:
        whole = next(a for a in _ADJECTIVES if re.sub(r"[ey]$", "", a) == match["adj"])
        return _ADJECTIVES[whole]
    more = re.match(_MORE, match["side"]) is not None
    if match["rated"]:
        return ("*",), more
    name = match["name"].strip()
    return ("",) if name in ("price", "priced") else ("*",) if name == "rating" else (name,), more


def _amount(product: Product, field: str) -> tuple[float, str] | None:
    if field == "":
        return None if product.price is None else (product.price, product.currency)
    if field == "*":
        return None if product.rating is None or not product.rating_count else (product.rating, "stars")
    for name, value in product.attributes.items():
        if isinstance(value, Quantity) and set(stems_of(fold(name))) == set(stems_of(field)):
            return to_base(value.value, value.unit)
    return None


def _only_holds(match: re.Match[str], facts: Facts) -> bool:
    """It has the thing, and each other listing says it has not; silence proves nothing unless silence is claimed."""
    group = match["all"] or match["after"]
    if not _is_whole(group, facts) or not re.search(r"\b(?:these|those|shown|here|page|\d+)\b", match.group()):
        return False
    about_listing = match["how"].startswith("whose")
    what = set(stems_of(match["what"]))
    if _has(facts.product, what) is not True:
        return False
    others = [_has(other, what, beside=facts.product) for other in facts.page]
    return all(other is False or (other is None and about_listing) for other in others)


def _has(product: Product, what: set[str], *, beside: Product | None = None) -> bool | None:
    """Whether the listing says it has the thing, says it has not, or is silent (a list names examples only). With
    another value of the attribute in which the product `beside` it has the thing, it has it not.
    """
    answer: bool | None = None
    for name, value in product.attributes.items():
        if isinstance(value, bool) and set(stems_of(fold(name))) == what:
            return value
        for item in (value,) if isinstance(value, str) else value if isinstance(value, tuple) else ():
            if set(stems_of(fold(item))) == what or set(stems_of(fold(f"{item} {name}"))) == what:
                return True
        own = None if beside is None else beside.attributes.get(name)
        if isinstance(value, str) and isinstance(own, str) and set(stems_of(fold(own))) >= what:
            answer = False
    return answer
