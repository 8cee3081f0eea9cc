"""What of a model's reading is believed: it may add to what the rules have read, and never takes their word away.

1) words      each item quotes the stretch of the message that says it; it must stand there, with a word in it
              that the rules have left unread
2) catalogue  categories, brands, attributes and values are the catalogue's, built as the rules build them
3) numbers    are read again by the rules, in the stretch quoted; budgets want a word of money beside them
4) denials    what the shopper denies becomes no wish, whatever the model says
5) strength   a wish filters only where the message names it in the catalogue's own words, give or take an ending;
              what the model concludes ("keeps me dry": waterproof) ranks, is said openly, and touches no other wish

So a model that is wrong, or was talked into it by a product's name, cannot hide stock, move a budget or turn a denial
round; at worst it ranks by a wish nobody has, and says so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.constraints import (
    Scope,
    brand_constraint,
    category_constraint,
    flag_constraint,
    kind_of,
    measure_constraint,
    price_constraint,
    value_constraint,
)
from assistant.intents import Guess
from assistant.model_quotes import Quote, alike, amount_in, is_of_money, is_use, names, quoted
from assistant.model_reading import ModelReading, ReadAttribute, ReadName
from assistant.phrases import ASKING_WORDS
from assistant.reading import Reader
from assistant.types import Constraint, Intent
from assistant.understand import Request
from assistant.vocabulary import Meaning, phrase_of
from retrieval.text import fold, words

MOST_ITEMS = 12
"""Of each list of a reading; nobody has more wishes in one message."""
WISH_WORDS = 2
"""From this many words that nothing stands for, a message asks for another thing as well (as in `understand`)."""
POSSIBLE = 0.05
"""Likelihood, by the examples of `intents`, that a model's intent must have: it decides between what may be."""

_FROM = re.compile(r"\b(?:at least|from|over|above|more than|minimum|starting|no less|upwards?)\b")
_ALLOWING = re.compile(
    r"\b(?:any\w*|whatever|whichever|either|never ?mind|forget|flexible|open|optional|fine|ok|okay|matters?|allowed)\b"
)
_GIVING_UP = re.compile(rf"{_ALLOWING.pattern}|\b(?:\w+n't|not|no|drop|scrap|skip|ignore|remove|longer|least)\b")
_CORRECTING = re.compile(
    r"\b(?:mean|meant|sorry|wrong|oops|mistake|misread|misunderst\w+|typo|instead|rather|actually|correction|wait|no)\b"
)
_POINTING = re.compile(r"\b(?:the|that|this)\b[\w' -]*\bones?\b|\b(?:that|this|it)\b")
_MONEY_NAMES = "budget price money cost spend expensive limit"
_CALLED = {
    "price": _MONEY_NAMES,
    "total": _MONEY_NAMES,
    "brand": "brand make maker manufacturer",
    "stock": "stock availability available",
    "category": "kind type category",
}

# A model may not start over or delete anything, nor ask for the page to be made again: these have their own words.
CHOSEN: frozenset[Intent] = frozenset({
    "more", "similar", "compare", "details", "policy", "order", "complaint", "handover", "greeting", "small_talk",
    "thanks", "off_topic", "unclear",
})  # fmt: skip
"""The intents that a model may decide for."""


def unread(request: Request) -> bool:
    """Whether the rules have left words, or do not know what the message is for."""
    return bool(request.extra) or request.intent == "unclear"


@dataclass(frozen=True, slots=True)
class _Added:
    """A wish that the model's reading adds."""

    constraint: Constraint
    said: Quote
    named: bool
    """The message names it itself; otherwise the model concludes it."""


