"""Why an alternative is one: its differences, the facts that moved it up, and the sentences that say them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from assistant.alternative_scores import WEIGHTS, keeps, stated
from assistant.alternative_types import Alternative, Changed, Matter
from assistant.clerk import Clerk
from assistant.comparing import compared_rows
from assistant.contrast_facts import called
from assistant.explain import explain
from assistant.fact_lines import LONGEST_VALUE
from assistant.facts import Facts
from assistant.neighbours import Candidate
from assistant.reasons import numbered
from assistant.reasons import stated as said_of
from assistant.types import Reason, Sentence
from assistant.wording import listed, plural, shorten, shown
from assistant.wordings import text_of
from retrieval.marks import common_fit, stated_fit
from retrieval.types import Product

_REASONS = 3  # facts a justification names
_DEVICES = 3  # that a sentence names
_SMALLEST = 0.02  # contribution below which a fact moves nothing past another

TOGETHER = math.log(1.5)
"""Lift from which it is said that kinds are taken together: half as many again as by chance, `retrieval.graph`'s prior
added to both. One shopper of a hundred who took both lifts two rare kinds to log(4/3)."""


def changed(product: Product, other: Product, mean_rating: float) -> list[Changed]:
    """In what the other differs: what can be judged and what both state first."""
    rows = compared_rows((product, other), (), mean_rating, common_only=False)
    found = []
    for row in rows:
        if row.differs:
            better = None if len(row.better) != 1 else row.better[0] == 1
            found.append(Changed(row.field, row.values[0], row.values[1], better))
    return found


def _compared(product: Product, alternative: Alternative, mean_rating: float) -> Alternative:
    return replace(alternative, differences=tuple(changed(product, alternative.product, mean_rating)))


def justified(
    clerk: Clerk,
    product: Product,
    chosen: Sequence[Alternative],
    matters: Sequence[Matter],
    why: Mapping[str, tuple[Reason, ...]],
    *,
    worded: bool,
) -> dict[str, Alternative]:
    """The same alternatives by id, with their differences, reasons and sentences; `why` has what goes with it."""
    mean = clerk.facets.mean_rating
    compared = [a if a.relation == "complement" else _compared(product, a, mean) for a in chosen]
    groups = numbered(
        [why[a.product.id] if a.relation == "complement" else tuple(_reasons(product, a, matters)) for a in compared]
    )
    subjects = [Facts(a.product, own, (), "") for a, own in zip(compared, groups, strict=True)]
    generator = clerk.generator if worded else None
    seconds, voice = clerk.settings.generator.seconds, clerk.settings.voice
    said: dict[str, list[Sentence]] = {a.product.id: [] for a in compared}
    for result in explain(subjects, generator, clerk.vocabulary, seconds=seconds, voice=voice, gate=clerk.gate):
        if isinstance(result, Sentence):
            said[result.product_id].append(result)
    return {
        a.product.id: replace(a, reasons=own, sentences=tuple(said[a.product.id]))
        for a, own in zip(compared, groups, strict=True)
    }


def _reasons(product: Product, alternative: Alternative, matters: Sequence[Matter]) -> Iterator[Reason]:
    """The facts it shares with the product that moved it up most, the pinned ones first.

    What is only near ("2.9 kg" for 2.8, "blue" for navy) moves it up too, but stands among the differences.
    """
    pinned = {m.field for m in matters if m.kept}
    signals = {
        signal: moved
        for signal, moved in alternative.contributions.items()
        if signal.startswith("fact:")
        and moved > _SMALLEST
        and keeps(product, alternative.product, signal.removeprefix("fact:"))
    }
    # That neither is machine washable convinces nobody; pinned, it does.
    flags = {f"fact:{m.field}" for m in matters if m.value == "no" and not m.kept}
    order = sorted(signals.keys() - flags, key=lambda s: (s.removeprefix("fact:") not in pinned, -signals[s], s))
    for signal in order[:_REASONS]:
        fact = stated(alternative.product, signal.removeprefix("fact:"))
        assert fact is not None and not isinstance(fact.value, float)  # it agreed, so it is stated
        if fact.name == "brand":
            form, blanks = "brand", {"brand": str(fact.value)}
        else:
            form, blanks = said_of(fact.name, fact.value)
        text = text_of(form, blanks)
        yield Reason(
            "",
            "comparison",
            alternative.product.id,
            signal,
            fact.name,
            shown(fact.value),
            text,
            signals[signal],
            form,
            blanks,
        )


def goes_with(product: Product, candidate: Candidate) -> Iterator[Reason]:
    """What is known of two things going together: what a listing states, what shoppers did; failing both, that their
    kinds are used together, said to be what it is. Nothing else is said.
    """
    other = candidate.product

    def reason(signal: str, field: str, value: str, text: str, contribution: float) -> Reason:
        return Reason("", "relevance", other.id, signal, field, value, text, contribution)

    chance = WEIGHTS["same job"] * candidate.chance
    fit, common = None, list[str]()
    for one, its in ((other, "Its listing"), (product, f"The listing of {called(product)}")):
        fit = stated_fit(one, product if one is other else other)
        if fit is not None:
            name, value = fit
            text = f"{its} gives under {name}: “{shorten(value, LONGEST_VALUE)}”."
            yield reason("goes with it", name, value, text, chance)
            break
    else:
        common = common_fit(product, other)
        if common:
            text = f"Both listings name {listed(common[:_DEVICES])} as what they are for."
            yield reason("goes with it", "compatibility", listed(common[:_DEVICES]), text, chance)
    if candidate.taken:
        text = f"{plural(candidate.taken, 'shopper')} took both."
        moved = WEIGHTS["taken together"] * math.log1p(candidate.taken)
        yield reason("taken together", "", str(candidate.taken), text, moved)
    elif candidate.lift >= TOGETHER and product.category and other.category:
        text = (
            f"Shoppers took {other.category[-1]} together with {product.category[-1]} more often than chance would "
            "have it."
        )
        yield reason("goes with it", "category", other.category[-1], text, chance)
    elif candidate.goods is not None and fit is None and not common:
        own, its = candidate.goods
        text = f"Commonly used together: {its} and {own}; this is general knowledge, not taken from the listings."
        yield reason("goes with it", "", candidate.goods[1], text, chance)
