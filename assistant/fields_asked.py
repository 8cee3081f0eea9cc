"""Which field of a listing a question asks about: names of attributes, everyday words for them, values, amounts.

The catalogue teaches most of it: every attribute's name, every value, every yes/no fact. The tables here hold only what
no catalogue says: that "how heavy" asks for a weight and "how long does it last" for a battery life. Which attribute is
meant depends on the product, since a listing's own attributes are likelier than those of other shelves.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from assistant.amounts import Amount, find_amounts
from assistant.reading import Reader, plainly_said
from assistant.vocabulary import Meaning
from retrieval.facets import Rows
from retrieval.text import STOP_WORDS, TOKEN, fold, stem, words
from retrieval.types import AttributeValue, Product, Quantity
from retrieval.units import to_base

Form = Literal["yes_no", "open"]

# What people say -> the words of the attributes' names it stands for. A name matches when each of its words is in the
# message or stands behind one of these patterns.
_HINTS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), names)
    for pattern, names in (
        (r"\bheavy\b|\bweigh(?:s|ed)?\b|\bhow light\b", "weight"),
        (r"\b(?:loud|noisy|quiet|silent)\b|\bdecibels?\b", "noise level"),
        (r"\blong\b", "length"),
        (r"\blast(?:s|ing)?\b|\brun ?time\b|\bbattery\b.*\b(?:go|run|hold)\b|\bon (?:one|a) charge\b", "battery life"),
        (r"\bhow (?:long|fast|quick\w*)\b", "time"),
        (r"\b(?:set|put)(?:ting)?(?: it| them| this)? ?up\b|\bpitch\b", "setup time"),
        (r"\bassembl\w+|\bbuild\b|\bput(?:ting)?(?: it| them| this)? together\b", "assembly time"),
        (r"\b(?:re)?charg\w+", "charging recharge"),
        (r"\bhow (?:do|does|can|is|are)\b.*\bcharged?\b|\bwhich (?:charger|cable)\b|\bplug\b", "charging port"),
        (r"\bcable\b|\blead\b", "cord"),
        (r"\bmic\b|\bmike\b", "microphone"),
        (r"\bshines?\b|\bhow far\b", "beam distance"),
        (r"\brain(?:ing|y)?\b|\bwet\b", "waterproof"),
        (r"\bstays?\b", "keeps"),
        (r"\bgame\b", "playing"),
        (r"\blit(?:re|er)s?\b|\bgallons?\b", "capacity"),
        (r"\b(?:kilos?|kg|grams?|lbs?|ounces)\b", "weight"),
        (r"\bwide\b", "width"),
        (r"\b(?:tall|high)\b", "height"),
        (r"\bdeep\b", "depth"),
        (r"\bacross\b", "diameter"),
        (r"\bmade\b|\bfabric\b|\bmaterials?\b", "material"),
        (r"\bcolou?rs?\b|\bshades?\b", "colour color"),
        (r"\bhold\b|\bsleeps?\b|\bseats?\b|\bfits?\b|\broom(?:y|ier)?\b|\bspace\b", "capacity"),
        (r"\bpeople\b|\bpersons?\b|\bplay(?:ed|ers?)?\b", "capacity players"),
        (r"\b(?:big|large|size|sized|small)\b", "size"),
        (r"\bsmall\b|\bpacks?(?: down| up)?\b|\bpacked\b|\bfold(?:s|ed)?\b", "packed length"),
        (r"\bbright\b|\blumens?\b", "brightness"),
        (r"\b(?:powerful|strong)\b|\bwatts?\b|\bwattage\b", "power"),
        (r"\bwarm\b|\btogs?\b", "warmth"),
        (r"\bwarm\b|\bcold\b|\btemperature\b|\bdegrees\b|°", "comfort temperature"),
        (r"\bram\b", "memory internal"),
        (r"\bscreen\b|\bdisplay\b", "display diagonal"),
        (r"\b(?:hard drive|ssd|disk)\b", "storage"),
        (r"\banc\b", "noise cancelling"),
        (r"\bwash\w*|\blaundry\b", "machine washable wash"),
        (r"\bdegrees\b|°", "temperature"),
        (r"\bdryer\b", "tumble dry"),
        (r"\b(?:dishwasher|oven|microwave|freezer)\b", "safe parts"),
        (r"\b(?:plane|airplane|flights?|hand luggage|carry[- ]on|cabin)\b", "cabin baggage"),
        (r"\bdim(?:med|mer)?\b", "dimmable"),
        (r"\b(?:take|taken|comes?|pull)\b.*\b(?:out|off)\b", "removable"),
        (r"\bold\b|\bages?\b|\btoddlers?\b|\bbaby\b", "age"),
        (r"\bworks? (?:with|on|for)\b|\bgo(?:es)? with\b|\bcompatible\b", "compatible"),
        (r"\bin the box\b|\bcomes? with\b|\bget with\b", "included"),
        (r"\b(?:switch|turn)(?:es|s)?(?: itself)? off\b", "auto shut off"),
        (r"\blegs?\b", "inside leg"),
        (r"\b(?:hard|difficult)\b", "difficulty"),
        (r"\bguarantee\w*\b", "warranty"),
        (r"\bhow long\b.*\b(?:take|takes|last|lasts)\b.*\b(?:boil|heat)|\bboil", "boil time"),
        (r"\bhow long\b.*\b(?:charge|charging|recharge)\b", "charging time"),
        (r"\bhow long\b.*\b(?:assemble|put together|build)\b", "assembly time"),
        (r"\bhow long\b.*\b(?:put up|pitch|set up|setup)\b|\bquick\w* to (?:put|set|pitch)", "setup time"),
        (r"\bhow long\b.*\b(?:take|takes|round|game|play)\b", "playing time"),
        (r"^(?!.*\bhow long\b).*\b(?:carry|hold|bear|support|take)\b", "maximum load"),
        (r"\b(?:man|men|woman|women)(?:'?s)?\b|\b(?:ladies|guys)\b", "gender"),
    )
)
_USE = re.compile(
    r"\b(?:use|used|using)(?: (?:it|this|them|these|that))? (?:for|as|in)\b"
    r"|\b(?:good|suitable|suited|meant|right|ok|okay|fine|fit|ideal|work|works) (?:for|as)\b|^(?:is|are) \w+ for\b"
    r"|\bwhat(?:'s| is| are)? .*\bfor$"
)

_OPTIONAL = frozenset(
    stem(w) for w in "sensor control option function settings level tips safe rating resistant".split()
)
"""Heads of names that people leave out: "heart rate" for a heart rate sensor, "touchscreen" for touchscreen tips."""

_VERBS_TOO = frozenset(["use", "fit", "lock", "fan", "type", "case", "display"])
"""Names that are everyday words as well: they count only where the message speaks of them as things."""

_OWN, _SHELF = 1.5, 0.5
"""Worth of a name that the listing states itself, or that others of its kind state; a word said counts 2, one that is
hinted at 1. So what is plainly named elsewhere beats a hint, and a hint at the listing beats one at another shelf."""

_SMALLEST_SCORE = 0.8

_AT_LEAST = re.compile(
    r"\b(?:capacity|volume|maximum|max|load|suits|suitable|room size|lawn size|battery life|keeps|storage|memory|"
    r"wash temperature|water column|pressure|coverage|up to)\b"
)
"""Measures where more than enough is enough: a pack of 50 L holds 40."""
_AT_MOST = re.compile(r"\bcomfort temperature\b|\btemperature rating\b|\bage\b|\bminimum\b")

_CARRIES = re.compile(r"\b(?:carry|hold|bear|support|take|load|weighs?|dog|cat)\b")
_MEASURED_BY = {
    "kilogram": ("weight",),
    "meter ** 3": ("capacity", "volume"),
    "persons": ("capacity", "players"),
    "second": ("battery life", "runtime", "age"),
    "kelvin": ("comfort temperature", "wash temperature"),
    "db": ("noise level",),
    "lm": ("brightness",),
    "meter ** 2": ("room size", "lawn size", "coverage"),
}
"""What a bare amount is taken to measure; a length could be any side of a thing, so it needs a name."""
_LOADS = ("maximum load", "max load", "load capacity")

_ASKS_YES_NO = re.compile(
    r"^(?:is|are|am|was|were|does|do|did|can|could|will|would|has|have|had|should|may|isn't|aren't|doesn't|don't|won't|"
    r"can't|hasn't|haven't)\b"
)
_FILLERS = re.compile(
    r"^(?:(?:and|but|so|ok|okay|hm+|well|hey|hi|hello|please|sorry|just|also|one more question|question|quick question|"
    r"(?:can|could|will|would) you (?:please )?tell me|tell me|do you know|i wonder|i'd like to know|wondering|"
    r"(?:if|whether)(?= (?:it|this|that|they|the|these)\b))[\s,:.-]+)+"
)
_OPEN = re.compile(r"\b(?:how|what|what's|whats|which|who|where|when)\b")
_CHOICE = re.compile(r"\bor\b(?! not\b)")
_DENIED = re.compile(r"(?<!^)\b(?:not|no|without|free (?:of|from))\b")
"""A question put the other way round gets the fact without a yes or no, which could be read both ways."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question as it was written, taken apart once for all products."""

    said: str
    """Folded, without its polite opening and its question mark."""
    form: Form
    stems: frozenset[str]
    joined: frozenset[str]
    """Stems of each two neighbours written as one: "leak proof", "touch screen"."""
    hinted: frozenset[str]
    """Stems of attribute names that its everyday words stand for."""
    amounts: tuple[Amount, ...]
    values: tuple[tuple[str, Meaning], ...]
    """(words said, meaning) of every value of the catalogue it names, the longest first."""
    denied: bool = False
    """Whether it is put the other way round: "is it free of leather?"."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One field asked for."""

    field: str
    """Folded name of the attribute."""
    score: float
    amount: Amount | None = None
    relation: Literal["", "at_least", "at_most", "equal"] = ""
    value: str = ""
    """The value asked for, as it was said: "black"; "" if none."""
    keys: frozenset[str] = frozenset()
    """Folded values of the catalogue that it means."""
    inverted: bool = False
    """Whether a yes of the field is a no to the question: "is there latex in it?" of what is latex free."""