def merged_reading(
    request: Request,
    reading: ModelReading,
    reader: Reader,
    context: Sequence[Constraint],
    message: str,
    guess: Guess | None = None,
    page: Sequence[str] = (),
) -> Request:
    """The rules' request with what is believed of the model's reading.

    `context` are the wishes that stand, `message` is what `understand` was given, `guess` what the message is
    most like (without one the model's intent is left aside), `page` what the products last shown are called, in order.
    """
    message = fold(message)
    left = frozenset(request.extra.split())
    merging = _Merging(request, reader, tuple(context), message, left)

    # 1) What is wanted, the category first: the rest is read within it.
    category = merging.category(reading.category)
    scope = Scope.of(reader.facets, category.constraint if category else merging.standing_category())
    added = [category, merging.brand(reading.brands[:MOST_ITEMS]), merging.price(reading)]
    added += [merging.attribute(read, scope) for read in reading.attributes[:MOST_ITEMS]]
    believed = merging.without_quarrels([a for a in added if a is not None])

    # 2) What is given up, corrected, pointed at.
    request = merging.steered(request, reading)
    request = merging.pointed(request, reading, page)
    request = _with(request, believed)

    # 3) What it is for, where the rules do not know.
    return replace(request, intent=_intent(request, reading.intent, believed, guess))


