"""Why, why not, what if: found by making the page again, never by telling a story.

Pure computing over a conversation's state. The page is made by `candidates`, as for an answer: history, variety
and wishes given up included. Knows nothing of how a shopper asks or of how it is worded.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from assistant.amounts import find_amounts
from assistant.candidates import Page, chosen, find, is_unheard_of, ranked_hits
from assistant.clerk import Clerk
from assistant.constraints import stock_constraint
from assistant.dialogue import Dialogue, as_filter, before_page, without
from assistant.explain import short_name
from assistant.ranking import Ranked
from assistant.types import Constraint, Difference, Standing, Trial
from assistant.wording import money
from retrieval.search import CANDIDATES
from retrieval.text import fold
from retrieval.types import Product

SECONDS = 1.5
"""How long one question may go on trying changes; a shopper waits for the answer."""

MOST_TRIED = 12
"""Changes tried for one question: every wish of a long request and a few prices."""

PRICES_TRIED = 3
"""Prices above the budget that are tried, the lowest first."""

BUDGET_REACH = 2.0
"""No budget is doubled: "with $900 more" is no advice to somebody who named $100."""

WIDE = 1000
"""Candidates of a wider search, for a product that fits and is not among the `CANDIDATES`."""

_LIMIT = re.compile(r"^make it up to \D{0,4}\d")
_WITHOUT = re.compile(r"^without [“\"](?P<label>.+)[”\"]$")
_NO_HISTORY = "without my history"
_IN_STOCK = "only what is in stock"


@dataclass(frozen=True, slots=True)
class Shelf:
    """A page made again, with all it was chosen from."""

    dialogue: Dialogue
    found: Page
    ranked: tuple[Ranked, ...]
    """Every candidate, best first."""
    page: tuple[Ranked, ...]

    def place(self, product_id: str) -> int | None:
        """Among all candidates by score, 1 the best."""
        return next((n for n, r in enumerate(self.ranked, start=1) if r.product.id == product_id), None)

    def on_page(self, product_id: str) -> Ranked | None:
        return next((r for r in self.page if r.product.id == product_id), None)

    def standing(self, product_id: str) -> Standing | None:
        """Where a candidate stands; what was lifted for variety with that contribution."""
        place = self.place(product_id)
        if place is None:
            return None
        r = self.on_page(product_id) or self.ranked[place - 1]
        shown = next((n for n, p in enumerate(self.page, start=1) if p.product.id == product_id), None)
        return Standing(product_id, place, shown, r.score, dict(r.contributions))


def page_again(clerk: Clerk, dialogue: Dialogue, *, k: int = CANDIDATES) -> Shelf:
    """The page of a state, made as an answer makes it; empty where an answer would show none."""
    found = find(clerk, dialogue, k=k)
    if not found.hits or is_unheard_of(clerk, found, dialogue, ()):
        return Shelf(dialogue, found, (), ())
    ranked = ranked_hits(clerk, dialogue, found.hits)
    return Shelf(dialogue, found, tuple(ranked), tuple(chosen(clerk, dialogue, found, ranked)))


def differences(ahead: Ranked, behind: Ranked) -> tuple[Difference, ...]:
    """Signal by signal, what sets two products apart; the largest first. They add up to the gap of the scores."""
    signals = dict.fromkeys((*ahead.contributions, *behind.contributions))
    found = [Difference(s, ahead.contributions.get(s, 0.0), behind.contributions.get(s, 0.0)) for s in signals]
    return tuple(sorted((d for d in found if abs(d.gap) > 1e-9), key=lambda d: -abs(d.gap)))


def broken_wishes(clerk: Clerk, shelf: Shelf, product: Product) -> tuple[Constraint, ...]:
    """The hard wishes that shut a product out, those left aside because nothing fits them not counted."""
    row = clerk.facets.ids.index(product.id)
    hard = [c for c in shelf.dialogue.constraints if c.hard and c not in shelf.found.given_up]
    return tuple(c for c in hard if not clerk.facets.mask(as_filter([c]))[row])


# -- changes: what a shopper can say, and the state it leads to -------------------------------------------


def changed(dialogue: Dialogue, message: str, currency: str) -> Dialogue | None:
    """The state after one of the changes that a reply offers; None for any other message.

    The one place that knows what a change does: a counterfactual runs it, and a click on its offer runs it too.
    Everything but the one wish stays, also what "something else" has left out.
    """
    said = fold(message).rstrip(".! ")
    before = before_page(dialogue)
    if said == _NO_HISTORY and dialogue.history:
        return replace(before, history=())
    if said == _IN_STOCK and dialogue.last:
        kept = tuple(c for c in before.constraints if c.kind != "stock")
        return replace(before, constraints=(*kept, stock_constraint()))
    match = _WITHOUT.match(said)
    if match:
        gone = next((c for c in dialogue.constraints if fold(c.label) == match["label"]), None)
        if gone is None:
            return None
        return replace(without(before, gone.key), like=before.like, exclude_shown=before.exclude_shown)
    price = next((c for c in dialogue.constraints if c.kind == "price"), None)
    amounts = find_amounts(said) if price is not None and _LIMIT.match(said) else []
    if price is None or len(amounts) != 1 or (limit := amounts[0].value) < (price.low or 0.01):
        return None
    label = f"up to {money(limit, currency, short=True)}"
    if price.low is not None:
        label = f"{money(price.low, currency, short=True)} to {money(limit, currency, short=True)}"
    raised = replace(price, high=limit, label=label, note="")
    return replace(before, constraints=tuple(raised if c is price else c for c in before.constraints))


def budget_of(dialogue: Dialogue) -> Constraint | None:
    """The upper limit the shopper named; None without one, and for "cheap", whose limit is the shop's reckoning."""
    return next((c for c in dialogue.constraints if c.kind == "price" and c.high is not None and not c.note), None)


