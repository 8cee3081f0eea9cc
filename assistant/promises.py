"""Promises that no listing of the catalogue states, and lines that state nothing of a single product.

Deliveries, reductions, returns, cures, safety, prices to come, scarcity and what everyone loves: each is refused
unless an attribute of the product or a reason says the very words. Every check gives "" or why the claim fails.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

from assistant.facts import AMOUNT, Facts, contains, stems_of
from assistant.plain_words import COMPARISON, NUMBER_WORDS, PRAISE_STEMS
from retrieval.text import fold, stem, words

# What is promised -> how people say it. Patterns over folded text.
_PROMISES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("delivery", re.compile(
        r"\b(?:deliver\w*|shipp(?:ed|ing)|ships?|dispatch\w*|courier|arriv(?:es?|al|ing)|express|(?:next|same)[- ]day"
        r"|(?:by|until|before) (?:tomorrow|monday|tuesday|wednesday|thursday|friday|saturday|sunday|christmas))\b")),
    ("a reduction", re.compile(
        r"\b(?:discount\w*|on (?:offer|sale)|(?:a|the|in|our|special|limited|an) (?:sale|offer)\b|coupons?|vouchers?"
        r"|promo\w*|bargain|deals?|reduced|mark(?:ed )?down|clearance|sav(?:e|es|ed|ing|ings)|rebate|cashback"
        r"|half[- ]price|price match\w*|price (?:matches|drop\w*|cut)|at a low|\d+ ?% off|worth (?:more|twice))\b")),
    ("a return or guarantee", re.compile(
        r"\b(?:returns?|returnable|returned|returning|refund\w*|money[- ]back|money (?:is )?back|given? (?:it )?back"
        r"|exchang\w*|guarantee\w*|warrant(?:y|ies)|insur\w*|free trial|satisf\w*)\b")),
    ("an effect on health", re.compile(
        r"\b(?:cur(?:es?|ing)|heal(?:s|ing|th|thy|thier)?|treats (?:your|any|the)|reliev\w*|relief|therap\w*"
        r"|pain(?:s|ful|less)?|medic\w*|clinical\w*|doctors?|immun\w*|anti-?bacterial|detox\w*|slimming"
        r"|weight loss|anxiety|stress\w*|allerg\w*"
        r"|anti-?allergy|hypoallergenic|disease\w*|sleep better|well-?being)\b")),
    ("an effect on safety", re.compile(
        r"\b(?:prevent\w*|protect(?:s|ed|ing|ion)?|safety|safely|safer|safest|accidents?|injur\w*|harm(?:s|less|ful)?|non-?toxic"
        r"|danger\w*|risks?|secur(?:e|es|ity))\b")),
    ("what is to come", re.compile(
        r"\b(?:will|may|might|could|should|going to) (?:stay|remain|last|keep|go|rise|fall|drop|change|increase"
        r"|decrease|sell|be (?:gone|sold|back))\b|\bprices?\b[^.;,]{0,12}\b(?:will|may|might|would|could|keeps?)\b"
        r"|\bkeeps? (?:its|the)\b|(?:for now|(?:for|at) the moment)\b[^.;]*\b(?:price|costs?)\b|\bsoon\b"
        r"|\b(?:price|cost|[\d.]+)(?: (?:is|valid))? (?:for now|for the moment|at the moment|until)\b")),
    ("scarcity", re.compile(
        r"\b(?:stocks?|suppl(?:y|ies)) lasts?\b|\b(?:stock|supply|number) (?:is|are) (?:limited|low|short)\b"
        r"|\blimited (?:stock|number|time|edition)\b|\bhurry\b|\blast (?:ones?|few|chance|piece|item)\b|\btoday\b"
        r"|\b(?:selling|sells|sold) (?:out )?fast\b|\b(?:few|nearly|almost) (?:left|gone|sold out)\b"
        r"|\brunning (?:out|low)\b|\bwhile (?:it|they) lasts?\b")),
    ("what others think", re.compile(
        r"\b(?:every(?:one|body)|people|all|customers|buyers|shoppers|thousands|many)(?: who \w+ it)? "
        r"(?:love|like|want|choose|trust|need|keep|buy|agree|say)\w*\b|\bloved\b|\bfavou?rites?\b|\bpopular\w*\b"
        r"|\bbest-?sell\w*\b|\btrend(?:ing|y)\b"
        r"|\b\d[\d,]* (?:customer|buyer|shopper|people|person|reviewer)s? "
        r"(?!(?:each )?(?:rated|gave|give|rate|reviewed)\b)"
        r"(?:who )?(?:bought|buy|want|love|like|use|chose|own|keep|have)\w*\b")),
    ("what cannot be checked", re.compile(
        r"\bthe one(?=[^\w\s]|\s(?:you|to|for you|we)\b|$)|\bone of a kind\b"
        r"|\bwell[- ](?:made|rated|reviewed|priced|liked)\b"
        r"|\bmade to last\b|\blasts?\b(?![^.;,]*\d)|\bfits? (?:you\b|well|all|any|every|perfect)|\bfits(?=[.!,;]|$)"
        r"|\bkeep(?:s|ing)? (?:giving|you\b(?! (?:within|under|inside|below) your))|\bwhat (?:the )?others have\b")),
)  # fmt: skip

_COUNTED = re.compile(
    r"\b(?P<count>one|\d+|several|many|various|multiple|other|different|more|all|choice of|range of|variety of"
    r"|selection of)(?: other| different| more)? (?P<what>[a-z]+(?: [a-z]+)?)"
)
_COUNTABLE = frozenset(
    stem(w) for w in "colours colors sizes styles versions options shades variants models uses".split()
)

_VERB = re.compile(
    r"\b(?:is|are|isn't|aren't|was|were|it's|that's|has|have|had|hasn't|costs?|cost|comes?|weighs?|holds?|lasts|offers?"
    r"|fits|meets|matches|makes|made|gives?|states?|says?|mentions?|names?|lists?|does|doesn't|do|did|stays?|sits|stands"
    r"|suits|lacks|works|runs|keeps|sleeps|seats|rated|charges|takes|uses|includes|features|measures|supports|resembles"
    r"|bought|viewed|looked|put|asked|wanted|falls|exceeds|goes|needs|you'll|you've|differs|remains|sells|covers|gets?"
    r"|carries|provides|belongs|starts?|found|welcome|want|wish|tell|can|could|fit|take|come|show|shown|clear(?:ed)?|say)\b"
)
_ENGLISH = re.compile(
    r"¤|\b(?:it|its|it's|the|this|that|these|those|which|with|you|your|you're|our|we|of|and|their|here|here's|i)\b"
)

_FEW = 4
"""Words of a sentence too short for one of these: "Comes in size L." Each is held against the facts all the same."""
_CLIPPED = re.compile(
    r"^\W*(?:made|meant|intended|priced|rated|listed|filled|similar|like|compatible|available|offers|includes"
    r"|comes|weighing|weighs|costing) "
    r"|^\W*an? [^,]+ product\b"
)
"""How a sentence opens that leaves out "it is": "Made of wool; weighs 320 g." """


def check_promises(bare: str, facts: Facts) -> str:
    """Whether it promises something that neither an attribute nor a reason of the product says in these words."""
    for what, pattern in _PROMISES:
        for match in pattern.finditer(bare):
            said = match.group()
            if not _is_stated(said, bare, facts):
                return f"promises or claims {what}: “{said}”"
    return ""


def _is_stated(said: str, bare: str, facts: Facts) -> bool:
    """A stated "warranty", a "safety lock" that is there, a "pain relief" it is meant for; not the listing's prose."""
    named = [
        *map(fold, facts.product.category),
        *facts.quantities,
        *facts.texts,
        *(name for name, yes in facts.flags.items() if yes or " no " in bare),
    ]
    values = [value for texts in facts.texts.values() for value in texts]
    stems = set(stems_of(said))
    return contains(facts.said, said) or any(stems <= set(stems_of(text)) for text in (*named, *values))


