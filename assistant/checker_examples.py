"""Sentences with a known answer, made from catalogues: what a checker is trained on and measured by.

A true sentence words one or two reasons of a product, which `assistant.reasons` made from its facts for wishes drawn
here; the false ones are its perturbations. Whole categories are held out, so that nothing measured was learnt from.
"""

from __future__ import annotations

import random
import re
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from assistant.facts import Facts
from assistant.perturbations import perturb
from assistant.ranking import Context, rank
from assistant.reasons import Past, numbered, reasons_for
from assistant.types import Constraint, Reason
from assistant.wording import listed, money
from assistant.wordings import write
from retrieval.errors import IndexMissing, TrainingError
from retrieval.folder import DataFolder, lock_data_dir
from retrieval.index import open_catalog
from retrieval.text import fold, words
from retrieval.types import AttributeTest, AttributeValue, Hit, Product, Quantity

Writer = Callable[[Sequence[Reason]], str]
"""One natural sentence that words these one or two reasons."""
Part = Literal["train", "dev", "test"]

TRUE = "true"
"""The kind of an example that is not perturbed."""
DEV, TEST = 0.1, 0.15
"""Shares of the categories that the threshold is chosen on, and that are measured."""
FEWEST_CATEGORIES = 12
"""With fewer, single products are held out: a tenth of them would be no category or half the shop."""
PAGE = 2
"""Others shown beside a product, of its own category where there are."""
_WISHES = 3
_MEAN_RATING = 4.0


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence about a product, and whether its facts back it."""

    facts: Facts
    sentence: str
    kind: str
    """`TRUE`, or a kind of `assistant.perturbations`."""

    @property
    def supported(self) -> bool:
        return self.kind == TRUE


def plain_writer(reasons: Sequence[Reason]) -> str:
    """The plain texts, two of them joined by "and"."""
    first, *rest = [reason.text for reason in reasons]
    if not rest or not first.endswith("."):
        return first
    return f"{first.rstrip('.')}, and {listed([text[0].lower() + text[1:] for text in rest])}"


def worded_writer(reasons: Sequence[Reason]) -> str:
    """One of the wordings of prompts/wordings.txt, the same for the same reasons."""
    sides = {r.contribution > 0 for r in reasons}
    if (
        len(sides) > 1
        or len(reasons) > 2
        or (sides == {False} and len(reasons) > 1)
        or not all(r.form for r in reasons)
    ):
        return plain_writer(reasons)
    dice = random.Random(" ".join(r.text for r in reasons))
    return write(reasons, dice.choice(["brief", "friendly"]), dice)


def products_of(data_dir: Path, command: str) -> list[Product]:
    """The products of an index, which is held only while they are read. Raises IndexMissing, DataFolderBusy."""
    folder = DataFolder(data_dir)
    if not folder.database.is_file():
        raise IndexMissing(f"no catalogue in {data_dir} yet: run `storeclerk index FILE`")
    with ExitStack() as resources:
        resources.enter_context(lock_data_dir(data_dir, command))
        return list(open_catalog(folder, resources).all())


def part_of(product: Product, by_category: bool, seed: int) -> Part:
    """Train, dev or test: by the category alone, so that it is the same in every run and every catalogue."""
    key = fold(" > ".join(product.category)) if by_category and product.category else product.id
    place = zlib.crc32(f"{seed}/{key}".encode()) / 2**32
    return "dev" if place < DEV else "test" if place < DEV + TEST else "train"


def held_out_by_category(products: Sequence[Product]) -> bool:
    """Whether a catalogue is parted by categories, and not by products."""
    return len({product.category for product in products}) >= FEWEST_CATEGORIES


def split(products: Sequence[Product], seed: int) -> dict[Part, list[Product]]:
    """The products of one catalogue in three parts."""
    by_category = held_out_by_category(products)
    parts: dict[Part, list[Product]] = {"train": [], "dev": [], "test": []}
    for product in products:
        parts[part_of(product, by_category, seed)].append(product)
    return parts


def make_examples(
    products: Sequence[Product], count: int, seed: int, writer: Writer = worded_writer, *, false_ones: int = 2
) -> list[Example]:
    """About `count` sentences over the products, `false_ones` perturbations (of different kinds) to a true one.

    `products` should be one catalogue's, or one part of it: wishes and wrong values are drawn from them alone.
    The kinds are drawn evenly: one that seldom applies is taken where it does. Raises TrainingError.
    """
    if len(products) < 2:
        raise TrainingError(f"{len(products)} products are too few to make sentences of: name a larger catalogue")
    chance = random.Random(seed)
    drawn: dict[str, int] = defaultdict(int)
    examples: list[Example] = []
    for facts, others in _subjects(products, chance, rounds=1 + 4 * count // len(products)):
        for reasons in _groups(facts, chance):
            sentence = writer(reasons)
            if not sentence:
                continue
            examples.append(Example(facts, sentence, TRUE))
            made = perturb(sentence, facts, others, chance)
            made.sort(key=lambda one: drawn[one.kind])
            for one in made[:false_ones]:
                drawn[one.kind] += 1
                examples.append(Example(facts, one.text, one.kind))
            if len(examples) >= count:
                return examples[:count]
    return examples


def facts_about(product: Product, others: Sequence[Product], chance: random.Random) -> Facts:
    """The facts of a product for a few wishes: some from its own listing, some from others', so that it misses them."""
    wishes = _wishes(product, others, chance)
    past = (
        Past(chance.choice(others), chance.choice(["bought", "viewed"])) if others and chance.random() < 0.15 else None
    )
    title = [w for w in words(product.title) if len(w) > 2 and w.isalpha()]
    matched = tuple(chance.sample(title, min(len(title), 2))) if chance.random() < 0.2 else ()
    [ranked] = rank([Hit(product, 0.5, 0.5, matched_words=matched)], Context(tuple(wishes), _MEAN_RATING))
    if past is not None:
        assert isinstance(ranked.contributions, dict)
        ranked.contributions["taste"] = 0.1
    [reasons] = numbered([reasons_for(ranked, wishes, past=past)])
    request = " ".join([*(c.label for c in wishes), *matched])
    past_titles = tuple(r.value for r in reasons if r.kind == "taste")
    return Facts(product, reasons, wishes, request, past_titles, tuple(others[:PAGE]))


