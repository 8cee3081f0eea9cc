"""What is said of what, and whether it is said so that a shopper can understand it.

A value belongs beside the name of its own attribute, an adjective is no thing that one gets, and what speaks for a
product is not introduced as speaking against it. Every check gives "" or why the claim fails.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.facts import Facts, without_names
from assistant.types import Reason
from assistant.wording import is_adjective, shown
from retrieval.text import fold
from retrieval.types import AttributeValue

_NAMED_AS = re.compile(r"\b(?:as|for) its (?P<name>[a-z][\w -]*?)(?= the listing| of |[,.;]| and | which | but |$)")
_ALWAYS_THERE = frozenset(["brand", "category", "price", "name", "rating", "listing", "use"])
_TAKEN = (
    r"(?:listed (?:as an|as a|with)|comes in|you (?:also )?get|offers?|has|have|with|gives|lists|comes with|made of"
    r"|available for|mention of)"
)
# What a small model says when it loses its thread, as seen in sentences that people read (benchmarks/labels).
_GARBLED = re.compile(
    r"\b(?:gives|lists|states|has) (?:its|the) [\w -]{1,40}? (?:comes|is|are|has|costs)\b"
    r"|\blisting (?:states|says|gives|lists) (?:that )?(?:the|its|it is) listing\b"
    r"|\blisting (?:states|says) that [^,;]*\blisting\b|\blisting gives [^,;]* and is\b|\blisted as such\b"
    r"|\bits [\w -]+ (?:is|are) [^,;]*? and (?:has|is|costs|comes|weighs|fits)\b"
    r"|\bits prices\b|\bits price of (?![^,]* (?:keeps|puts|stays|fits|is)\b)|\bwhich (?:is|gives it) its\b"
    r"|\b(?:in|of|for) (?:colour|color|material|size|type)(?=[.,;]| and\b|$)"
    r"|\bin its (?:colour|color|material|size|type)\b|\bnot in our shop\b|\bthe customer\b|\brequest for\b"
    r"|\bmention of (?:[\w -]+ in its (?!listing)|(?:the|its|an?) )|\bof (?:comes|is|has|costs)\b"
    r"|\bas its listing\b(?! (?:states|says))"
    r"|\bis (?:also )?here because it is\b.*\bhere because\b|\bit is here[.,;]"
    r"|\blimit of \S+ at (?![$€£¥₹\d])|\b(?:has|is) (?:comes|has|is)\b"
    r"|\bfits the listing\b|\bnot the average\b|, as its price\b|\blisted under (?:the )?¤"
    r"|\blisted with (?!an? mention|the )|\bboth things\b|\byou asked for that\b"
    r"|\b(?:an?|the|its) [\w -]+ that (?!is|are|has|was|it|its|the|mention|say|name|state|come|fit|last|you|run|hold)\w"
    r"|\byou (?:also )?get(?:: | [$€£¥₹])|\bwith [$€£¥₹]|\bat (?:the )?¤|¤.*¤"
    r"|\byou (?:also )?get [^;]*(?:;|,? and) (?:is|has|costs|comes|fits|from)\b"
)
_WISHED = re.compile(r"\bas you (?:asked|wished)\b")
_OF_A_LIMIT = re.compile(r"\b(?:limit|between|less than|within|above|over)\b")
_OUT_OF_PLACE = re.compile(
    r"(?P<before>[^\s,]+),?(?P<which> which (?:is|fits|stays|keeps))? (?:within|inside) your limit"
    r"(?= of [$€£¥₹]|[,.;]| and\b|$)"
)
_LEADS_TO_A_LIMIT = frozenset("is stays keeps it's comes be price fits remains puts lies sits also".split())
_FOR = re.compile(
    r"\b(?:speaks? for it|in its favour|picked it|chose|reasons? for it|points? for it|counted"
    r"|you (?:also )?get|just as you asked|as you wished|is here because)\b"
)
_AGAINST = re.compile(
    r"\b(?:against it|caveat|a catch|unfortunately|be aware|should know|note that|to note|should mention"
    r"|to be honest)\b"
)


def check_said(folded: str, facts: Facts) -> str:
    """The first thing that is said wrongly; `folded` is the sentence with the product's own name taken out."""
    brand = fold(facts.product.brand)
    if brand and len(re.findall(rf"(?<!\w){re.escape(brand)}(?!\w)", folded)) > 1:
        return f"says the same twice: “{brand}”"
    garbled = _GARBLED.search(folded)
    if garbled:
        return f"is garbled: “{garbled.group()[:40]}”"
    for match in re.finditer(r"\b(?:is|comes|available)(?: also)? from (?P<maker>[^,.;]+)", folded):
        maker = match["maker"].removeprefix("the ")
        if not maker.startswith((brand or "\n", "¤")) and not re.match(r"\d", maker):
            return f"names another maker: “{maker[:30]}”"
    for match in _OUT_OF_PLACE.finditer(folded):
        is_amount = any(c.isdigit() for c in match["before"])
        if not is_amount and (match["which"] or match["before"] not in _LEADS_TO_A_LIMIT):
            return f"says of something else what is said of the price: “{match.group()}”"
    if _WISHED.search(folded) and re.search(r"[$€£¥₹]", folded) and not _OF_A_LIMIT.search(folded):
        return "says the price was wished for"
    return _check_attribution(folded, facts) or _check_adjectives(folded, facts)