def check_counts(bare: str, facts: Facts) -> str:
    """ "Three colours", "other sizes": a listing is of one variant, so only a list of its own has a count."""
    digits = re.sub(r"\b[a-z]+\b", lambda m: NUMBER_WORDS.get(m.group(), m.group()), bare)
    for match in _COUNTED.finditer(digits):
        said = set(stems_of(match["what"].split()[0])) | set(stems_of(match["what"].split()[-1]))
        lists = {name: values for name, values in facts.texts.items() if said & facts.names[name]}
        if not (lists or said & _COUNTABLE) or contains(facts.said, match.group()):
            continue
        if any(contains(fold(" . ".join(values)), match.group()) for values in facts.texts.values()):
            continue  # "one size" may be what it states
        held = any(said & facts.names[name] for name in facts.quantities)  # a count that is stated as a number
        if not held and not any(match["count"] == str(len(values)) and len(values) > 1 for values in lists.values()):
            return f"counts what the listing does not: “{match.group()}”"
    return ""


def check_language(bare: str) -> str:
    """The check reads English; a sentence that does not look like it says what nobody has checked."""
    if not words(bare.replace("¤", " ")):
        return ""
    is_english = _VERB.search(bare) and (_ENGLISH.search(bare) or len(words(bare)) <= _FEW)
    return "" if is_english or _CLIPPED.match(bare) else "is not a sentence in English"


def check_line(text: str, allowed: Collection[float] = (), names: Collection[str] = ()) -> str:
    """Whether an opening or closing line of a reply may be shown: "" or why not.

    Such a line says what was computed and nothing of a product: `allowed` has every number and amount in it, `names`
    the stretches that are data (the shop's name, categories, labels of wishes), which count as quotations. Refused are
    promises, praise, comparisons, markup, other numbers, and what is not English.
    """
    if re.search(r"[<{}\\*_#|`]|>(?! )|https?:|www\.", text):
        return "holds markup or a link"
    if any(unicodedata.category(c) in ("So", "Cs", "Cf") and c != "°" for c in text):
        return "holds a picture sign"
    bare = fold(re.sub(r"“[^”]*”", " ", text)).replace("’", "'")
    for name in sorted(map(fold, filter(None, names)), key=len, reverse=True):
        bare = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", " ¤ ", bare)
    for what, pattern in _PROMISES:
        if match := pattern.search(bare):
            return f"promises or claims {what}: “{match.group()}”"
    for match in COMPARISON.finditer(bare):
        if match.group() not in ("nearest", "closest", "only"):
            return f"compares without proof: “{match.group()}”"
    for word in words(bare):
        if stem(word) in PRAISE_STEMS:
            return f"praises: “{word}”"
    spelled = re.sub(r"\b[a-z]+\b", lambda m: NUMBER_WORDS.get(m.group(), m.group()), bare)
    for match in re.finditer(rf"(?<![\w.]){AMOUNT}", spelled):
        if not any(abs(float(match.group().replace(",", "")) - number) < 0.005 for number in allowed):
            return f"number without proof: “{match.group()}”"
    return check_language(bare)