def read_question(message: str, reader: Reader) -> Question:
    """Takes a message apart; knows nothing of the products."""
    said = re.sub(r"[?!.\s]+$", "", plainly_said(fold(message), reader.vocabulary))
    said = _FILLERS.sub("", said)
    clauses = [clause.strip() for clause in said.split(",")]
    is_open = bool(_OPEN.search(clauses[0]) or _DENIED.search(said)) or not any(map(_ASKS_YES_NO.match, clauses))
    tokens = words(said)
    joined = frozenset(stem(a + b) for a, b in itertools.pairwise(tokens))
    hinted = {stem(name) for pattern, names in _HINTS if pattern.search(said) for name in names.split()}
    if _USE.search(said):
        hinted.add(stem("use"))
    return Question(
        said,
        "open" if is_open or _CHOICE.search(said) else "yes_no",
        frozenset(_stems(said)),
        joined,
        frozenset(hinted),
        tuple(_in_pounds(a, said) for a in find_amounts(said)),
        tuple(_values(said, reader)),
        bool(_DENIED.search(said)),
    )


def asked_of(question: Question, product: Product, reader: Reader) -> Asked | None:
    """The one attribute of this product that the question is about; None if it names none."""
    own = {fold(name): value for name, value in product.attributes.items()}
    best = max(
        (*_by_amount(question, own), *_by_name(question, product, own, reader), *_by_value(question, own)),
        key=lambda asked: asked.score,
        default=None,
    )
    return best if best is not None and best.score >= _SMALLEST_SCORE else None


