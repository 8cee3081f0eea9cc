"""Questions about facts of products, answered from the catalogue alone: message -> field -> what is stated -> line.

No model writes here. A listing that does not state a thing is said to be silent: an unstated yes/no fact is unknown,
not "no". Where an attribute is silent and a sentence of the description has the very word, that sentence is quoted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from assistant.clerk import Clerk
from assistant.explain import short_name
from assistant.fact_lines import Line, brand, fact, overview, price, rating, sentences_of, several, stock
from assistant.facts import AMOUNT
from assistant.fields_asked import Asked, Question, asked_of, read_question, without_names
from assistant.quotable import is_quotable
from assistant.reading import Reader
from assistant.reasons import attribute_of
from assistant.replies import markdown
from assistant.superlatives import most_of
from assistant.types import Detail
from assistant.wording import is_adjective, is_plural, listed, shown, with_article
from retrieval.comparison import model_key
from retrieval.text import STOP_WORDS, fold, stem, words
from retrieval.types import AttributeValue, Encoder, Product, Quantity
from retrieval.units import to_base

MOST_PRODUCTS = 4
"""Products that one answer speaks of; whoever asks of more is better served by the cards."""

PLAIN = 3.0
"""Score of a field from which the message names it outright, and does not just hint at it."""

LOOKED_THROUGH = 60
"""Listings the word search offers for a model's name; a model has a few colours and sizes."""

SURE = 0.55
"""Cosine of question and attribute name above which a question in other words is taken to mean the attribute: of 144
questions over the demo shop the nearest name was the right one for 73 of the 74 above it, and for 11 of 12 from 0.5."""

_PRICE = re.compile(
    r"\b(?:price[ds]?|costs?|expensive)\b|\bhow much (?:is|are|for|do|does)\b(?!.*\b(?:weigh|hold|fit|carry)\b)"
)
STOCK = re.compile(
    r"\bin stock\b|\bto be had\b|\bgot (?:it|them|any)\b|"
    r"\b(?:can|could) i (?:still )?(?:order|buy|get|have) (?:it|this|that|one|the [\w ]+?)"
    r"(?: today| now| still| please)?$|"
    r"\bleft in\b|^is .{3,60} in$|\bsold out\b|\bhow many (?:\w+ )?(?:left|(?:do|have) you (?:have|got))\b|"
    r"\bany left\b"
    r"|\bavailability\b|\bstill (?:available|there|have)\b|\bavailable(?: now| right now| today)?$"
)
_RATING = re.compile(
    r"(?<!temperature )(?<!water )(?<!ip )\bratings?\b|\brated\b(?! (?:for|to|at))|\breviews?\b|\bstars\b"
    r"|\b(?:people|customers|buyers|others) (?:say|think)\b"
)
_BRAND = re.compile(r"\bbrand\b|\bwho (?:makes|made|produces|manufactures)\b|\bmanufacturer\b|\bmaker\b|\bmade by\b")
_SIZE = re.compile(r"\bhow (?:big|large|small)\b|\bdimensions?\b|\bmeasurements?\b|\bmeasures?\b|\bwhat size\b")
_GENERAL = re.compile(
    r"\b(?:tell|give) me (?:more|(?:all )?(?:the )?(?:more )?details|something|about)\b|\bspecs?\b|\bspecifications?\b"
    r"|\bmore (?:details|info\w*|about)\b|\bdetails (?:of|on|about|for)\b|\bwhat can you tell me\b|\bdescribe\b"
    r"|\bfeatures\b"
)
_VARIANTS = re.compile(
    r"\bcomes? in\b|\bavailable in\b|\b(?:what|which|other|any) (?:colou?rs|sizes|versions)\b"
    r"|\bget (?:it|this|that|them) in\b"
)
_PARTS = re.compile(r"\?\s*|(?:,\s*)?\band (?=(?:how|what|is|are|does|do|can|will|has|have)\b)", re.IGNORECASE)
"""Where one question of a message ends and the next begins."""
_MOST_PARTS = 3
_ALL_OF = re.compile(r"^(?:which|do any|does any|are any|is any|any|are all|do all|are both|do both|who)\b")
_DIMENSIONS = (
    "width", "height", "depth", "length", "diameter", "thickness", "screen size", "size", "capacity", "volume",
)  # fmt: skip