@dataclass(frozen=True, slots=True)
class _Merging:
    """What every item of a reading is held against."""

    request: Request
    reader: Reader
    context: tuple[Constraint, ...]
    message: str
    """Folded."""
    left: frozenset[str]
    """The words the rules have left unread."""

    def quoted(self, evidence: str) -> Quote | None:
        return quoted(evidence, self.message, self.left, self.reader.vocabulary)

    def standing_category(self) -> Constraint | None:
        both = (*self.request.constraints, *self.context)
        return kind_of(both)

    def category(self, read: ReadName | None) -> _Added | None:
        """A kind the message names, or one it describes, where it names none and asks for nothing unknown."""
        said = self.quoted(read.evidence) if read is not None else None
        if read is None or said is None or said.denied or read.negated:
            return None
        facets = self.reader.facets
        meanings = self.reader.vocabulary.meanings(phrase_of(read.name))
        keys = next((m.keys for m in meanings if m.kind == "category"), frozenset[str]())
        if not keys:  # nor has a shop that sorts only some of its products
            return None
        if fold(read.name) in facets.categories:
            keys = frozenset({fold(read.name)})
        label = " ".join(words(read.name))
        named = names(said, label)
        if not named and (self.standing_category() is not None or self.request.unnamed):
            return None
        if named and is_use(said, label) and self.standing_category() is not None:
            return None  # "for a tent", with a kind of thing standing, is a use to the rules as well
        constraint = category_constraint(facets, keys, label)
        return self._of(constraint if named else replace(constraint, hard=False), said, named=named)

    def brand(self, read: Sequence[ReadName]) -> _Added | None:
        """The brands the message names: a brand is no conclusion to draw. Wanted ones before refused ones."""
        found: dict[bool, tuple[set[str], Quote]] = {}
        for one in read:
            said, key = self.quoted(one.evidence), fold(one.name)
            if said is None or is_use(said, key) or key not in self.reader.facets.brands or not names(said, key):
                continue
            if said.denied == one.negated:
                keys, first = found.get(one.negated, (set(), said))
                found[one.negated] = (keys | {key}, first)
        for negated in (False, True):
            if negated in found:
                keys, said = found[negated]
                constraint = brand_constraint(self.reader.facets, frozenset(keys), negated=negated)
                return self._of(constraint, said, named=True)
        return None

    def price(self, reading: ModelReading) -> _Added | None:
        """A budget whose number the message has, unread, beside a word of money."""
        read = reading.price
        said = self.quoted(read.evidence) if read is not None else None
        compared = any(attributes == ("price",) for attributes, _ in self.request.comparatives)
        if read is None or said is None or compared or not self._numbers_unread(said):
            return None
        amount = amount_in(said, read.low, read.high, "")
        if amount is None or amount.unit or said.denied or not is_of_money(said, amount):
            return None
        if amount.high is None and not _FROM.search(said.text):
            return None
        constraint, _note = price_constraint(amount, self.reader.currency)
        return self._of(constraint, said, named=True) if constraint is not None else None

    def attribute(self, read: ReadAttribute, scope: Scope) -> _Added | None:
        """A measure, a yes, or a value that some listing has."""
        said, name = self.quoted(read.evidence), self._attribute_name(read.name)
        if said is None or not name or (said.denied and not read.negated):
            return None
        if read.low is not None or read.high is not None:
            return self._measure(read, said, name, scope)
        value = fold(read.value or "")
        if name in scope.facets.flags:
            wanted = not read.negated and value not in ("no", "false")
            if wanted and said.denied:
                return None
            named = names(said, name) and wanted != said.denied
            constraint = flag_constraint(scope, name, wanted=wanted, softened=read.soft or not named)
            return self._of(constraint, said, named=named)
        column, known = scope.facets.texts.get(name, {}), self._known(name, value)
        if known is None and value not in column:
            return None
        # A value that the rules take for no word of wishing, the "monitor" of one stand, is a conclusion at best.
        named = known is not None and names(said, value) and read.negated == said.denied
        meaning = known or Meaning("value", frozenset({value}), name, in_list=name in scope.facets.lists)
        value = value if value in column else " ".join(words(value))
        softened = read.soft or not named
        constraint = value_constraint(scope, meaning, value, negated=read.negated, softened=softened)
        return self._of(constraint, said, named=named)

    def _measure(self, read: ReadAttribute, said: Quote, name: str, scope: Scope) -> _Added | None:
        amount = amount_in(said, read.low, read.high, read.unit or "")
        if amount is None or amount.is_money or read.negated or said.denied or not self._numbers_unread(said):
            return None
        named = names(said, name)
        constraint = measure_constraint(scope, amount, [name], softened=read.soft or not named)
        if constraint is None or constraint.key != f"attribute:{name}":
            return None
        return self._of(constraint, said, named=named)

    def _attribute_name(self, said: str) -> str:
        """The attribute's key, folded; "" if the catalogue has none of that name, give or take its brackets."""
        facets, name = self.reader.facets, fold(said)
        known = {*facets.texts, *facets.flags, *(attribute for attribute, _base in facets.numbers)}
        if name in known:
            return name
        bare = words(said)
        return next((a for a in sorted(known) if words(a) == bare), "") if bare else ""

    def _known(self, attribute: str, value: str) -> Meaning | None:
        """What the value means as the rules know it: blue is navy too."""
        meanings = self.reader.vocabulary.meanings(phrase_of(value))
        return next((m for m in meanings if m.kind == "value" and m.attribute == attribute), None)

    def _numbers_unread(self, said: Quote) -> bool:
        """Whether the rules have made nothing of any number in the stretch."""
        return bool(said.numbers) and self.left.issuperset(said.numbers)

    def _of(self, constraint: Constraint, said: Quote, *, named: bool) -> _Added | None:
        """The addition, unless something in the message or in what stands speaks against it."""
        if any(_same_matter(constraint, c) for c in self.request.constraints):
            return None  # the rules have read that
        for standing in (c for c in self.context if _same_matter(constraint, c)):
            if not named or standing.negated != constraint.negated:
                return None
        if named:
            return _Added(constraint, said, named)
        # A thing no listing knows the words of is looked for as said, so that "we have none" is said where it is so.
        heard = any(len(w) > 1 and w.isalpha() and w not in self.request.unknown for w in self.left)
        is_unheard = not self.request.constraints and not self.context and not heard
        if is_unheard or not set(self.request.unnamed.split()).isdisjoint(said.words):
            return None
        return _Added(replace(constraint, hard=False, guessed=False), said, named)

    def without_quarrels(self, added: Sequence[_Added]) -> list[_Added]:
        """The first of each matter, what is named before what is concluded; and each word is read once."""
        kept: list[_Added] = []
        spoken: set[str] = set()
        for one in sorted(added, key=lambda a: not a.named):
            words_left = self.left & set(one.said.words)
            if words_left <= spoken or any(_same_matter(one.constraint, k.constraint) for k in kept):
                continue
            spoken |= words_left
            kept.append(one)
        return kept

    def steered(self, request: Request, reading: ModelReading) -> Request:
        """With the standing wishes dropped that the message gives up by name, and a correction that has its words."""
        steering = request.steering
        dropped, spoken = list(steering.dropped), set[str]()
        for read in reading.taken_back[:MOST_ITEMS]:
            said = self.quoted(read.evidence)
            wish = next((c for c in self.context if fold(c.label) == fold(read.label)), None)
            if said is None or wish is None or any(c.key == wish.key for c in request.constraints):
                continue
            if _gives_up(said, wish):
                dropped.append(wish.key)
                spoken.update(said.words)  # they ask for nothing of their own
        corrects = steering.corrects or (reading.corrects and bool(_CORRECTING.search(self.message)))
        dropped = list(dict.fromkeys(dropped))
        takes_back = steering.takes_back or bool(dropped)
        steering = replace(steering, dropped=tuple(dropped), takes_back=takes_back, corrects=corrects)
        extra = [w for w in request.extra.split() if w not in spoken]
        is_all = bool(spoken) and not request.constraints and len(extra) < WISH_WORDS
        return replace(
            request,
            steering=steering,
            extra=" ".join(extra),
            text=" ".join(w for w in request.text.split() if w not in spoken),
            unknown=tuple(w for w in request.unknown if w not in spoken),
            intent="relax" if is_all and request.intent in ("search", "unclear") else request.intent,
        )

    def pointed(self, request: Request, reading: ModelReading, page: Sequence[str]) -> Request:
        """With the one product of the page that is spoken of in words of pointing, where the rules saw none."""
        said = [(p.place, self.quoted(p.evidence)) for p in reading.points_at[:MOST_ITEMS]]
        places = {place for place, s in said if s is not None and _POINTING.search(s.text)}
        if request.ordinal is not None or len(places) != 1 or not 1 <= min(places) <= len(page):
            return request
        is_bare = not request.constraints and request.intent in ("search", "unclear")
        return replace(request, ordinal=min(places) - 1, intent="refine" if is_bare else request.intent)