def _subjects(products: Sequence[Product], chance: random.Random, rounds: int) -> Iterator[tuple[Facts, list[Product]]]:
    """(facts, others to borrow from), every product once a round in another order; others of its category first."""
    near: dict[tuple[str, ...], list[Product]] = defaultdict(list)
    for product in products:
        near[product.category].append(product)
    for _ in range(rounds):
        for product in chance.sample(list(products), len(products)):
            alike = near[product.category]
            some = [*chance.sample(alike, min(8, len(alike))), *chance.sample(list(products), min(12, len(products)))]
            others = [p for p in {p.id: p for p in some}.values() if p.id != product.id]
            if others:
                yield facts_about(product, others, chance), others


def _groups(facts: Facts, chance: random.Random) -> Iterator[tuple[Reason, ...]]:
    """One or two reasons to a sentence, as `assistant.explain` puts them together: a trade-off stands alone."""
    positive = [r for r in facts.reasons if r.contribution > 0 and r.kind not in ("relevance", "variety")]
    yield from ((r,) for r in facts.reasons if r.contribution < 0 or r.kind == "relevance")
    if len(positive) > 1 and chance.random() < 0.5:
        yield tuple(positive[:2])
        positive = positive[2:]
    yield from ((r,) for r in positive)


def _wishes(product: Product, others: Sequence[Product], chance: random.Random) -> list[Constraint]:
    found: list[Constraint] = []
    if product.price and chance.random() < 0.6:
        limit = float(round(product.price * chance.choice((0.8, 0.95, 1.1, 1.3, 1.6)) + 1))
        label = f"under {money(limit, product.currency, short=True)}"
        found.append(Constraint("price", "price", label, high=limit))
    own = [(name, value) for name, value in product.attributes.items() if _can_be_asked(value)]
    theirs = [pair for other in others[:6] for pair in other.attributes.items() if _can_be_asked(pair[1])]
    asked = [*chance.sample(own, min(len(own), _WISHES)), *chance.sample(theirs, min(len(theirs), _WISHES - 1))]
    taken: set[str] = set()
    for name, value in chance.sample(asked, len(asked)):
        if fold(name) not in taken and len(taken) < _WISHES:
            taken.add(fold(name))
            found.append(_wish(fold(name), value, chance))
    return found


def _can_be_asked(value: AttributeValue) -> bool:
    texts = (value,) if isinstance(value, str) else value if isinstance(value, tuple) else ("yes",)
    numbers = any(re.search(r"\d{5}", text) for text in texts)  # nobody asks for a part number as a wish
    return bool(texts) and not numbers and all(0 < len(text) <= 40 for text in texts)


def _wish(name: str, value: AttributeValue, chance: random.Random) -> Constraint:
    if isinstance(value, bool):
        wanted = value or chance.random() < 0.5
        test = AttributeTest(name, flag=True, negated=not wanted)
        label = name if wanted else f"no {name}"
        return Constraint(f"attribute:{name}", "attribute", label, negated=not wanted, test=test)
    if isinstance(value, Quantity):
        low = float(f"{value.value * chance.choice((0.7, 0.9, 1.0)):.3g}")
        test = AttributeTest(name, low=low, unit=value.unit)
        return Constraint(
            f"attribute:{name}", "attribute", f"{name} at least {Quantity(low, value.unit)}", low=low, test=test
        )
    said = value if isinstance(value, str) else chance.choice(value)
    negated = chance.random() < 0.15
    test = AttributeTest(name, any_of=frozenset([fold(said)]), negated=negated)
    label = f"not {fold(said)}" if negated else fold(said)
    return Constraint(f"attribute:{name}:{label}", "attribute", label, negated=negated, test=test)