def limit_message(limit: float, currency: str) -> str:
    """What raises or lowers the budget to `limit`."""
    return f"Make it up to {money(limit, currency)}"


def without_message(constraint: Constraint) -> str:
    """What takes a wish off."""
    return f"Without “{constraint.label}”"


def limit_condition(budget: Constraint, limit: float, currency: str) -> str:
    """ "With $12 more": the change of a budget in words."""
    step = round(limit - (budget.high or 0.0), 2)
    return f"With {money(abs(step), currency, short=True)} {'more' if step > 0 else 'less'}"


def changes(clerk: Clerk, shelf: Shelf, target: Product | None = None) -> Iterator[tuple[str, str, str]]:
    """(change, message, condition) of every change worth trying, the smallest first: a preference before a
    limit, a limit before a must. What it is at all is never changed: a kettle is no smaller change of a tent.
    """
    dialogue, currency = shelf.dialogue, clerk.settings.currency
    droppable = [c for c in dialogue.constraints if c.kind != "category" or c.negated]
    for c in (c for c in droppable if not c.hard):
        yield f"without: {c.label}", without_message(c), f"If “{c.label}” did not matter"
    budget = budget_of(dialogue)
    limits = _limits(clerk, shelf, budget, target) if budget is not None else ()
    for limit in limits:
        assert budget is not None
        condition = limit_condition(budget, limit, currency)
        yield f"price: up to {money(limit, currency)}", limit_message(limit, currency), condition
    for c in (c for c in droppable if c.hard):
        yield f"without: {c.label}", without_message(c), f"If “{c.label}” did not matter"
    if dialogue.history:
        yield "without: history", "Without my history", "If your history did not count"
    sold_out = bool(shelf.page) and not shelf.page[0].product.in_stock
    if sold_out and not any(c.kind == "stock" for c in dialogue.constraints):
        yield "only in stock", "Only what is in stock", "If only what is in stock counted"


def try_changes(
    clerk: Clerk,
    shelf: Shelf,
    tried: Iterator[tuple[str, str, str]],
    *,
    product: Product | None = None,
    seconds: float = SECONDS,
) -> tuple[Trial, ...]:
    """Each change run, until `MOST_TRIED` or the time is over; `product` is whose place is looked up."""
    end = time.perf_counter() + seconds
    results: list[Trial] = []
    for change, message, condition in tried:
        if len(results) == MOST_TRIED or (results and time.perf_counter() > end):
            break
        trial = try_change(clerk, shelf, change, message, condition, product)
        if trial is not None:
            results.append(trial)
    return tuple(results)


def try_change(
    clerk: Clerk, shelf: Shelf, change: str, message: str, condition: str, product: Product | None = None
) -> Trial | None:
    """One change run; None for one that leaves nothing to search for, whose first place would mean nothing."""
    state = changed(shelf.dialogue, message, clerk.settings.currency)
    if state is None or not (state.words.strip() or state.like or any(c.hard for c in state.constraints)):
        return None
    after = page_again(clerk, state)
    place = after.place(product.id) if product is not None else None
    first = after.page[0].product if after.page else None
    before = {c.key for c in shelf.found.given_up}
    given_up = tuple(c.key for c in after.found.given_up if c.key not in before)
    return Trial(
        change, message, condition, first.id if first else "", short_name(first.title) if first else "", place, given_up
    )


def _limits(clerk: Clerk, shelf: Shelf, budget: Constraint, target: Product | None) -> Sequence[float]:
    """Limits worth trying: the lowest prices above the budget whose product, with no limit, ranks above the first
    place; those of the target; and just below the first place's price, which lets it go.
    """
    assert budget.high is not None
    first = shelf.page[0] if shelf.page else None
    if target is not None and target.price is not None and target.price > budget.high:
        return [target.price]
    others = tuple(replace(c, high=None) if c == budget else c for c in shelf.dialogue.constraints)
    wide = page_again(clerk, replace(shelf.dialogue, constraints=others))
    top = next((r.score for r in wide.ranked if first is not None and r.product.id == first.product.id), -np.inf)
    above = [r.product.price for r in wide.ranked if r.score >= top - 1e-9 and r.product.price is not None]
    reach = budget.high * BUDGET_REACH
    limits = sorted({p for p in above if budget.high < p <= reach})[:PRICES_TRIED]
    if first is not None and first.product.price is not None and first.product.price <= budget.high:
        lower = round(first.product.price - 0.01, 2)
        cheaper = np.nanmin(clerk.facets.prices) <= lower
        limits += [lower] if cheaper and lower > (budget.low or 0.0) else []
    return limits
