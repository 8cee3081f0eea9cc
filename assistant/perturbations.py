"""True sentences made false, by kind: what a checker must refuse. Seeded by the caller's `random.Random`.

Each kind takes a sentence that is true of its facts and gives one that is not, or None where it does not apply. A
change that would leave the sentence true by chance (the new value is also the product's) is never given: every new
value, number, feature and side is held against the facts first.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from assistant.facts import AMOUNT, NUMBER, Facts, is_same, read_number, stems_of
from assistant.plain_words import DENIAL, SILENCE
from assistant.reasons import worded_fact
from assistant.wording import SYMBOLS, money, shown
from retrieval.text import fold
from retrieval.types import Product, Quantity
from retrieval.units import to_base

T = TypeVar("T")
Kind = Callable[[str, Facts, Sequence[Product], random.Random], str | None]
"""(true sentence, its facts, other products of the catalogue, chance) -> a false sentence, or None."""

# Units that a careless writer takes for one another.
_UNIT_SLIPS = {
    "kg": ("g", "lb"), "g": ("kg", "oz"), "lb": ("kg",), "oz": ("g",), "cm": ("mm", "m", "inch"), "mm": ("cm", "inch"),
    "m": ("cm", "km"), "inch": ("cm", "mm"), "l": ("ml",), "ml": ("L",), "h": ("min", "days"), "min": ("h",),
    "years": ("months",), "year": ("month",), "months": ("years",), "gb": ("TB", "MB"), "tb": ("GB",), "w": ("kW",),
    "kw": ("W",), "db": ("W",), "°c": ("°F",), "mah": ("Ah",), "v": ("W",), "hz": ("GHz",), "mm²": ("cm²",),
    "persons": ("kg",), "hours": ("minutes",), "hour": ("minute",), "litres": ("ml",), "liters": ("ml",),
}  # fmt: skip

_PUFFERY = (
    "simply the best you can buy", "a truly excellent choice", "and it looks stunning", "a must for everyone",
    "with outstanding quality", "perfect for you", "the ideal companion", "and you will love it",
    "which makes it a great pick", "and it is very durable", "a beautiful piece", "and it feels premium",
)  # fmt: skip
_PROMISES = (
    ("delivery", "and delivery is free"), ("delivery", "and it arrives tomorrow"), ("return", "and you can return it"),
    ("discount", "at a special discount"), ("refund", "with your money back if you are not happy"),
    ("sale", "and it is on sale this week"), ("stock lasts", "while stocks last"), ("pain", "and it relieves pain"),
    ("health", "and it is good for your health"), ("safety", "and it prevents accidents"),
    ("guarantee", "with a lifetime guarantee"), ("popular", "and everyone loves it"),
    ("price rise", "and the price will rise soon"), ("coupon", "and a coupon makes it cheaper"),
)  # fmt: skip

_DROPS = (
    (r"\bdoes(?:n't| not) come\b", "comes"), (r"\bdoes(?:n't| not) have\b", "has"),
    (r"\b(is|are)(?:n't| not)\b", r"\1"),
    (r"\bhas no\b", "has"), (r"\blacks\b", "has"), (r"\bwithout\b", "with"), (r", not (among|under|within)\b", r", \1"),
    (r"\bnot (over|among|under|within)\b", r"\1"),
    (r"\b(?:does(?:n't| not) (?:say|state|mention)) whether it (is|has)\b", r"says that it \1"),
    (r"\bdoes(?:n't| not) (give|name|mention|state)\b", r"\1s"),
)  # fmt: skip
_NEGATIONS = (
    (r"^It is ", "It is not "), (r"^It has ", "It does not have "), (r"^It comes ", "It does not come "),
    (r"^It weighs ", "It does not weigh "), (r"^It costs ", "It does not cost "),
    (r"^Its (.+?) (is|are) ", r"Its \1 \2 not "),
    (r"\bmade (of|by|from|for) ", r"not made \1 "), (r"\bit is ", "it is not "), (r"\bit has ", "it does not have "),
    (r"\bwithin your ", "not within your "), (r"\bwith an? ", "without a "), (r"\bit comes ", "it does not come "),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Perturbed:
    """A false sentence and how it came to be false."""

    kind: str
    text: str


def perturb(sentence: str, facts: Facts, others: Sequence[Product], chance: random.Random) -> list[Perturbed]:
    """One false sentence of every kind that applies. `others`: products of the catalogue to borrow from."""
    made = ((kind, change(sentence, facts, others, chance)) for kind, change in KINDS.items())
    return [Perturbed(kind, text) for kind, text in made if text is not None and text != sentence]


def swapped_value(sentence: str, facts: Facts, others: Sequence[Product], chance: random.Random) -> str | None:
    """Another value of the same attribute in the catalogue: olive green -> red."""
    for name, value in _values_said(sentence, facts, chance):
        new = [v for v in _values_elsewhere(name, others) if not _is_own_value(v, facts)]
        if new:
            return _replace(sentence, value, chance.choice(new))
    return None


def wrong_attribute(sentence: str, facts: Facts, others: Sequence[Product], chance: random.Random) -> str | None:
    """The value stays and is said of another attribute: "its material is black"."""
    stated = {n: shown(v) for n, v in facts.product.attributes.items() if not isinstance(v, bool)}
    said = [n for n in stated if _holds(sentence, f"its {n}") or _holds(sentence, f"the {n}")]
    changes = [(o, n) for o in said for n in stated if stated[o] != stated[n] and not _holds(sentence, n)]
    return _first_change(_shuffled(changes, chance), sentence)


def wrong_product(sentence: str, facts: Facts, others: Sequence[Product], chance: random.Random) -> str | None:
    """Every value that the sentence gives, of one other product: what a mixed-up page would say."""
    for other in _shuffled(others, chance)[:20]:
        if other.id == facts.product.id:
            continue
        said = sentence
        for name, value in _values_said(sentence, facts, chance):
            theirs = [v for v in _values_elsewhere(name, [other]) if not _is_own_value(v, facts)]
            if theirs:
                said = _replace(said, value, theirs[0])
        for name, quantity in facts.quantities.items():
            theirs_q = next((v for n, v in other.attributes.items() if fold(n) == name), None)
            if str(quantity) in said and isinstance(theirs_q, Quantity) and not _is_own_amount(theirs_q, facts):
                said = said.replace(str(quantity), str(theirs_q), 1)
        price, own = other.price, facts.product.price
        if price is not None and own is not None and abs(price - own) >= 0.01 and _is_free_price(price, facts):
            said = said.replace(money(own, facts.product.currency), money(price, facts.product.currency), 1)
        if said != sentence:
            return said
    return None


def wrong_unit(sentence: str, facts: Facts, others: Sequence[Product], chance: random.Random) -> str | None:
    """2.8 kg -> 2.8 g."""
    for match in _shuffled(list(NUMBER.finditer(sentence)), chance):
        unit, value = match["unit"] or "", read_number(match["value"])
        slips = _UNIT_SLIPS.get(fold(unit), ())
        if not slips or value is None or _in_name(match.start(), sentence, facts):
            continue
        new = chance.choice(slips)
        if _is_own_amount(Quantity(value, new), facts) or _is_wished(value, new, facts):
            continue
        return f"{sentence[: match.start('unit')]}{new}{sentence[match.end('unit') :]}"
    return None


def wrong_number(sentence: str, facts: Facts, others: Sequence[Product], chance: random.Random) -> str | None:
    """Any number but a price: a measure, a rating, how many rated."""
    for match in _shuffled(list(NUMBER.finditer(sentence)), chance):
        value = read_number(match["value"])
        before = sentence[: match.start()].rstrip()
        is_scale = re.search(r"\bout of$", before) is not None
        if value is None or is_scale or before.endswith(tuple(SYMBOLS.values())):
            continue
        if _in_name(match.start(), sentence, facts) or re.match(
            r"[,.]?\d*\s?[A-Z]{3}\b", sentence[match.end("value") :]
        ):
            continue
        unit = fold(match["unit"] or "")
        new = _another_number(value, chance)
        if unit == "out" or "rat" in fold(before)[-12:]:
            new = round(min(max(value + chance.choice((-0.7, -0.4, 0.3, 0.6)), 0.5), 5.0), 1)
        own = [q.value for q in facts.quantities.values()]
        if new == value or _is_own_amount(Quantity(new, unit), facts) or _is_wished(new, unit, facts):
            continue
        if any(abs(new - v) < 1e-9 for v in own) or new in (facts.product.rating, facts.product.rating_count):
            continue
        spelled = f"{new:,.0f}" if float(new).is_integer() else f"{new:g}"
        return f"{sentence[: match.start('value')]}{spelled}{sentence[match.end('value') :]}"
    return None


def wrong_price(sentence: str, facts: Facts, others: Sequence[Product], chance: random.Random) -> str | None:
    """The product's price, another amount."""
    price, currency = facts.product.price, facts.product.currency
    if price is None or money(price, currency) not in sentence:
        return None
    for _ in range(8):
        new = round(price * chance.choice((0.5, 0.8, 0.9, 1.1, 1.25, 2.0)) + chance.choice((0.0, 1.0, -1.0)), 2)
        if new > 0 and _is_free_price(new, facts):
            return sentence.replace(money(price, currency), money(new, currency), 1)
    return None