def without_names(message: str, products: Sequence[Product]) -> str:
    """The message without the products' names, whose words ("Noise-Cancelling") would be read as what is asked: every
    stretch of two words and more that stands so in a title, if it has the title's first word or three words.
    """
    tokens = list(TOKEN.finditer(message))
    folded = [fold(t.group()) for t in tokens]
    gone: list[tuple[int, int]] = []
    for product in products:
        title = words(product.title)
        at = 0
        while at < len(folded):
            length = max((_run(folded, at, title, start) for start in range(len(title))), default=0)
            if length >= 3 or (length == 2 and title[:1] == folded[at : at + 1]):
                gone.append((tokens[at].start(), tokens[at + length - 1].end()))
                at += length
            else:
                at += 1
    for start, end in sorted(set(gone), reverse=True):
        message = f"{message[:start]}it{message[end:]}"
    return _without_versions(message, products) if gone else message


def _without_versions(message: str, products: Sequence[Product]) -> str:
    """The message without the version that stands beside the name: "the white it", "it in sage green"."""
    for product in products:
        for version in (part.strip() for part in product.title.split(",")[1:]):
            said = re.escape(version)
            message = re.sub(rf"\bit,? (?:in )?{said}\b", "it", message, flags=re.IGNORECASE)
            message = re.sub(rf"\b(?:the )?{said},? it\b", "it", message, flags=re.IGNORECASE)
    return message