# What a listing may say nearly as well, told beside an "unknown": none of them is the thing asked for.
_BESIDE = {
    "waterproof": ("water resistance", "water resistant", "water repellent", "water column"),
    "water resistant": ("waterproof", "water resistance", "water repellent"),
    "machine washable": ("washable cover", "wash temperature", "washable pads"),
    "dishwasher safe": ("dishwasher safe parts",),
    "noise level": ("maximum noise",),
    "rechargeable": ("battery", "charging port"),
    "length": ("packed length", "blade length", "cord length"),
}
_SIZE_WORDS = frozenset(
    stem(w) for w in "big large small dimensions measurements measures exactly overall tall wide cm inches".split()
)
_ONLY_ALIKE = re.compile(r"\b(?:vegan|faux|imitation|artificial|synthetic|mock|look|effect|style|coated|blend)\b")
"""Words that make a leather no leather; a question for the thing itself is answered with the value, not with yes."""

_RANGE = re.compile(r"(\d+(?:\.\d+)?)\s*(?:(\+)|(?:-|–|to)\s*(\d+(?:\.\d+)?))")


@dataclass(frozen=True, slots=True)
class Shop:
    """What looking up facts needs to know of the shop."""

    reader: Reader
    encoder: Encoder | None = None
    """Reads questions in words that no attribute has; None leaves them unanswered."""
    variants: Callable[[Product], Sequence[Product]] = field(default=lambda product: (product,))
    """All listings of the product's model, itself among them."""


@dataclass(frozen=True, slots=True)
class Told:
    """The answer to one question about facts."""

    reply: str
    """Markdown."""
    details: tuple[Detail, ...]


def shop_of(clerk: Clerk) -> Shop:
    """The opened shop, as this module looks at it."""

    def variants(product: Product) -> Sequence[Product]:
        index = clerk.searcher.index
        found = [id for id, _ in index.words.search(short_name(product.title), LOOKED_THROUGH, None)]
        alike = [p for p in index.catalog.get(found).values() if model_key(p) == model_key(product)]
        return alike if any(p.id == product.id for p in alike) else [product, *alike]

    return Shop(clerk.reader, clerk.encoder, variants)


def details(shop: Shop, products: Sequence[Product], message: str) -> Told:
    """What the listings say to a question about one to four products."""
    products = products[:MOST_PRODUCTS]
    if not products:
        return Told("I am not sure which product you mean. Name it, or say “the second one”.", ())
    bare = without_names(message, products)
    question = read_question(bare, shop.reader)
    # 1) "Which is the lightest?": one winner, or a tie.
    if len(products) > 1:
        most = most_of(products, question.said, shop.reader.facets.mean_rating)
        if most is not None:
            return Told(most.reply, most.details)
    # 2) The same question to each listing; several in one message, one after the other.
    parts = [read_question(part, shop.reader) for part in _PARTS.split(bare) if part.strip()][:_MOST_PARTS] or [
        question
    ]
    lines = [_all_parts(shop, product, parts) for product in products]
    said = tuple(detail for line in lines for detail in line.details)
    names = [markdown(name) for name in names_of(products)]
    if len(products) == 1:
        return Told(f"**{names[0]}**: {markdown(lines[0].text)}", said)
    rows = "\n".join(f"- **{name}**: {markdown(line.text)}" for name, line in zip(names, lines, strict=True))
    summary = _summary(names, lines) if _ALL_OF.match(question.said) else ""
    return Told(f"{summary}\n\n{rows}" if summary else rows, said)


def _summary(names: Sequence[str], lines: Sequence[Line]) -> str:
    """ "Yes: A and B. No: C. Not stated: D."; "" unless each listing has one verdict on the same thing."""
    verdicts = [line.details[0].verdict for line in lines]
    if "stated" in verdicts or len({line.details[0].field for line in lines}) > 1:
        return ""
    groups = (("yes", "Yes"), ("no", "No"), ("unknown", "Not stated"))
    told = [(label, [n for n, v in zip(names, verdicts, strict=True) if v == verdict]) for verdict, label in groups]
    return " ".join(f"{label}: {listed(those)}." for label, those in told if those)


def _all_parts(shop: Shop, product: Product, parts: Sequence[Question]) -> Line:
    """The answers to each question of the message; a part that asks nothing known is left out beside one that does."""
    lines = [_line(shop, product, part) for part in parts]
    known = [line for line in lines if line.details[0].field] or lines[:1]
    first: dict[str, Line] = {}
    for line in known:
        first.setdefault(line.details[0].field, line)
    return Line(" ".join(x.text for x in first.values()), tuple(d for x in first.values() for d in x.details))


def names_of(products: Sequence[Product]) -> list[str]:
    """What each is called: its short name, or its title where another's short name is the same."""
    short = [short_name(p.title) for p in products]
    return [n if n and short.count(n) == 1 else p.title for n, p in zip(short, products, strict=True)]


