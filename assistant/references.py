"""Which products a message points at: by place, by name, by what sets one apart on the page, by "it".

Reads the page, the product last spoken of, and what the shop's products are called; knows nothing of why they
are pointed at. `naming` finds a product from a name alone; here the name stands somewhere in a message.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from rapidfuzz.distance import DamerauLevenshtein

from assistant.english import is_english
from assistant.phrases import COMPARATIVES, COUNTED, SUPERLATIVES
from assistant.vocabulary import Vocabulary
from retrieval.comparison import model_key
from retrieval.text import STOP_WORDS, fold, stem, words
from retrieval.types import Product, Quantity
from retrieval.units import to_base

How = Literal["", "place", "name", "pick", "pronoun"]

_COUNTED = (*COUNTED, "eleventh", "twelfth")
_PLACES = {
    **{word: n for n, word in enumerate(_COUNTED)},
    **{f"{n}{'st' if n == 1 else 'nd' if n == 2 else 'rd' if n == 3 else 'th'}": n - 1 for n in range(1, 13)},
    "last": -1,
}
_PLACE = rf"(?:{'|'.join(_PLACES)})"
_NUMBER = {"two": 2, "three": 3, "four": 4, "2": 2, "3": 3, "4": 4}
_THING = r"(?:ones?|products?|items?|options?|choices?|results?)"

# "the first" alone, not "the first aid kit": what follows must be a verb, a joint or the end.
_FOLLOWS = (
    r"(?=\s*(?:$|[,.;:!?)]|'s\b|(?:and|or|but|in|with|is|has|does|than|please|from|on|instead|looks|would|seems|was|vs|"
    r"versus|to|against|for|too|also|come|comes|have|fit|fits|if|because|then|not|only|you|above|below|better|again|"
    r"made|will|can|are|do|it|look|a bit|weigh|weighs|cost|costs|i)\b))"
)
_SPANS: tuple[tuple[re.Pattern[str], Literal["leading", "trailing", "others"]], ...] = (
    (re.compile(rf"\bthe first (?P<n>two|three|four|[234])\b(?: {_THING})?"), "leading"),
    (re.compile(rf"\bthe last (?P<n>two|three|[23])\b(?: {_THING})?"), "trailing"),
    (re.compile(rf"\bthe other (?P<n>two|three|[23])\b(?: {_THING})?"), "others"),
)
_ONE = re.compile(
    rf"(?:\bthe )?\b(?P<word>{_PLACE}) {_THING}\b|\bthe (?P<bare>{_PLACE})\b{_FOLLOWS}"
    rf"|^(?:and |so |but )?(?:is|does|can|has|will|would|could|did|was) the (?P<asked>{_PLACE})\b(?! (?:aid|time)\b)"
    rf"|(?:\b(?:number|no\.?|nr\.?|option|product|item) ?|#)(?P<digit>10|[1-9])\b(?!\s?[%$€£.\d])"
    rf"|\b(?:number|option|product|item) (?P<spelled>one|two|three|four|five|six)\b"
)
_LIST = re.compile(
    rf"(?P<one>{_PLACE}|(?<![\d.$€£])[1-9])"
    rf"(?P<more>(?:(?: ?, ?| and | or | vs\.? | versus | with | to | & )(?:and |the )*"
    rf"(?:{_PLACE}|[1-9])(?![\d.]| ?[a-z\"]{{1,3}}\b(?<! and)))+)\b"
)
_SPELLED = {"one": 0, "two": 1, "three": 2, "four": 3, "five": 4, "six": 5}
_PICKED = re.compile(r"\bthe (?P<what>[a-z][\w -]{1,40}?) (?:one|model|version)\b")
_ONE_OF = re.compile(r"\b(?:it|its|it's|this one|that one|this|that)\b")
_ALL_OF = re.compile(
    r"\b(?:they|them|these|those|both|all of (?:them|these|those)|all (?:three|two|four)|each(?: of them)?|"
    r"any of (?:them|these|those))\b"
)
_PAIR = re.compile(
    r"\b(?:of|between) (?:the|those|these) (?:two|2|three|3)\b|\b(?:those|these|the) (?:two|2)\b|\bboth\b"
)
_SAME = re.compile(
    r"\b(?:the )?same(?: (?:one|model|thing|product))?\b"
    r"(?! (?:for|with|budget|price|limit|colou?r|size|brand|make|maker|material|wishes|requirements|criteria|\$))"
)
_EARLIER = re.compile(r"\b(?:earlier|before|previously|previous (?:page|ones)|at the (?:start|beginning))\b")
_SLIP_LENGTH = 5
"""Letters from which a name may have one slip: "Tasny" is Tansy, "Oro" is not Ora."""


@dataclass(frozen=True, slots=True)
class Names:
    """What the shop's products are called."""

    by_name: Mapping[tuple[str, ...], tuple[str, ...]]
    """(brand words, the word after) -> ids of its products: ("brindle", "tansy")."""
    lone: Mapping[str, tuple[tuple[str, ...], ...]]
    """The word after the brand -> the names it ends, where it means nothing else in this shop."""
    ids: Mapping[str, str]
    """Folded id -> id."""
    look_up: Callable[[Sequence[str]], Mapping[str, Product]]
    """The products with these ids; those that have left the catalogue are left out."""

    def products(self, ids: Iterable[str]) -> tuple[Product, ...]:
        """In the order given, each once."""
        wanted = list(dict.fromkeys(ids))
        known = self.look_up(wanted) if wanted else {}
        return tuple(known[id] for id in wanted if id in known)