def wrong_name(sentence: str, facts: Facts, others: Sequence[Product], chance: random.Random) -> str | None:
    """Another product's name or brand."""
    own = facts.product
    for other in _shuffled(others, chance)[:20]:
        if fold(other.title) == fold(own.title) or other.id == own.id:
            continue
        if own.brand and other.brand and fold(other.brand) != fold(own.brand) and _holds(sentence, own.brand):
            if not set(stems_of(fold(other.brand))) <= facts.title_stems:
                return _replace(sentence, own.brand, other.brand)
            continue
        name = other.title.split(",")[0].strip()
        if set(stems_of(fold(name))) <= facts.title_stems or _holds(own.title, name):
            continue
        if sentence.startswith("It "):
            return f"The {name} {sentence[3:]}"
    return None


def dropped_negation(sentence: str, facts: Facts, others: Sequence[Product], chance: random.Random) -> str | None:
    """ "It is not machine washable" -> "It is machine washable"; what is silent is said to be stated."""
    return _first_change(_DROPS, sentence)


def added_negation(sentence: str, facts: Facts, others: Sequence[Product], chance: random.Random) -> str | None:
    """What is so is denied; only where nothing is denied yet."""
    if DENIAL.search(fold(sentence)) or SILENCE.search(fold(sentence)):
        return None
    return _first_change(_NEGATIONS, sentence)