def _line(shop: Shop, product: Product, question: Question) -> Line:
    """What one listing says to the question."""
    said = question.said
    asked = asked_of(question, product, shop.reader)
    if _GENERAL.search(said) and (asked is None or asked.score < PLAIN):
        return overview(product)
    for pattern, tell in ((_BRAND, brand), (_RATING, rating)):
        if pattern.search(said):
            return tell(product)
    if STOCK.search(said):
        return stock(product, question)
    if _PRICE.search(said) or any(a.is_money for a in question.amounts):
        return price(product, question)
    if asked is not None and _VARIANTS.search(said):
        told = _variants(shop, product, question, asked)
        if told is not None:
            return told
    if _SIZE.search(said) and (asked is None or asked.score < PLAIN):
        written = [fold(n) for n in product.attributes if fold(n).startswith("dimensions")]
        sizes = [*written, *(n for n in _DIMENSIONS if attribute_of(product, n)[1] is not None)]
        if _of_a_part(product, question):
            asked, sizes = None, []
        if sizes:
            return several(product, sizes)
    if asked is None:
        asked = _nearest(shop, product, question)
    if asked is None:
        return _from_description(product, question, None) or Line(
            "I cannot tell from the listing.", (Detail(product.id, "", "", "unknown"),)
        )
    return _checked(_attribute(product, question, asked, shop), product, question)


def _attribute(product: Product, question: Question, asked: Asked, shop: Shop) -> Line:
    """One attribute: stated, held against what was asked, or silent."""
    label, value = attribute_of(product, asked.field)
    name = fold(label)
    if value is None:
        return _silent(product, question, asked, name, shop)
    said = fact(name, value)
    detail = Detail(product.id, name, shown(value), "stated")
    # 1) A yes/no fact answers by itself.
    if isinstance(value, bool):
        if question.denied:
            return Line(said, (detail,))
        return _judged(said, detail, value != asked.inverted)
    if question.form == "open":
        return Line(said, (detail,))
    # 2) An amount is compared in its unit; one of another kind than the listing's measure cannot be.
    if asked.amount is not None or (isinstance(value, Quantity) and any(a.unit for a in question.amounts)):
        holds = _measures(value, asked) if asked.amount is not None else None
        return _judged(said, detail, holds) if holds is not None else _open(said, detail)
    if isinstance(value, Quantity):
        return Line(said, (detail,))
    # 3) A value is looked for among those stated; a list names examples, so what it leaves out it does not deny.
    if asked.keys:
        hits = [
            item for item in (fold(v) for v in ((value,) if isinstance(value, str) else value)) if item in asked.keys
        ]
        if hits and all(_ONLY_ALIKE.search(h) for h in hits) and not _ONLY_ALIKE.search(asked.value):
            return Line(said, (detail,))
        if hits or isinstance(value, str):
            return _judged(said, detail, bool(hits))
        return Line(f"The listing does not name “{asked.value}”. {said}", (_with(detail, None),))
    if isinstance(value, str):
        return Line(said, (detail,))
    rest = _told_words(question, name)
    if any(rest & {stem(w) for w in words(v)} for v in value):
        return _judged(said, detail, True)
    return _open(said, detail) if rest else Line(said, (detail,))


def _judged(said: str, detail: Detail, holds: bool) -> Line:
    return Line(f"{'Yes' if holds else 'No'}. {said}", (_with(detail, holds),))


def _open(said: str, detail: Detail) -> Line:
    return Line(f"The listing does not say. {said}", (_with(detail, None),))


def _with(detail: Detail, holds: bool | None) -> Detail:
    return replace(detail, verdict="unknown" if holds is None else "yes" if holds else "no")


def _measures(value: AttributeValue, asked: Asked) -> bool | None:
    """Whether a stated measure, or a range in words ("3-10 players", "8+ years"), meets the amount; None if it cannot
    be told.
    """
    amount = asked.amount
    assert amount is not None
    if isinstance(value, str):
        match = _RANGE.search(value)
        if match is None:
            return None
        low = float(match[1])
        high = float("inf") if match[2] else float(match[3])
        return low <= amount.value <= high
    if not isinstance(value, Quantity):
        return None
    unit = amount.unit or value.unit
    (mine, base), (theirs, other) = to_base(value.value, value.unit), to_base(amount.value, unit)
    if base != other:
        return None
    slack = 0.005 * abs(theirs) if base != "kelvin" else 0.01
    if asked.relation == "at_least":
        return mine >= theirs - slack
    if asked.relation == "at_most":
        return mine <= theirs + slack
    return abs(mine - theirs) <= max(slack, 0.02 * abs(theirs) if base != "kelvin" else 0.5)