@dataclass(frozen=True, slots=True)
class Refs:
    """What a message points at."""

    products: tuple[Product, ...] = ()
    how: How = ""
    text: str = ""
    """The message, with what points at one product of the page said by its place: "the second one"."""
    problem: Literal["", "out_of_range", "ambiguous"] = ""
    said: str = ""
    """The words that pointed."""


def build_names(
    products: Iterable[Product],
    vocabulary: Vocabulary,
    look_up: Callable[[Sequence[str]], Mapping[str, Product]],
) -> Names:
    """Reads the names off the titles: the brand and the word after it, or the first two words. Keeps ids alone: whole
    products took 67 MB of 19,000.
    """
    by_name: dict[tuple[str, ...], list[str]] = defaultdict(list)
    ids: dict[str, str] = {}
    for product in products:
        if any(c.isdigit() for c in product.id) and len(product.id) >= 4:
            ids[fold(product.id)] = product.id
        name = _name(product)
        if len(name) >= 2:
            by_name[name].append(product.id)
    lone: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for name in by_name:
        word = name[-1]
        if len(word) >= 4 and word.isalpha() and not vocabulary.meanings([stem(word)]) and word not in STOP_WORDS:
            lone[word].append(name)
    return Names(
        {name: tuple(found) for name, found in by_name.items()},
        {word: tuple(found) for word, found in lone.items() if len(found) <= 3},
        ids,
        look_up,
    )


def _name(product: Product) -> tuple[str, ...]:
    title, brand = words(product.title), words(product.brand)
    count = len(brand) + 1 if brand and title[: len(brand)] == brand else 2
    return tuple(title[:count])


def referred(
    message: str,
    page: Sequence[Product],
    focus: Sequence[Product],
    earlier: Sequence[Product],
    names: Names,
    vocabulary: Vocabulary,
) -> Refs:
    """The products a message points at; `page` is what stands on it, `earlier` what the page before showed."""
    text = fold(message).replace("’", "'")
    found = _by_id(text, page, names)
    if found.products:
        return found
    shelf = earlier if earlier and _EARLIER.search(text) else page
    for pattern, which in _SPANS:
        match = pattern.search(text)
        if match and shelf:
            count = _NUMBER[match["n"]]
            rest = [p for p in shelf if p not in focus] if focus else list(shelf[1:])
            picked = {"leading": list(shelf[:count]), "trailing": list(shelf[-count:]), "others": rest[:count]}[which]
            return Refs(tuple(picked), "place", text, said=match.group())
    places = _places(text)
    if places is not None:
        span, wanted = places
        if not shelf:
            return Refs(text=text, problem="out_of_range", said=text[span[0] : span[1]])
        if any(not -len(shelf) <= n < len(shelf) for n in wanted):
            return Refs(text=text, problem="out_of_range", said=text[span[0] : span[1]])
        picked = [shelf[n] for n in wanted]
        return Refs(_once(picked), "place", text, said=text[span[0] : span[1]])
    picked_by = _picked(text, page)
    if picked_by is not None:
        return picked_by
    named = _named_on_page(text, page, names, vocabulary) or _named_in_shop(text, page, names)
    if named is not None:
        return named
    alone = focus[0] if len(focus) == 1 else page[0] if len(page) == 1 else None
    if _SAME.search(text) and alone is not None:
        return Refs((alone,), "pronoun", _placed(text, _SAME, page, alone), said="the same")
    if len(focus) > 1 and _PAIR.search(text):
        return Refs(tuple(focus), "pronoun", text, said="those")
    if page and _ALL_OF.search(text):
        return Refs(tuple(page), "pronoun", text, said="these")
    if page and _ONE_OF.search(text):
        return Refs((alone,) if alone is not None else tuple(focus or page), "pronoun", text, said="it")
    return Refs(text=text)