def invented_feature(sentence: str, facts: Facts, others: Sequence[Product], chance: random.Random) -> str | None:
    """A yes/no attribute of other products that this listing does not claim."""
    known = (
        facts.title_stems | facts.attribute_stems | {s for n, yes in facts.flags.items() if yes for s in stems_of(n)}
    )
    names = {n for p in others for n, v in p.attributes.items() if v is True and not facts.flags.get(fold(n), False)}
    free = sorted(n for n in names if not set(stems_of(fold(n))) <= known)
    if not free:
        return None
    said = worded_fact(chance.choice(free), True).rstrip(".")
    return f"{_open_end(sentence)}, and {said[0].lower()}{said[1:]}."


def puffery(sentence: str, facts: Facts, others: Sequence[Product], chance: random.Random) -> str | None:
    """Praise that nothing states."""
    return f"{_open_end(sentence)}, {chance.choice(_PUFFERY)}."


def invented_promise(sentence: str, facts: Facts, others: Sequence[Product], chance: random.Random) -> str | None:
    """Delivery, returns, reductions, cures: none of a kind that the listing's attributes speak of."""
    stated = fold(" ".join([*facts.names, *facts.flags, *(v for vs in facts.texts.values() for v in vs)]))
    free = [text for about, text in _PROMISES if not any(word in stated for word in about.split())]
    return f"{_open_end(sentence)}, {chance.choice(free)}." if free else None


def missed_as_met(sentence: str, facts: Facts, others: Sequence[Product], chance: random.Random) -> str | None:
    """A wish that is missed, worded as if it were met."""
    if not any(r.contribution < 0 for r in facts.reasons):
        return None
    over = re.search(rf"[^\s]*{AMOUNT}(?: [A-Z]{{3}})? over your (?:limit|budget)", sentence)
    if over:
        return f"{sentence[: over.start()]}within your limit{sentence[over.end() :]}"
    for pattern, met in (
        (r",? (?:while|although|though|whereas|but) you (?:asked for|wanted|want) [^.;]+?(?=[.;]|$)", ", as you asked"),
        (r"^The listing does not say whether it (is|has) ([^.]+?)\.$", r"It \1 \2, as you asked."),
        (r"\b(It|it) (?:has no|lacks) ([^.,]+)", r"\1 has \2, as you asked"),
        (r"\b(It|it) is not ([^.,]+)", r"\1 is \2, as you asked"),
    ):
        changed = re.sub(pattern, met, sentence, count=1)
        if changed != sentence:
            return changed
    return None


def wrong_comparison(sentence: str, facts: Facts, others: Sequence[Product], chance: random.Random) -> str | None:
    """The wrong side of the shop's average, or a place among the products shown that it does not have."""
    for right, wrong in (("above the average", "below the average"), ("below the average", "above the average")):
        if right in sentence:
            return sentence.replace(right, wrong, 1)
    prices = [p.price for p in facts.page]
    own = facts.product.price
    if not prices or own is None or any(p is None for p in prices):
        return None
    known = [p for p in prices if p is not None]
    false = [
        side for side, holds in (("cheapest", own < min(known)), ("most expensive", own > max(known))) if not holds
    ]
    if any(p.currency != facts.product.currency for p in facts.page) or not false:
        return None
    return f"{_open_end(sentence)}, and it is the {chance.choice(false)} of the {len(known) + 1}."