def _silent(product: Product, question: Question, asked: Asked, name: str, shop: Shop) -> Line:
    """The listing has no such attribute: its description may have the word, another attribute may come near."""
    told = _from_description(product, question, name)
    if told is not None:
        return told
    is_flag = name in shop.reader.facets.flags and name not in shop.reader.facets.texts
    if is_flag:
        said = f"it is {name}" if is_adjective(name) else f"it has {with_article(name)}"
        text = f"The listing does not say whether {said}."
    else:
        text = f"The listing does not give its {name}."
    found = [Detail(product.id, name, "", "unknown")]
    for other in _BESIDE.get(name, ()):
        label, value = attribute_of(product, other)
        if value is not None:
            text += f" {fact(fold(label), value)}"
            found.append(Detail(product.id, fold(label), shown(value), "stated"))
    return Line(text, tuple(found))


def _of_a_part(product: Product, question: Question) -> bool:
    """Whether a size is asked of something else than the whole: "how big is the screen" of a roll of paper."""
    whole = {stem(w) for w in words(" ".join([product.title, *product.category]))}
    return bool(_told_words(question, " ".join(_DIMENSIONS)) - whole - _SIZE_WORDS)


def _told_words(question: Question, name: str) -> set[str]:
    """Content words of the question beside the field's own name: what is asked about."""
    own = {stem(w) for w in words(name)}
    return {s for s in question.stems if s not in own and s not in _EMPTY and len(s) > 2 and not s.isdigit()}


_EMPTY = frozenset(stem(w) for w in STOP_WORDS) | frozenset(
    stem(w)
    for w in """come comes have has get got one ones also actually really any much many work works use used good
    suitable fine okay okay safe make made put take go need know say tell listing product thing things included include
    includes box there here about very well still even ever all both each say says want like kind sort feature
    features stuff going mine yes please not too enough whether""".split()
)


def _from_description(product: Product, question: Question, name: str | None) -> Line | None:
    """A sentence of the description that has the very words asked about, if it may be quoted."""
    wanted = {s for s in question.stems if s not in _EMPTY and len(s) > 2 and not s.isdigit()}
    wanted -= {stem(w) for w in words(product.title)}
    if name is not None and wanted & {stem(w) for w in words(name)}:
        wanted &= {stem(w) for w in words(name)}
    if not wanted:
        return None
    for sentence in sentences_of(product.description):
        if wanted <= {stem(w) for w in words(sentence)} and is_quotable(sentence, product):
            return Line(f"The description says: “{sentence}”", (Detail(product.id, "description", sentence, "stated"),))
    return None


def _nearest(shop: Shop, product: Product, question: Question) -> Asked | None:
    """The attribute of the listing whose name comes nearest in meaning, if it comes near enough."""
    names = [fold(name) for name in product.attributes]
    if shop.encoder is None or not names:
        return None
    vectors = shop.encoder.encode([question.said, *names])
    cosines = vectors[1:] @ vectors[0]
    best = int(cosines.argmax())
    return Asked(names[best], float(cosines[best])) if cosines[best] >= SURE else None


def _variants(shop: Shop, product: Product, question: Question, asked: Asked) -> Line | None:
    """Over all listings of the model: the values one attribute has, sold out ones marked."""
    listings = shop.variants(product)
    stated: dict[str, bool] = {}
    for each in listings:
        _, value = attribute_of(each, asked.field)
        if value is not None and not isinstance(value, bool | tuple):
            stated[shown(value)] = stated.get(shown(value), False) or each.in_stock
    if not stated:
        return None
    values = [v if there else f"{v} (sold out)" for v, there in stated.items()]
    name = asked.field if len(values) == 1 or is_plural(asked.field) else f"{asked.field}s"
    text = f"We list this model in {listed(values)}."
    detail = Detail(product.id, asked.field, ", ".join(values), "stated")
    if asked.keys and question.form == "yes_no":
        holds = any(fold(v) in asked.keys for v in stated)
        return Line(f"{'Yes' if holds else 'No'}. {text}", (_with(detail, holds),))
    return Line(f"{len(values)} {name}: {listed(values)}." if len(values) > 1 else text, (detail,))


def _checked(line: Line, product: Product, question: Question) -> Line:
    """The line, if each of its numbers stands in the listing or in the question; else the bare field and value."""
    stated = " ".join([product.title, product.description, *map(shown, product.attributes.values())])
    known = set(re.findall(AMOUNT, stated)) | set(re.findall(AMOUNT, question.said))
    if set(re.findall(AMOUNT, line.text)) <= known:
        return line
    text = "; ".join(f"{d.field}: {d.value}" for d in line.details if d.value)
    return Line(f"{text}." if text else "The listing does not say.", line.details)