def _by_id(text: str, page: Sequence[Product], names: Names) -> Refs:
    said = [word.rstrip(".:'") for word in re.findall(r"[^\s,;!?()\"“”]+", text)]
    found = names.products(names.ids[word] for word in said if word in names.ids)
    if not found:
        return Refs()
    placed = text
    for product in found:
        if product in page:
            placed = placed.replace(fold(product.id), _place_of(page, product))
    return Refs(found, "name", placed, said=found[0].id)


def _once(products: Iterable[Product]) -> tuple[Product, ...]:
    return tuple({p.id: p for p in products}.values())


def _places(text: str) -> tuple[tuple[int, int], tuple[int, ...]] | None:
    """(the stretch, the places from 0; -1 is the last) of "the first and the third", "2 and 3", "#2"."""
    match = _LIST.search(text)
    if match and (re.search(_PLACE, match.group()) or re.search(r"\bcompare\b|\bvs\b|\bversus\b|\bnumbers?\b", text)):
        said = re.findall(rf"{_PLACE}|[1-9]", match.group())
        return match.span(), tuple(_PLACES[w] if w in _PLACES else int(w) - 1 for w in said)
    found = list(_ONE.finditer(text))
    if not found:
        return None
    wanted = [
        _PLACES[w]
        if (w := m["word"] or m["bare"] or m["asked"])
        else _SPELLED[m["spelled"]]
        if m["spelled"]
        else int(m["digit"]) - 1
        for m in found
    ]
    return found[0].span(), tuple(dict.fromkeys(wanted))


def _picked(text: str, page: Sequence[Product]) -> Refs | None:
    """ "the red one", "the cheaper one": what is so of one product of the page alone."""
    match = _PICKED.search(text)
    if match is None or not page:
        return None
    what = match["what"]
    if what in _PLACES or what.split()[0] in ("same", "other", "right", "only", "next", "new", "best", "wrong"):
        return None
    extreme = COMPARATIVES.get(what) or SUPERLATIVES.get(what)
    if extreme is not None:
        best = _extreme(page, *extreme)
        return None if best is None else Refs((best,), "pick", _placed(text, _PICKED, page, best), said=match.group())
    asked = {stem(w) for w in words(what)} - STOP_WORDS
    holding = [p for p in page if asked and asked <= _told(p)]
    if len(holding) == 1:
        return Refs((holding[0],), "pick", _placed(text, _PICKED, page, holding[0]), said=match.group())
    if len({model_key(p) for p in holding}) > 1:
        return Refs(tuple(holding), "pick", text, "ambiguous", match.group())
    return None


def _extreme(page: Sequence[Product], attributes: Sequence[str], direction: int) -> Product | None:
    for attribute in attributes:
        measure: Callable[[Product], float | None]
        if attribute == "price":
            measure = _price
        else:

            def measure(p: Product, attribute: str = attribute) -> float | None:
                value = p.attributes.get(attribute)
                return to_base(value.value, value.unit)[0] if isinstance(value, Quantity) else None

        stated = [(value, p) for p in page if (value := measure(p)) is not None]
        if len(stated) > 1:
            return min(stated, key=lambda s: direction * -s[0])[1]
    return None


def _price(product: Product) -> float | None:
    return product.price


def _told(product: Product) -> set[str]:
    """Stems of what one can call a product by: title, brand, and its values in words."""
    values = [
        v if isinstance(v, str) else " ".join(v) for v in product.attributes.values() if isinstance(v, str | tuple)
    ]
    flags = [name for name, value in product.attributes.items() if value is True]
    return {stem(w) for w in words(" ".join((product.title, product.brand, *values, *flags)))}