def _with(request: Request, added: Sequence[_Added]) -> Request:
    """The wishes in; the words that name them are read now, and what was concluded is said."""
    notes = list(request.notes)
    read: set[str] = set()
    for one in added:
        if one.named:
            bounded = one.constraint.low is not None or one.constraint.high is not None
            numbers = one.said.numbers if bounded else frozenset[str]()
            near = {w for w in one.said.words if any(alike(w, n) for n in words(one.constraint.label))}
            read |= numbers | near
        else:
            notes.append(f"I took “{' '.join(one.said.words)}” to mean {one.constraint.label}.")
    money = {w for a in added if a.constraint.kind == "price" for w in a.said.numbers}
    return replace(
        request,
        constraints=(*request.constraints, *(one.constraint for one in added)),
        extra=" ".join(w for w in request.extra.split() if w not in read),
        text=" ".join(w for w in request.text.split() if w not in money),
        unknown=tuple(w for w in request.unknown if w not in read),
        unnamed="" if request.unnamed in read else request.unnamed,
        notes=tuple(dict.fromkeys(notes)),
    )


def _intent(request: Request, read: Intent, added: Sequence[_Added], guess: Guess | None) -> Intent:
    """The rules' intent, unless they and the examples were unsure; then the model's, if it may be."""
    if added and request.intent == "unclear":
        return "search" if any(a.constraint.kind == "category" for a in added) else "refine"
    if added or request.steering.asks or request.ordinal is not None:
        return request.intent
    is_wish = bool(request.constraints or request.comparatives)
    unsure = request.intent == "unclear" or (guess is not None and not guess.sure and not is_wish)
    if not unsure or read not in CHOSEN:
        return request.intent
    if guess is None or guess.probabilities.get(read, 0.0) < POSSIBLE:
        return request.intent
    return read


def _same_matter(one: Constraint, other: Constraint) -> bool:
    """Whether two wishes are about the same thing: one attribute, the brand, the kind, the price."""
    if one.kind in ("price", "total") and other.kind in ("price", "total"):
        return True
    if one.test is not None and other.test is not None:
        return fold(one.test.attribute) == fold(other.test.attribute)
    return one.kind == other.kind and one.kind != "attribute"


def _gives_up(said: Quote, wish: Constraint) -> bool:
    """Whether the stretch names the wish and has words of giving up; of a denial, words of allowing."""
    named = _CALLED.get(wish.kind, "")
    if wish.kind not in ("price", "total", "stock"):
        own = [w for w in words(f"{wish.key.split(':', 1)[-1]} {wish.label}") if w not in ASKING_WORDS]
        named = f"{named} {' '.join(own)}"
    elif any(c.isdigit() for c in said.text):
        return False  # another number is another limit, for the rules to read
    gives = _ALLOWING if wish.negated else _GIVING_UP
    return bool(gives.search(said.text)) and names(said, named, any_word=True)
