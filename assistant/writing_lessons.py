"""Lessons for the language model, made from a catalogue: facts in, one sentence out.

A product is given wishes it meets, breaks or leaves open; the reasons that the real code reads off are worded by
the patterns of prompts/wordings.txt, in both voices and every place. No shopper's word and no judgement is used.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from assistant.facts import Facts
from assistant.masking import facts_line, masked
from assistant.ranking import Context, rank
from assistant.reasons import Past, every_reason
from assistant.types import Constraint, Reason, ReasonKind
from assistant.wording import is_adjective, money, shown
from assistant.wordings import Place, Voice, text_of, write
from retrieval.text import STOP_WORDS, fold, words
from retrieval.types import AttributeTest, AttributeValue, Hit, Product, Quantity

VOICES: tuple[Voice, ...] = ("brief", "friendly")
PAIRED = 0.6
"""Share of the lessons that word two reasons in one sentence, which is the harder thing."""
NAMED = 0.5
GONE_ON = 0.35
"""Share of the sentences about one reason that go on from another."""

_VERBS = ("bought", "viewed", "looked at", "put in your cart")
_LONGEST_VALUE = 60  # characters; longer ones are paragraphs of a messy feed


@dataclass(frozen=True, slots=True)
class Lesson:
    """One example: what the prompt says, what is to be written, and what it may be checked against."""

    facts: str
    voice: Voice
    place: Place
    sentence: str
    """As the model writes it, with signs."""
    shown: str
    """As a shopper reads it."""
    subject: Facts


def make_lessons(products: Sequence[Product], count: int, seed: int = 7) -> Iterator[Lesson]:
    """`count` lessons about products drawn evenly; the same for the same seed."""
    rng = random.Random(seed)
    shelf = _Shelf.of(products)
    made = 0
    while made < count:
        product = rng.choice(products)
        lesson = _lesson(product, shelf, rng)
        if lesson is not None:
            made += 1
            yield lesson


@dataclass(frozen=True, slots=True)
class _Shelf:
    """What other products state: the source of wishes that are not met."""

    products: Sequence[Product]
    values: dict[str, list[AttributeValue]]
    names: list[str]

    @classmethod
    def of(cls, products: Sequence[Product]) -> _Shelf:
        values: dict[str, list[AttributeValue]] = defaultdict(list)
        for product in products:
            for name, value in product.attributes.items():
                if len(values[name]) < 200:
                    values[name].append(value)
        # What differs on every product is a number of the article, which nobody wishes for.
        shared = {n: v for n, v in values.items() if len(v) < 20 or len(set(map(str, v))) < 0.95 * len(v)}
        return cls(products, shared, list(shared))


def _lesson(product: Product, shelf: _Shelf, rng: random.Random) -> Lesson | None:
    # 1) Wishes about this product, and the reasons they give.
    if rng.random() < 0.3:
        product = replace(product, stock=0)
    if product.rating is None and rng.random() < 0.5:  # a feed without ratings teaches nothing about them
        product = replace(product, rating=round(rng.uniform(2.5, 5), 1), rating_count=rng.randint(1, 900))
    constraints = _wishes(product, shelf, rng)
    reasons = _reasons(product, constraints, shelf, rng)

    # 2) One row: a reason against it alone, or one or two for it.
    place: Place = "first"
    against = [r for r in reasons if r.contribution < 0]
    speaking = [r for r in reasons if r.contribution > 0]
    pairable = [r for r in speaking if r.form != "quote"]  # a sentence within a sentence is enough
    if against and (not speaking or rng.random() < 0.3):
        chosen, place = [rng.choice(against)], "catch"
    elif len(pairable) > 1 and rng.random() < PAIRED:
        chosen = rng.sample(pairable, 2)
    elif speaking:
        chosen, place = [rng.choice(speaking)], "more" if rng.random() < GONE_ON else "first"
    else:
        return None

    # 3) Said with signs and, from the same words, as it is shown.
    voice = rng.choice(VOICES)
    row = masked(chosen, product.title.split(",")[0].strip() if rng.random() < NAMED else "")
    sentence = write(row.reasons, voice, rng, name=row.name, place=place)
    said = row.unmasked(sentence)
    if said is None:
        return None  # a value that itself looks like a sign
    subject = Facts(product, chosen, constraints, "", tuple(r.value for r in chosen if r.kind == "taste"))
    return Lesson(facts_line(row), voice, place, sentence, said, subject)


def _reasons(product: Product, constraints: Sequence[Constraint], shelf: _Shelf, rng: random.Random) -> list[Reason]:
    mentioned = [w for w in words(f"{product.title} {product.description}") if w.isalpha() and w not in STOP_WORDS]
    matched = tuple(dict.fromkeys(rng.sample(mentioned, min(len(mentioned), rng.randint(0, 2)))))
    hit = Hit(product, words=0.5, meaning=0.5, matched_words=matched)
    [ranked] = rank([hit], Context(tuple(constraints), mean_rating=4.0))
    past = None
    if rng.random() < 0.2:
        ranked = replace(ranked, contributions={**ranked.contributions, "taste": 0.05})
        other = product if rng.random() < 0.1 else rng.choice(shelf.products)
        past = Past(other, rng.choice(_VERBS))
    found = [*every_reason(ranked, constraints, past), *_of_the_page(product, rng)]
    return [replace(r, id=f"r{number}") for number, r in enumerate(found, start=1)]


def _of_the_page(product: Product, rng: random.Random) -> list[Reason]:
    """Reasons that need a whole search to find: what came close to the request, and what leads the page."""
    found: list[Reason] = []
    stated = [(n, shown(v)) for n, v in product.attributes.items() if not isinstance(v, bool)]
    stated = [(n, said) for n, said in stated if len(said) <= _LONGEST_VALUE]

    def add(kind: ReasonKind, signal: str, field: str, value: str, form: str, blanks: dict[str, str]) -> None:
        found.append(Reason("", kind, product.id, signal, field, value, text_of(form, blanks), 0.05, form, blanks))

    if rng.random() < 0.15 and stated:
        closeness = rng.choice(["comes close to your request", "is what comes closest to your request"])
        name, said = rng.choice(stated)
        forms: list[tuple[str, dict[str, str]]] = [("near", {"name": name, "value": said}), ("near.title", {})]
        if product.category:
            forms.append(("near.category", {"where": product.category[-1]}))
        form, blanks = rng.choices(forms, [4, 1, 1][: len(forms)])[0]
        add("relevance", "meaning", name, said, form, blanks | {"closeness": closeness})
    if rng.random() < 0.1:
        count = rng.choice(["two", "three", "four"])
        measured = [(n, str(v)) for n, v in product.attributes.items() if isinstance(v, Quantity) and v.unit]
        if not measured or rng.random() < 0.4:
            add("comparison", "low price", "price", "", "extreme", {"superlative": "cheapest", "count": count})
        else:
            name, said = rng.choice(measured)
            form, superlatives = _EXTREMES.get(name, ("extreme.has", ("lowest", "highest", "smallest", "largest")))
            blanks = {"superlative": rng.choice(superlatives), "count": count, "name": name, "value": said}
            add("comparison", f"wish:{name}", name, said, form, blanks)
    if rng.random() < 0.05 and product.description:
        quote = product.description.split(". ")[0].rstrip(".") + "."
        add("relevance", "meaning", "description", quote, "quote", {"quote": f"“{quote}”"})
    return found


def _wishes(product: Product, shelf: _Shelf, rng: random.Random) -> list[Constraint]:
    """Up to five wishes: of price, brand and attributes; most met, some broken, some the listing leaves open."""
    made: list[Constraint] = []
    if product.price and rng.random() < 0.5:
        made.append(_price_wish(product, rng))
    if rng.random() < 0.25:
        made.append(_brand_wish(product, shelf, rng))
    stated = [n for n, v in product.attributes.items() if n in shelf.values and len(shown(v)) <= _LONGEST_VALUE]
    for name in rng.sample(stated, min(len(stated), rng.randint(1, 3))):
        wish = _attribute_wish(name, product.attributes[name], shelf, rng)
        if wish is not None:
            made.append(wish)
    if shelf.names and rng.random() < 0.25:
        name = rng.choice(shelf.names)
        if name not in product.attributes:
            wish = _attribute_wish(name, rng.choice(shelf.values[name]), shelf, rng, broken=0.0)
            made.extend([] if wish is None or wish.negated else [wish])
    return list({c.key: c for c in made}.values())


def _price_wish(product: Product, rng: random.Random) -> Constraint:
    assert product.price is not None
    price, currency = product.price, product.currency
    kind = rng.choices(["under", "between", "over", "cheap", "cheaper", "missed", "not"], [8, 2, 1, 2, 2, 3, 0.5])[0]
    limit = float(round(price * rng.uniform(1.02, 1.8)) + 1)
    floor = float(int(price * rng.uniform(0.4, 0.95)))
    if kind == "between":
        return Constraint("price", "price", "a range", low=floor, high=limit)
    if kind == "over":
        return Constraint("price", "price", "over", low=floor)
    if kind == "cheap":
        note = f"the lower third of the prices of our {_plural_name(product, rng)}"
        return Constraint("price", "price", "cheap", high=limit, note=note)
    if kind == "cheaper":
        return Constraint("price", "price", f"under {money(limit, currency)}", high=limit - 0.01)
    if kind == "not":
        return Constraint("price", "price", f"under {money(price, currency)}", high=price - 0.01)
    if kind == "missed" and floor > 0:
        return Constraint("price", "price", "under", high=floor)
    return Constraint("price", "price", "under", high=limit)


def _brand_wish(product: Product, shelf: _Shelf, rng: random.Random) -> Constraint:
    wanted = product.brand if product.brand and rng.random() < 0.7 else rng.choice(shelf.products).brand
    return Constraint("brand", "brand", wanted or "Acme", values=(fold(wanted or "Acme"),))


def _attribute_wish(
    name: str, value: AttributeValue, shelf: _Shelf, rng: random.Random, *, broken: float = 0.25
) -> Constraint | None:
    """A wish about one attribute: for what the product states, or for what another one does."""
    key = f"attribute:{name}"
    if isinstance(value, bool):
        if value and rng.random() < 0.1:
            label = f"{'not' if is_adjective(name) else 'no'} {name}"
            return Constraint(key, "attribute", label, negated=True, test=AttributeTest(name, flag=True, negated=True))
        return Constraint(key, "attribute", name, test=AttributeTest(name, flag=True))
    is_broken = rng.random() < broken
    wanted = rng.choice(shelf.values[name]) if is_broken else value
    if isinstance(value, Quantity):
        if not isinstance(wanted, Quantity):
            return None
        if rng.random() < 0.15:
            best = rng.choice(["lowest", "highest"])
            note = f"the third of our {rng.choice(_KINDS)} with the {best} {name}"
            low = wanted.value * (1.5 if is_broken else 0.5)
            return Constraint(key, "attribute", name, hard=False, test=AttributeTest(name, low=low), note=note)
        high = wanted.value * rng.choice([0.7, 0.9] if is_broken else [1.0, 1.2])
        label = f"{name} up to {Quantity(round(high, 2), wanted.unit)}"
        test = AttributeTest(name, high=high, unit=wanted.unit)
        return Constraint(key, "attribute", label, high=high, test=test)
    items = wanted if isinstance(wanted, tuple) else (wanted,)
    if not all(isinstance(item, str) for item in items):
        return None
    item = str(rng.choice(items))
    return Constraint(key, "attribute", item, test=AttributeTest(name, any_of=frozenset([fold(item)])))


_EXTREMES = {
    "weight": ("extreme.at", ("lightest", "heaviest")),
    "noise level": ("extreme.at", ("quietest", "loudest")),
    "brightness": ("extreme.at", ("dimmest", "brightest")),
}
_KINDS = "tents kettles lamps chairs printers cables headphones knives rugs jackets monitors keyboards bags".split()


def _plural_name(product: Product, rng: random.Random) -> str:
    return product.category[-1].lower() if product.category else rng.choice(_KINDS)
