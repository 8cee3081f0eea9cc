"""How the simulated shopper talks: sentences written by hand, what things are called, and slips of the finger.

Built from everyday English and the catalogue's own values, never from the words that the assistant knows.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from random import Random

from retrieval.text import fold
from retrieval.types import Product, Quantity

OPENINGS = (
    "I'm looking for {what}", "looking for {what}", "do you have {what}?", "I need {what}", "{what}", "{what} please",
    "hi, I want to buy {what}", "show me {what}", "can you recommend {what}", "we need {what}",
)  # fmt: skip
BUDGETS = (
    "under {limit}",
    "up to {limit}",
    "below {limit}",
    "max {limit}",
    "my budget is {limit}",
    "for less than {limit}",
)
VALUES = ("{fact} please", "{fact}", "{fact}?", "do you have it {fact}", "I'd like it {fact}", "it should be {fact}",
          "something {fact}", "{fact} would be better", "ok but {fact}")  # fmt: skip
COMPARISONS = ("{word}", "{word} please", "anything {word}?", "do you have something {word}", "a bit {word}",
               "can you show me {word} ones", "hm, {word} would be good")  # fmt: skip
TOO = ("{word}", "that's {word}", "these are {word}", "all {word} for me", "hm, {word}")
THAN = ("{word} than the {place}", "something {word} than the {place} one", "{word} than the {place} please")
NOT_BRAND = ("not {name}", "no {name} please", "anything but {name}", "I don't like {name}", "not from {name}")
NOT_VALUE = ("not {value}", "no {value} please", "I don't want {value}", "anything but {value}")
BRANDS = (
    "from {name}",
    "by {name}",
    "I'd prefer {name}, show me theirs",
    "only {name}",
    "what do you have from {name}",
)
MORE = (
    "something else",
    "show me more",
    "other options?",
    "what else do you have",
    "any others?",
    "not these, others please",
)
LIKE = ("more like the {place}, but {fact}", "like the {place} one but {fact}", "the {place} is nice, but {fact}",
        "I like the {place}, can I have it {fact}")  # fmt: skip
CORRECTIONS = ("actually {fact}", "sorry, I meant {fact}", "no wait, {fact} instead", "I changed my mind, {fact}",
               "{fact} instead")  # fmt: skip
RELAXATIONS = (
    "any {name} will do",
    "the {name} doesn't matter",
    "forget the {name}, any is fine",
    "{name} is not so important",
)
NO_BUDGET = ("price doesn't matter after all", "I can spend more", "forget the budget", "the budget is not important")
ANSWERS = ("{fact}", "{fact} please", "I'd say {fact}", "{fact} I think")

PLACES = ("first", "second", "third", "fourth", "fifth", "sixth")

# attribute -> (said where the target has less, "too ..." of what is shown; the same where it has more)
DIRECTIONS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    "price": (("cheaper", "less expensive"), ("too expensive", "too much money"), (), ()),  # nobody minds it cheap
    "weight": (("lighter",), ("too heavy",), ("heavier",), ("too light",)),
    "capacity": (("smaller",), ("too big",), ("bigger", "larger"), ("too small",)),
    "noise level": (("quieter",), ("too loud", "too noisy"), ("louder",), ()),
    "screen size": (("smaller",), ("too big",), ("bigger", "larger"), ("too small",)),
    "display diagonal": (("smaller",), ("too big",), ("bigger", "larger"), ("too small",)),
    "brightness": (("dimmer",), ("too bright",), ("brighter",), ("not bright enough",)),
    "power": (("less powerful",), (), ("more powerful", "stronger"), ("too weak",)),
    "battery life": ((), (), ("with a longer battery life", "longer lasting"), ()),
    "length": (("shorter",), ("too long",), ("longer",), ("too short",)),
    "cable length": (("shorter",), ("too long",), ("longer",), ("too short",)),
    "height": (("lower", "shorter"), ("too tall",), ("taller", "higher"), ("too low",)),
    "width": (("narrower",), ("too wide",), ("wider",), ("too narrow",)),
    "thickness": (("thinner",), ("too thick",), ("thicker",), ("too thin",)),
}

# What nobody asks a shop assistant for by its value, or what hardly any shopper knows of what they want.
_UNSPOKEN = frozenset(
    (
        "model", "ean", "country of origin", "rohs compliance", "certification", "warranty", "included",
        "wash temperature", "charging time", "operating temperature", "storage temperature", "dimensions wxdxh",
        "processor codename", "stepping", "bluetooth version", "operating relative humidity h h",
        "storage relative humidity h h", "surface coloration",
    )
)  # fmt: skip
# Measures whose number people do say; of the others they compare ("lighter").
_NUMBERED = frozenset(
    (
        "capacity", "pieces", "screen size", "display diagonal", "size", "diameter", "length", "cable length",
        "storage", "memory", "pages", "steps", "internal memory", "total storage capacity", "quantity per pack",
        "blade length", "voltage", "refresh rate", "age",
    )
)  # fmt: skip
_BARE = frozenset(("weight", "capacity", "screen size", "display diagonal", "length", "cable length", "storage"))
"""Measures whose unit says what is meant: "a 2 m cable"."""
_LONGEST = 3  # words of a value that someone types

_ADJECTIVE = re.compile(r"(?:able|ible|proof|less|ing|free|friendly|safe|resistant|ed|repellent)$|^non-")
_NO_KINDS = frozenset(
    """a an and by for from in of on or the to with pc pcs x per cm inch black white gray grey red blue green yellow
    cyan magenta pink orange purple brown beige silver gold clear compatible equivalent original pages sheets""".split()
)
"""Small words of titles that name no kind of thing."""


def spoken(name: str, value: object) -> bool:
    """Whether a fact is one that people ask for."""
    if fold(name) in _UNSPOKEN or value is False or len(name.split()) > _LONGEST - 1:
        return False  # "connector contacts plating" is the catalogue's word, not a shopper's
    if isinstance(value, str):
        # A code ("C7100/C7300") is nothing that people want for its own sake.
        return 0 < len(value.split()) <= _LONGEST and not re.search(r"\w*\d\w*[/,;]", value)
    return isinstance(value, bool) or (isinstance(value, Quantity) and value.unit != "")


def by_value(name: str, value: object) -> bool:
    """Whether people say the value itself. Of most measures they know no number: they compare ("lighter")."""
    return not isinstance(value, Quantity) or fold(name) in _NUMBERED


def phrase(name: str, value: object) -> str:
    """A fact as one types it: "in green", "with hood", "for hiking", "size 42", "2.8 kg"."""
    key = fold(name)
    if isinstance(value, bool):
        if _ADJECTIVE.search(key):
            return name.lower()
        return f"with {name.lower()}"
    if isinstance(value, Quantity):
        amount = f"{value.value:g} {value.unit}"
        if value.unit in ("persons", "pieces"):
            return f"for {amount}" if value.unit == "persons" else amount
        return amount if key in _BARE else f"{amount} {name.lower()}"
    if key == "brand":
        return f"from {value}"
    text = str(value).lower()
    if key.endswith(("colour", "colours")):
        return f"in {text}"
    patterns = {"material": "made of {}", "use": "for {}", "size": "size {}", "gender": "for {}",
                "compatible with": "for {}", "brand compatibility": "for {}", "type": "{}", "age": "for {}",
                "season": "for {}" if " " not in text and "-" not in text else "{}"}  # fmt: skip
    # "Laser printing print technology" says it twice.
    repeats = {w[:5] for w in key.split()} & {w[:5] for w in fold(text).split()}
    return patterns.get(key, "{}" if repeats else "{} " + name.lower()).format(text)


def slipped(text: str, chance: Random, rate: float) -> str:
    """The text with slips of the finger: of its longer words, a share of `rate` has two letters swapped, one
    missing, one doubled, or a key beside the right one.
    """

    def slip(match: re.Match[str]) -> str:
        word = match[0]
        if chance.random() >= rate:
            return word
        at = chance.randrange(1, len(word) - 1)
        kind = chance.randrange(4)
        if kind == 0:
            return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        if kind == 1:
            return word[:at] + word[at + 1 :]
        if kind == 2:
            return word[:at] + word[at] + word[at:]
        return word[:at] + _beside(word[at], chance) + word[at + 1 :]

    return re.sub(r"[a-zA-Z]{5,}", slip, text)


_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


def _beside(letter: str, chance: Random) -> str:
    row = next((r for r in _ROWS if letter.lower() in r), letter)
    at = row.find(letter.lower())
    near = [row[i] for i in (at - 1, at + 1) if 0 <= i < len(row)]
    return chance.choice(near) if near else letter


def one_of(kind: str) -> str:
    """ "rain jackets" -> "a rain jacket"; what is sold in pairs or by its own plural stays."""
    head = kind.split()[-1]
    if head in (
        "shoes",
        "boots",
        "slippers",
        "gloves",
        "trousers",
        "headphones",
        "earbuds",
        "poles",
        "shears",
        "lights",
    ):
        return kind
    for ending, instead in (("ches", "ch"), ("shes", "sh"), ("ies", "y"), ("ss", "ss"), ("knives", "knife"), ("s", "")):
        if kind.endswith(ending):
            kind = kind[: -len(ending)] + instead
            break
    return f"{'an' if kind[:1] in 'aeiou' else 'a'} {kind}"


def kinds_of(products: Iterable[Product]) -> dict[str, str]:
    """Product id -> what kind of thing it is, in everyday words; products whose kind cannot be told are left out.

    The narrowest category; where a shop has none, the last run of small words in a title ("Xerox 006R90321 toner
    cartridge Original Black"), if that run stands in the titles of many products of more than one brand.
    """
    kinds: dict[str, str] = {}
    runs: dict[str, str] = {}
    brands: dict[str, set[str]] = defaultdict(set)
    for product in products:
        if product.category:
            kinds[product.id] = _plain(product.category[-1])
        elif run := _run(product.title):
            runs[product.id] = run
            brands[run].add(fold(product.brand))
    counts = Counter(runs.values())
    usual = {run for run, count in counts.items() if count >= _MANY and len(brands[run]) > 1}
    return kinds | {id: run for id, run in runs.items() if run in usual}


_MANY = 15  # products; what stands in fewer titles may be part of a name


def _plain(category: str) -> str:
    return re.split(r"\s*[&/(]", category.lower())[0].strip()


def _run(title: str) -> str:
    found: Sequence[str] = []
    run: list[str] = []
    for word in [*title.split(), "."]:
        if re.fullmatch(r"[a-z]{3,}", word) and word not in _NO_KINDS:
            run.append(word)
            continue
        if run:
            found = found or tuple(run)
        run = []
    return " ".join(found[-3:])