def _run(said: Sequence[str], at: int, title: Sequence[str], start: int) -> int:
    """How many words are the same from there on."""
    length = 0
    while at + length < len(said) and start + length < len(title) and said[at + length] == title[start + length]:
        length += 1
    return length


def _in_pounds(amount: Amount, said: str) -> Amount:
    """ "3 pounds" beside no word of money is a weight."""
    if amount.currency.startswith("pound") and not re.search(r"\b(?:price|cost|pay|spend|budget|cheap\w*)\b", said):
        return Amount(amount.low, amount.high, amount.bound, "", "lb", amount.start, amount.end)
    return amount


def _stems(text: str) -> Iterator[str]:
    for word in words(text):
        yield stem(word)
        parts = re.split(r"[.\-/'’]", word)
        if len(parts) > 1:
            yield from (stem(part) for part in parts if part)


@lru_cache(maxsize=16384)  # a catalogue of electronics has five thousand names, read for every question
def name_stems(name: str) -> frozenset[str]:
    """The words of an attribute's name that must be meant: "suits dogs up to" -> suit, dog."""
    parts = [part for word in words(name) for part in re.split(r"[.\-/'’]", word) if part]
    found = frozenset(stem(part) for part in parts if part not in STOP_WORDS and part not in ("up", "down"))
    return found or frozenset(map(stem, parts))


def _values(said: str, reader: Reader) -> Iterator[tuple[str, Meaning]]:
    tokens = TOKEN.findall(said)
    stems = [stem(token) for token in tokens]
    for size in range(min(reader.vocabulary.longest, len(stems)), 0, -1):
        for at in range(len(stems) - size + 1):
            for meaning in reader.vocabulary.meanings(stems[at : at + size]):
                if meaning.kind == "value":
                    yield " ".join(tokens[at : at + size]), meaning


def _names(reader: Reader) -> set[str]:
    facets = reader.facets
    return {*facets.texts, *facets.flags, *(name for name, _ in facets.numbers)}


def _by_name(question: Question, product: Product, own: dict[str, AttributeValue], reader: Reader) -> Iterator[Asked]:
    """Names of which each word is said or hinted at."""
    shelf = reader.facets.categories.get(fold(product.category[-1])) if product.category else None
    for name in {*own, *_names(reader)}:
        needed = name_stems(name)
        literal = {s for s in needed if s in question.stems or s in question.joined or _is_able(s, question.stems)}
        if name in _VERBS_TOO and not re.search(
            rf"\b(?:the|what|which|its|what's|of|an?) (?:\w+ )?{name}\b", question.said
        ):
            literal = set()
        hinted = (needed & question.hinted) - literal
        missing = needed - literal - hinted
        free = missing == {"free"} and isinstance(own.get(name), bool)  # "is there latex in it?"
        headless = len(literal) > 1 and len(missing) == 1 and stem(words(name)[-1]) in missing  # "pet hair" (brush)
        if missing and not (literal and (missing <= _OPTIONAL or free or headless)):
            continue
        if not (literal or hinted):
            continue
        near = _OWN if name in own else _SHELF if shelf is not None and _is_stated(reader, name, shelf) else 0.0
        # Of names that fit alike, the plainest: "bluetooth" before "bluetooth functions", "colour" before "coloration".
        score = 2.1 * len(literal) + len(hinted) + near - 0.05 * len(missing) - 0.001 * len(name)
        flag = isinstance(own.get(name), bool) or (name not in own and name in reader.facets.flags)
        if flag and question.form == "open" and _OPEN.search(question.said):
            score -= 2  # "how small do they fold" asks for no yes or no
        found = _with_wish(question, name, score, own.get(name))
        yield replace(found, inverted=True) if free else found