def check_side(bare: str, expressed: Sequence[Reason]) -> str:
    """What speaks for the product is not put as speaking against it, nor the other way round."""
    sides = {r.contribution > 0 for r in expressed}
    if sides == {True} and (match := _AGAINST.search(bare)):
        return f"puts against it what speaks for it: “{match.group()}”"
    if sides == {False} and (match := _FOR.search(bare)):
        return f"puts for it what speaks against it: “{match.group()}”"
    return ""


def _check_attribution(folded: str, facts: Facts) -> str:
    stated = {fold(name): value for name, value in facts.product.attributes.items() if not isinstance(value, bool)}
    if facts.product.brand:
        stated["brand"] = facts.product.brand
    for name, value in stated.items():
        if name not in folded:
            continue  # a listing has a hundred attributes, and a sentence speaks of two
        said, own = re.escape(name), _ways_to_say(value, facts)
        for match in re.finditer(rf"\b(?:its|the) {said} (?:is|are|as) (?P<rest>.*)", folded):
            rest = re.sub(r"^(?:the|an?) ", "", match["rest"])
            denied = rest.removeprefix("not ")
            if denied != rest and denied.startswith(tuple(facts.flags)):  # a colour is not "not noise cancelling"
                return f"says of its {name} what is said of the whole: “{denied[:30]}”"
            if not rest.startswith((*own, "not ", "what ", "meant", "close", "above", "below", "listed")) and not (
                name in facts.quantities and rest[:1].isdigit()
            ):
                return f"gives another value for its {name}: “{rest[:30]}”"
        for match in re.finditer(rf"(?P<before>.*)\bas its {said}(?!\w| \w+ ?,)", folded):
            before = match["before"].rstrip()
            ends_in_number = name in facts.quantities and re.search(r"\d[\d.,]*(?: ?\S+)?$", before)
            if not before.endswith(tuple(own)) and not ends_in_number:
                return f"gives another value as its {name}: “{before[-30:]}”"
    known = _ALWAYS_THERE | stated.keys() | facts.flags.keys() | {fold(r.field) for r in facts.reasons}
    for match in _NAMED_AS.finditer(folded):
        name = match["name"].removeprefix("number of ")
        if name not in known and not any(name.startswith(k) or k.startswith(name) for k in known):
            return f"speaks of what the listing does not have: “{match['name']}”"
    return ""


def _ways_to_say(value: AttributeValue, facts: Facts) -> list[str]:
    """A value whole and item by item, also as it reads with the product's own kind taken out of it."""
    items = value if isinstance(value, tuple) else (shown(value),)
    said = [fold(shown(value)), *(fold(item) for item in items)]
    return [*said, *(without_names(one, facts) for one in said)]


def _check_adjectives(folded: str, facts: Facts) -> str:
    """ "You get waterproof": an attribute that a product is, not one that it has."""
    for name in facts.flags:
        if name in folded and is_adjective(name):
            match = re.search(rf"\b{_TAKEN} (?:an? |the )?{re.escape(name)}(?=[,.;]| and |$)", folded)
            if match:
                return f"says an adjective as if it were a thing: “{match.group()}”"
    for name, values in facts.texts.items():
        for value in values if name != "type" else ():
            if value not in folded:
                continue
            match = re.search(rf"\bis an? {re.escape(value)}(?=[.,;]| and |$)", folded)
            if match:
                return f"says a value as if it were the product: “{match.group()}”"
    return ""