KINDS: Mapping[str, Kind] = {
    "wrong attribute": wrong_attribute,
    "swapped value": swapped_value,
    "wrong product": wrong_product,
    "wrong unit": wrong_unit,
    "wrong number": wrong_number,
    "wrong price": wrong_price,
    "wrong name": wrong_name,
    "dropped negation": dropped_negation,
    "added negation": added_negation,
    "invented feature": invented_feature,
    "puffery": puffery,
    "invented promise": invented_promise,
    "missed as met": missed_as_met,
    "wrong comparison": wrong_comparison,
}


def _values_said(sentence: str, facts: Facts, chance: random.Random) -> list[tuple[str, str]]:
    """(folded attribute, value as it is written) of the product's own texts in the sentence, outside quotations."""
    unquoted = re.sub(r"“[^”]*”", " ", sentence)
    stated = {n: (v,) if isinstance(v, str) else v for n, v in facts.product.attributes.items()}
    lists = {fold(name): value for name, value in stated.items() if isinstance(value, tuple)}
    found = [(name, item) for name, items in lists.items() for item in items if _holds(unquoted, item)]
    return _shuffled(sorted(found, key=lambda pair: -len(pair[1])), chance)


def _values_elsewhere(name: str, others: Sequence[Product]) -> list[str]:
    """Values of an attribute, sorted, so that the same seed draws the same."""
    found: set[str] = set()
    for product in others:
        value = next((v for n, v in product.attributes.items() if fold(n) == name), None)
        found.update((value,) if isinstance(value, str) else value if isinstance(value, tuple) else ())
    return sorted(v for v in found if 0 < len(v) <= 40)


def _is_own_value(value: str, facts: Facts) -> bool:
    """Whether the product could be said to have it, wherever: in another attribute, as part of a value, in its name."""
    said = set(stems_of(fold(value)))
    held = [set(stems_of(v)) for values in facts.texts.values() for v in values]
    own = [*held, set(facts.title_stems), *(set(stems_of(n)) for n, yes in facts.flags.items() if yes)]
    return not said or any(said <= stems or stems <= said for stems in own if stems)


def _is_own_amount(quantity: Quantity, facts: Facts) -> bool:
    return any(
        is_same(quantity.value, quantity.unit, own)
        or (quantity.value == own.value and (not own.unit or to_base(1.0, own.unit) == to_base(1.0, quantity.unit)))
        for own in facts.quantities.values()
    )


def _is_wished(value: float, unit: str, facts: Facts) -> bool:
    bounds = [
        (c.test, b) for c in facts.constraints if c.test is not None for b in (c.low, c.high, c.test.low, c.test.high)
    ]
    return any(b is not None and is_same(value, unit or t.unit, Quantity(b, t.unit)) for t, b in bounds)


def _is_free_price(price: float, facts: Facts) -> bool:
    """Neither its own price, nor a bound of the shopper's, nor the gap between the two."""
    own = facts.product.price or 0.0
    bounds = [b for c in facts.constraints if c.kind == "price" for b in (c.low, c.high) if b is not None]
    return all(abs(price - taken) >= 0.01 for taken in (own, *bounds, *(abs(own - b) for b in bounds)))


def _another_number(value: float, chance: random.Random) -> float:
    digits = 0 if float(value).is_integer() else 1
    new = chance.choice((value * 2, value + 1, value * 1.5 + 1, max(value - 1, 1), value * 10, value * 1.1 + 1))
    return round(new, digits)


def _holds(sentence: str, said: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(said)}(?!\w)", sentence, re.IGNORECASE) is not None


def _replace(sentence: str, old: str, new: str) -> str:
    """The last place, where a fact stands rather than a name."""
    places = list(re.finditer(rf"(?<!\w){re.escape(old)}(?!\w)", sentence, re.IGNORECASE))
    return f"{sentence[: places[-1].start()]}{new}{sentence[places[-1].end() :]}" if places else sentence


def _in_name(place: int, sentence: str, facts: Facts) -> bool:
    """Whether a number is part of a name, where another would be another name."""
    titles = [t for full in (facts.product.title, *facts.past_titles) for t in (full, full.split(",")[0])]
    spans = [m.span() for t in titles if t for m in re.finditer(re.escape(t), sentence, re.IGNORECASE)]
    quotes = [m.span() for m in re.finditer(r"“[^”]*”", sentence)]
    return any(start <= place < end for start, end in (*spans, *quotes))


def _first_change(changes: Sequence[tuple[str, str]], sentence: str) -> str | None:
    for pattern, new in changes:
        changed = re.sub(pattern, new, sentence, count=1)
        if changed != sentence:
            return changed
    return None


def _open_end(sentence: str) -> str:
    return sentence.rstrip().rstrip(".!")


def _shuffled(items: Sequence[T], chance: random.Random) -> list[T]:
    return chance.sample(list(items), len(items))