def _named_on_page(text: str, page: Sequence[Product], names: Names, vocabulary: Vocabulary) -> Refs | None:
    """ "the Tansy": a word of one product's name that no other on the page has and that means nothing else."""
    own: dict[str, list[Product]] = defaultdict(list)
    for product in page:
        *brand, model = _name(product) or ("",)
        called = [model, *(word for word in brand if re.search(rf"\bthe {re.escape(word)}\b(?: one\b|[?.,!]|$)", text))]
        for word in dict.fromkeys(called):
            if len(word) >= 3 and word not in STOP_WORDS and not word.isdigit():
                own[word].append(product)
    hits: dict[str, tuple[Product, str]] = {}
    for said in re.findall(r"[^\W_]+", text):
        known = own.get(said) or next(
            (
                products
                for word, products in own.items()
                if len(word) >= _SLIP_LENGTH
                and len(said) >= _SLIP_LENGTH
                and said[0] == word[0]
                and said not in STOP_WORDS
                and DamerauLevenshtein.distance(said, word) == 1
                and not vocabulary.meanings([stem(said)])
            ),
            None,
        )
        if not known or len({p.id for p in known}) != 1:
            continue
        meanings = vocabulary.meanings([stem(said)])
        if any(m.kind in ("category", "value", "flag", "attribute") for m in meanings):
            continue
        hits.setdefault(known[0].id, (known[0], said))
    if not hits:
        return None
    found = tuple(product for product, _ in hits.values())
    better = _named_in_shop(text, page, names) if len(found) == 1 else None
    if better is not None and not better.problem and found[0] not in better.products:
        spoken = set(words(text))
        if _shared(better.products[0], spoken) > _shared(found[0], spoken):
            return better  # "the Greenway in grey", and the page has the brown one
    placed = text
    for product, said in hits.values():
        match = re.search(rf"(?:\bthe )?(?:\b[\w']+ )?\b{re.escape(said)}\b(?: one)?", placed)
        if match:
            end = match.end() + _rest_of_name(product, said, placed[match.end() :])
            placed = placed[: match.start()] + _name_placed(match.group(), page, product) + placed[end:]
    return Refs(found, "name", placed, said=next(iter(hits.values()))[1])


def _rest_of_name(product: Product, said: str, after: str) -> int:
    """How many letters of what follows go on with the product's title: " kettle" after "the oakley plain"."""
    title = words(product.title)
    rest = title[title.index(said) + 1 :] if said in title else []
    length = 0
    for word in rest:
        match = re.match(rf" {re.escape(word)}\b", after[length:])
        if match is None:
            break
        length += match.end()
    return length


def _name_placed(said: str, page: Sequence[Product], product: Product) -> str:
    """The stretch with the name replaced; a word before it stays unless it belongs to the name."""
    before = said.split()[:-1]
    kept = [w for w in before if w not in ("the", "one") and w not in _name(product)]
    return " ".join((*kept, _place_of(page, product)))


def _named_in_shop(text: str, page: Sequence[Product], names: Names) -> Refs | None:
    """A product of the shop called by brand and name, or by its name alone after "the"."""
    said = words(text)
    keys: list[tuple[str, ...]] = []
    for i in range(len(said)):
        keys.extend(key for length in (4, 3, 2) if (key := tuple(said[i : i + length])) in names.by_name)
        pointed = bool({"the", "that", "this"} & set(said[max(0, i - 5) : i]))
        if not keys and said[i] in names.lone and (pointed or not is_english(said[i])):
            keys.extend(names.lone[said[i]])
    if not keys:
        return None
    spoken = set(said)
    products = names.products(id for key in dict.fromkeys(keys) for id in names.by_name[key])
    if not products:
        return None
    most = max(_shared(p, spoken) for p in products)
    best = [p for p in products if _shared(p, spoken) == most]
    kinds = {p.category[-1:] for p in page}
    best = [p for p in best if p.category[-1:] in kinds] or best  # a name may be that of a tent and of a kettle
    models = {model_key(p) for p in best}
    if len(models) > 1:
        return Refs(tuple(best), "name", text, "ambiguous", " ".join(keys[0]))
    return Refs(tuple(best), "name", text, said=" ".join(keys[0]))


def _shared(product: Product, spoken: set[str]) -> int:
    return len(spoken & set(words(product.title)))


def _place_of(page: Sequence[Product], product: Product) -> str:
    return f"the {_COUNTED[page.index(product)]} one" if product in page else product.title


def _placed(text: str, pattern: re.Pattern[str], page: Sequence[Product], product: Product) -> str:
    return pattern.sub(f"{_place_of(page, product)} ", text, count=1).strip() if product in page else text
