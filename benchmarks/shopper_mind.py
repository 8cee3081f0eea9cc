"""A simulated shopper: knows one product, asks for its kind, and criticises what is shown until it is there.

What it knows, cares for and will put up with is drawn before the conversation begins; only the choice among critiques
that are true of what is shown depends on the assistant. It never says an id or a title. Critiquing as a way of
finding things: Burke, Hammond and Young, "The FindMe approach to assisted browsing", IEEE Expert 1997.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from benchmarks import shopper_words as say
from benchmarks.shopper_facts import Fact, amount_of, colour_of, facts_of, meets
from retrieval.text import fold
from retrieval.types import Product, Quantity

CARED = (4, 6)
"""How many facts a shopper cares for, from and to."""

_WITH_BUDGET = 0.5
_CHANGES = 0.2  # share of shoppers that begin with a value that they correct in their second message
_GIVES_UP = 0.1  # share that begin with a wish they give up in their second message
_SLIPS = 0.04  # of the words of five letters and more
_SMALL_LETTERS = 0.6


@dataclass(frozen=True, slots=True)
class Said:
    """One message, and what would show that it was heard."""

    kind: str
    """"opening", "value", "comparative", "than", "not brand", ..."""
    text: str
    met: Callable[[Product], bool]
    """Whether a product is as this message asks."""


@dataclass
class Shopper:
    """One shopper; `chance` is its own, so that every assistant meets the same one."""

    target: Product
    kind: str
    cares: tuple[Fact, ...]
    budget: float | None
    wrong: Fact | None
    """What it asks for first and does not want in the end."""
    corrects: bool
    """Whether it then names the right value; otherwise it says that it does not matter."""
    seed: str
    said: list[Said] = field(default_factory=list)
    voiced: list[Fact] = field(default_factory=list)
    """Facts asked for by their value and still wanted."""
    seen: set[str] = field(default_factory=set)

    def is_content(self, page: Sequence[Product]) -> bool:
        """Whether the product is there, or a version of it with everything the shopper cares for."""
        return any(
            p.id == self.target.id or (self._same_model(p) and all(meets(p, f) for f in self.cares)) for p in page
        )

    def keeps(self, product: Product) -> bool:
        """Whether a product is as everything said so far asks."""
        in_budget = self.budget is None or (product.price is not None and product.price <= self.budget)
        return in_budget and all(meets(product, fact) for fact in self.voiced)

    def opening(self) -> Said:
        """The kind of thing, one or two facts, sometimes a budget."""
        chance = self._chance()
        named = [f for f in self.cares if fold(f.name) != "brand" and say.by_value(f.name, f.value)]
        facts = named[: chance.choice((1, 1, 2))]
        if self.wrong is not None:
            facts = [self.wrong, *[f for f in facts if f.name != self.wrong.name][:1]]
        self.voiced = [f for f in facts if f is not self.wrong]
        what = " ".join([say.one_of(self.kind) if chance.random() < 0.7 else self.kind, *(f.said for f in facts)])
        text = chance.choice(say.OPENINGS).format(what=what)
        if self.budget is not None:
            text = f"{text.rstrip('?')}, {chance.choice(say.BUDGETS).format(limit=f'${self.budget:g}')}"
        asked = tuple(facts)
        return self._saying("opening", text, lambda p: all(meets(p, f) for f in asked), chance)

    def reply(self, page: Sequence[Product], *, asked: str | None = None) -> Said:
        """What it says to a page, `asked` being the field of a question put to it ("" for any, None for no question).

        An empty page is answered by other words for the same wish, as people do.
        """
        chance = self._chance()
        if self.wrong is not None:
            return self._mended(chance)
        unsaid = [f for f in self.cares if f not in self.voiced and say.by_value(f.name, f.value)]
        if asked is not None and (unsaid or self.voiced):
            about = [f for f in self.cares if fold(f.name) == fold(asked)] or list(unsaid) or self.voiced
            return self._wishing("answer", about[0], chance.choice(say.ANSWERS), chance)
        if not page:
            return self._unserved(unsaid, chance)
        self.seen.update(p.id for p in page)
        choices = self._critiques(page, unsaid, chance)
        last = self.said[-1].kind
        others = {kind: make for kind, make in choices.items() if kind != last or kind == "value"}
        kinds = sorted(others or choices)
        kind = chance.choices(kinds, [_LIKELY[k] for k in kinds])[0]
        return choices[kind]()

    def _critiques(
        self, page: Sequence[Product], unsaid: Sequence[Fact], chance: Random
    ) -> Mapping[str, Callable[[], Said]]:
        """Every critique that is true of the page and leads towards the product."""
        found: dict[str, Callable[[], Said]] = {}
        missing = [f for f in self.cares if not any(meets(p, f) for p in page)]
        unmet = [f for f in missing if f not in self.voiced] or missing
        valued = [f for f in unmet if fold(f.name) != "brand" and say.by_value(f.name, f.value)]
        if valued:
            found["value"] = lambda: self._wishing("value", chance.choice(valued), chance.choice(say.VALUES), chance)
        brand = next((f for f in unmet if fold(f.name) == "brand"), None)
        if brand is not None:
            found["brand"] = lambda: self._wishing("brand", brand, chance.choice(say.BRANDS), chance)
        beyond = [(name, less) for name in self._measured() if (less := self._beyond(page, name)) is not None]
        if beyond:
            found["comparative"] = lambda: self._comparing(page, *chance.choice(beyond), chance)
        than = [
            (name, less, place)
            for name in self._measured()
            for place, p in enumerate(page)
            if (less := self._beyond([p], name)) is not None and (name, less) not in beyond
        ]
        if than:
            found["than"] = lambda: self._than(page, *chance.choice(than), chance)
        brands = sorted({p.brand for p in page if p.brand and fold(p.brand) != fold(self.target.brand)})
        if brands:
            found["not brand"] = lambda: self._without_brand(chance.choice(brands), chance)
        colour = next((f for f in self.cares if fold(f.name) == "colour"), None)
        others = sorted({str(c) for p in page if colour and (c := colour_of(p)) and not meets(p, colour)})
        if others:
            found["not value"] = lambda: self._without_colour(chance.choice(others), chance)
        near = [(place, lacking[0]) for place, p in enumerate(page) if len(lacking := self._lacking(p)) == 1]
        near = [(place, fact) for place, fact in near if say.by_value(fact.name, fact.value)]
        if near:
            found["like"] = lambda: self._like(*chance.choice(near), chance)
        if not missing or not found:
            seen = frozenset(self.seen)
            found["more"] = lambda: self._saying("more", chance.choice(say.MORE), lambda p: p.id not in seen, chance)
        return found

    # ---- the messages --------------------------------------------------------------------------------------

    def _mended(self, chance: Random) -> Said:
        """The change of mind: the right value, or none."""
        wrong, self.wrong = self.wrong, None
        assert wrong is not None
        right = next((f for f in self.cares if f.name == wrong.name), None)
        if right is not None and self.corrects:
            return self._wishing("correct", right, chance.choice(say.CORRECTIONS), chance)
        text = chance.choice(say.RELAXATIONS).format(name=wrong.name.lower())
        return self._saying("relax", text, self.keeps, chance)

    def _unserved(self, unsaid: Sequence[Fact], chance: Random) -> Said:
        if self.budget is not None and chance.random() < 0.5:
            self.budget = None
            return self._saying("relax", chance.choice(say.NO_BUDGET), lambda p: True, chance)
        fact = chance.choice(list(unsaid) or list(self.cares))
        self.voiced = [*self.voiced, fact]
        text = chance.choice(say.OPENINGS).format(what=f"{say.one_of(self.kind)} {fact.said}")
        return self._saying("again", text, lambda p: meets(p, fact), chance)

    def _wishing(self, kind: str, fact: Fact, pattern: str, chance: Random) -> Said:
        if fact not in self.voiced:
            self.voiced = [*self.voiced, fact]
        text = pattern.format(fact=fact.said, name=self.target.brand)
        return self._saying(kind, text, lambda p: meets(p, fact), chance)

    def _comparing(self, page: Sequence[Product], name: str, less: bool, chance: Random) -> Said:
        words_of, too_of = say.DIRECTIONS[name][0 if less else 2], say.DIRECTIONS[name][1 if less else 3]
        use_too = bool(too_of) and (not words_of or chance.random() < 0.4)
        pattern = chance.choice(say.TOO if use_too else say.COMPARISONS)
        text = pattern.format(word=chance.choice(too_of if use_too else words_of))
        return self._saying("price" if name == "price" else "comparative", text, _past(page, name, less), chance)

    def _than(self, page: Sequence[Product], name: str, less: bool, place: int, chance: Random) -> Said:
        word = chance.choice(say.DIRECTIONS[name][0 if less else 2])
        text = chance.choice(say.THAN).format(word=word, place=say.PLACES[place])
        return self._saying("than", text, _past([page[place]], name, less), chance)

    def _without_brand(self, name: str, chance: Random) -> Said:
        text = chance.choice(say.NOT_BRAND).format(name=name)
        return self._saying("not brand", text, lambda p: fold(p.brand) != fold(name), chance)

    def _without_colour(self, colour: str, chance: Random) -> Said:
        text = chance.choice(say.NOT_VALUE).format(value=colour.lower())
        return self._saying("not value", text, lambda p: fold(colour_of(p)) != fold(colour), chance)

    def _like(self, place: int, fact: Fact, chance: Random) -> Said:
        said = chance.choice(say.LIKE).format(place=say.PLACES[place], fact="{fact}")
        return self._wishing("like", fact, said, chance)

    def _saying(self, kind: str, text: str, met: Callable[[Product], bool], chance: Random) -> Said:
        text = say.slipped(text, chance, _SLIPS)
        said = Said(kind, text.lower() if chance.random() < _SMALL_LETTERS else text, met)
        self.said.append(said)
        return said

    # ---- what it sees --------------------------------------------------------------------------------------

    def _chance(self) -> Random:
        """Chance of this message: the same for every assistant, whatever was drawn before."""
        return Random(f"{self.seed} {len(self.said)}")

    def _measured(self) -> list[str]:
        """The price and the measures cared for that have everyday words."""
        cared = [fold(f.name) for f in self.cares if isinstance(f.value, Quantity)]
        return [name for name in ("price", *cared) if name in say.DIRECTIONS]

    def _beyond(self, page: Sequence[Product], name: str) -> bool | None:
        """True if the target has less than every product shown, False if more, None if neither or unsayable."""
        mine, theirs = amount_of(self.target, name), [a for p in page if (a := amount_of(p, name)) is not None]
        if mine is None or not theirs:
            return None
        less = True if mine < min(theirs) * _CLEARLY else False if mine * _CLEARLY > max(theirs) else None
        return less if less is not None and say.DIRECTIONS[name][0 if less else 2] else None

    def _lacking(self, product: Product) -> list[Fact]:
        return [f for f in self.cares if not meets(product, f) and fold(f.name) != "brand"]

    def _same_model(self, product: Product) -> bool:
        def model(p: Product) -> tuple[str, str, tuple[str, ...]]:
            return fold(p.brand), fold(p.title.split(",")[0]), p.category

        return model(product) == model(self.target)


_COMMON = 0.15
"""Share of its kind that has a fact before anyone begins with it: a tent "for 2 persons", not "with 17 pockets"."""

_FELLOWS = 100  # of a kind, that this is looked up in
_CLEARLY = 0.97  # nobody calls what is two percent off "lighter"
_LIKELY = {
    "value": 4,
    "brand": 1,
    "comparative": 3,
    "than": 1.5,
    "not brand": 0.7,
    "not value": 0.7,
    "like": 2,
    "more": 1,
}
"""How people choose among what could be said: most name a value or compare, some refuse."""


def make_shopper(target: Product, kind: str, fellows: Sequence[Product], seed: str) -> Shopper | None:
    """A shopper for one product; `fellows` are products of its kind, whose values it may mistake for its own. None if
    too little is known of the product to ask for it.
    """
    chance = Random(seed)
    facts = facts_of(target)
    if len(facts) < CARED[0] - 1 or target.price is None:
        return None
    chance.shuffle(facts)
    cares = [_loosely(fact, chance) for fact in facts[: chance.randint(*CARED)]]
    some = chance.sample(list(fellows), min(_FELLOWS, len(fellows)))
    cares.sort(key=lambda f: sum(meets(p, f) for p in some) < _COMMON * len(some))  # what people begin with
    if target.brand and chance.random() < 0.3:
        cares.append(Fact("brand", target.brand))
    budget = _round(target.price * chance.uniform(1.05, 1.6)) if chance.random() < _WITH_BUDGET else None
    draw, wrong = chance.random(), None
    texts = [f for f in cares if isinstance(f.value, str) and f.name != "brand"]
    if draw < _CHANGES + _GIVES_UP and texts:
        fact = chance.choice(texts)
        others = sorted({str(f.value) for p in fellows for f in facts_of(p) if f.name == fact.name} - {str(fact.value)})
        others = [o for o in others if not meets(target, Fact(fact.name, o))]
        wrong = Fact(fact.name, chance.choice(others)) if others else None
        if wrong is not None and draw >= _CHANGES:
            cares = [f for f in cares if f.name != fact.name]  # in the end it does not matter
    return Shopper(target, kind, tuple(cares), budget, wrong, draw < _CHANGES, seed)


def _loosely(fact: Fact, chance: Random) -> Fact:
    """A colour is often named by its last word: "green", where the listing says olive green."""
    is_colour = fold(fact.name) == "colour" and isinstance(fact.value, str)
    return Fact(fact.name, str(fact.value).split()[-1]) if is_colour and chance.random() < 0.5 else fact


def _past(page: Sequence[Product], name: str, less: bool) -> Callable[[Product], bool]:
    """Whether a product lies beyond all of a page in one measure."""
    edges = [a for p in page if (a := amount_of(p, name)) is not None]
    edge = min(edges) if less else max(edges)

    def beyond(product: Product) -> bool:
        amount = amount_of(product, name)
        return amount is not None and (amount < edge if less else amount > edge)

    return beyond


def _round(price: float) -> float:
    """A budget as people say it: the next 5, 10 or 50 up."""
    step = 5 if price < 60 else 10 if price < 300 else 50
    return float(-(-price // step) * step)