def _is_able(name: str, said: frozenset[str]) -> bool:
    """ "fold" asks for foldable, "adjust" for adjustable."""
    return name.endswith(("abl", "ibl")) and any(len(s) > 3 and name.startswith(s) for s in said)


def _is_stated(reader: Reader, name: str, rows: Rows) -> bool:
    return bool(reader.facets.stating(name)[rows].any())


def _with_wish(question: Question, name: str, score: float, value: AttributeValue | None) -> Asked:
    """The field with the amount or the value that the question holds it against."""
    if isinstance(value, Quantity) or value is None or (isinstance(value, str) and re.match(r"\d", value)):
        for amount in question.amounts:
            if not amount.is_money and _is_measured(amount, value):
                return Asked(name, score + 1, amount, _relation(name, amount))
    for said, meaning in question.values:
        if meaning.attribute == name:
            return Asked(name, score + 1, value=said, keys=meaning.keys)
    return Asked(name, score)


def _is_measured(amount: Amount, value: AttributeValue | None) -> bool:
    if not amount.unit or not isinstance(value, Quantity):
        return True
    return to_base(0.0, amount.unit)[1] == to_base(0.0, value.unit)[1]


def _relation(name: str, amount: Amount) -> Literal["at_least", "at_most", "equal"]:
    if amount.bound == "max":
        return "at_most"
    if amount.bound == "min":
        return "at_least"
    if _AT_MOST.search(name):
        return "at_most"
    return "at_least" if _AT_LEAST.search(name) else "equal"


def _by_amount(question: Question, own: dict[str, AttributeValue]) -> Iterator[Asked]:
    """Measures of the listing in the unit of an amount: one whose name shares a word with the question ("a 250 m2
    lawn": lawn size), or the one that such an amount usually measures.
    """
    for amount in question.amounts:
        if amount.is_money or not amount.unit:
            continue
        base = to_base(0.0, amount.unit)[1]
        if amount.unit.startswith(("in", '"')) and re.search(r"\blaptops?\b|\bnotebooks?\b", question.said):
            name = next((n for n in own if "laptop" in n or "notebook" in n), "laptop size")
            yield Asked(name, 6.0, amount, "at_least")
            continue
        carries = base == "kilogram" and _CARRIES.search(question.said) and amount.bound == "exact"
        usual = (*_LOADS, *(n for n in own if n.startswith("suits"))) if carries else _MEASURED_BY.get(base, ())
        alike = [n for n, v in own.items() if isinstance(v, Quantity) and to_base(0.0, v.unit)[1] == base]
        if (
            len(alike) == 1 and base != "meter" and base not in _MEASURED_BY
        ):  # "is 15 bar fine for it?": the one measure in bar
            usual = (*usual, *alike)
        for name, value in own.items():
            shared = len(name_stems(name) & question.stems)
            is_range = isinstance(value, str) and re.match(r"\d", value)
            if name in usual or (shared and (isinstance(value, Quantity) or is_range)):
                if isinstance(value, Quantity) and to_base(0.0, value.unit)[1] != base:
                    continue
                if isinstance(value, bool | tuple):
                    continue
                yield Asked(name, 2 + 2 * shared + _OWN, amount, _relation(name, amount))
        if carries and not any(name in own for name in usual):
            yield Asked(_LOADS[0], 3.0, amount, "at_least")


def _by_value(question: Question, own: dict[str, AttributeValue]) -> Iterator[Asked]:
    """Attributes of the listing that could hold a value said, "black" or "for hiking"."""
    for said, meaning in question.values:
        value = own.get(meaning.attribute)
        if isinstance(value, str | tuple):
            held = {fold(v) for v in ((value,) if isinstance(value, str) else value)}
            hits = held & meaning.keys
            hinted = bool((question.hinted | question.stems) & name_stems(meaning.attribute))
            if not hits and not hinted and fold(said) not in meaning.keys:
                continue  # "how hot does it stay" asks for no use on "long stays"
            score = 2 * len(said.split()) + _OWN - 1 + (1 if hits else 0)
            yield Asked(meaning.attribute, score, value=said, keys=meaning.keys)
