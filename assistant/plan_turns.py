"""What a message does to a plan of several things, and the page a plan makes: one product for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from assistant.candidates import Page, find, ranked_hits
from assistant.clerk import Clerk
from assistant.constraints import Scope, kind_of
from assistant.dialogue import Dialogue, Wish, apply
from assistant.facts import Facts
from assistant.hearing import Heard
from assistant.plans import (
    added,
    combined,
    is_addition,
    is_only,
    part_of,
    planned,
    several_in,
    speaks_of_all,
    total_in,
    wish_for,
    with_part,
    with_total,
)
from assistant.ranking import Ranked
from assistant.recommending import facts_of, recommendations
from assistant.types import Constraint, Recommendation
from assistant.understand import Request, understand
from assistant.wording import listed, money
from retrieval.facets import Mask
from retrieval.types import Filter, Product


@dataclass(frozen=True, slots=True)
class PlanPage:
    """One product for each thing of a plan."""

    opening: str
    recommendations: tuple[Recommendation, ...]
    facts: tuple[Facts, ...]
    short: bool
    """Whether a wish, or the sum, could not be met."""


def plan_turn(
    clerk: Clerk, dialogue: Dialogue, heard: Heard, message: str, page: Sequence[Product]
) -> tuple[Dialogue, str] | None:
    """(the state after a message that makes a plan or changes one, what to say of the reading); None if it does
    neither.
    """
    request = heard.request
    if request.intent not in ("search", "refine", "relax", "more"):
        return None
    several = several_in(heard.refs.text or message, clerk.reader)
    if several is not None:
        note = (
            f"I took the first {len(several.parts)}; ask me for {listed(several.left_out)} next."
            if several.left_out
            else ""
        )
        return planned(dialogue, several), note
    if request.intent == "search" and (request.unknown or request.unnamed) and not request.constraints:
        return None  # something that no listing knows is no change of the plan
    if not dialogue.plan or request.intent == "more":
        return None if not dialogue.plan else (replace(dialogue, exclude_shown=True), "")
    wishes = [c for c in request.constraints if c.kind not in ("price", "category")]
    kind = kind_of(request.constraints)
    total = total_in(message, clerk.settings.currency)
    meant = _meant(clerk, dialogue, request, page)
    if total is not None and kind is None and not meant and (not wishes or speaks_of_all(message)):
        return with_total(dialogue, total), ""
    if request.steering.dropped:
        kept = tuple(c for c in dialogue.constraints if c.key not in request.steering.dropped)
        dialogue = replace(dialogue, constraints=kept, exclude_shown=False)
        if not wishes and not meant:
            return dialogue, ""
    if kind is not None and not meant:
        return (added(dialogue, request), "") if is_addition(message) else None
    if meant and is_only(message):
        part = part_of(dialogue, meant[0])
        return apply(part, _read_for(clerk, part, heard, message), (), clerk.facets, clerk.settings.currency), ""
    prices = (("price",), -1) in request.comparatives  # "more expensive" of several things says nothing of their sum
    if prices and not meant and request.ordinal is None:
        spent = sum(w.count * (p.price or 0) for w, p in zip(dialogue.plan, page, strict=False))
        limit = Constraint("total", "total", f"under {money(spent, clerk.settings.currency)} in all", high=spent - 0.01)
        return with_total(dialogue, limit), ""
    for wish in meant or _that_state(clerk, dialogue, request, page):
        part = part_of(dialogue, wish)
        last = [p for p in page if wish_for(dialogue, p) == wish][:1]
        # Of a part, "not the second one" means the one product shown for it.
        refused = 0 if request.steering.refuses and request.ordinal is not None else None
        changed = apply(
            part,
            replace(_read_for(clerk, part, heard, message), ordinal=refused),
            last,
            clerk.facets,
            clerk.settings.currency,
        )
        dialogue = with_part(dialogue, wish, changed)
    return dialogue, ""


def _read_for(clerk: Clerk, part: Dialogue, heard: Heard, message: str) -> Request:
    """The message read as one about this thing; it goes on with it, whatever else it could be alone."""
    request = understand(heard.refs.text or message, clerk.reader, context=part.constraints)
    constraints = tuple(c for c in request.constraints if c.kind != "category")
    return replace(request, intent="refine", constraints=constraints)


def _meant(clerk: Clerk, dialogue: Dialogue, request: Request, page: Sequence[Product]) -> list[Wish]:
    """The things of the plan that a message names, or points at by place."""
    kind = kind_of(request.constraints)
    if kind is not None:
        named = clerk.facets.mask(Filter(categories=frozenset(kind.values)))
        return [w for w in dialogue.plan if (named & _rows(clerk, dialogue, w)).any()]
    if request.ordinal is not None and -len(page) <= request.ordinal < len(page):
        wish = wish_for(dialogue, page[request.ordinal])
        return [wish] if wish is not None else []
    return []


def _rows(clerk: Clerk, dialogue: Dialogue, wish: Wish) -> Mask:
    """The products of that kind."""
    kinds = [c for c in dialogue.constraints if c.item == wish.name and c.kind == "category"]
    return clerk.facets.mask(Filter(categories=frozenset(v for c in kinds for v in c.values)))


def _that_state(clerk: Clerk, dialogue: Dialogue, request: Request, page: Sequence[Product]) -> list[Wish]:
    """The things that a wish without a name can be about: those whose listings state it; all, if it is of any."""
    attributes = {c.test.attribute for c in request.constraints if c.test is not None}
    attributes |= {name for names, _ in request.comparatives for name in names if name != "price"}
    if not attributes:
        return list(dialogue.plan)
    found = []
    for wish in dialogue.plan:
        kinds = [c for c in dialogue.constraints if c.item == wish.name and c.kind == "category"]
        scope = Scope.of(clerk.facets, kinds[0] if kinds else None)
        if any(scope.coverage(name) > 0 for name in attributes):
            found.append(wish)
    return found or list(dialogue.plan)


def plan_page(clerk: Clerk, dialogue: Dialogue) -> PlanPage:
    """Finds and ranks for each thing, and takes what together scores best under the sum."""
    parts = {wish.name: part_of(dialogue, wish) for wish in dialogue.plan}
    pages = {name: find(clerk, part) for name, part in parts.items()}
    ranked = {name: ranked_hits(clerk, parts[name], page.hits) for name, page in pages.items() if page.hits}
    ranked = {name: [r for r in found if r.product.price is not None] for name, found in ranked.items()}
    ranked = {name: found for name, found in ranked.items() if found}
    counts = {wish.name: wish.count for wish in dialogue.plan}
    limit = next((c.high for c in dialogue.constraints if c.kind == "total"), None)
    together = combined(ranked, counts, limit) if ranked else None
    if together is None:
        return PlanPage("I found nothing for any of these.", (), (), short=True)
    shown: list[Recommendation] = []
    facts: list[Facts] = []
    for (name, found), chosen in zip(ranked.items(), together.chosen, strict=True):
        made = _numbered(recommendations(clerk, parts[name], [chosen], found), sum(len(r.reasons) for r in shown))
        shown.extend(replace(r, item=name, count=counts[name]) for r in made)
        facts.extend(facts_of(parts[name], made))
    opening = _opening(clerk, dialogue, pages, ranked, counts, together.total, limit, together.fits)
    short = not together.fits or len(ranked) < len(parts) or any(page.given_up for page in pages.values())
    return PlanPage(opening, tuple(shown), tuple(facts), short)


def _numbered(made: Sequence[Recommendation], start: int) -> list[Recommendation]:
    """With ids of reasons that go on counting: they must be unique within the answer."""
    renumbered = []
    for r in made:
        reasons = tuple(replace(reason, id=f"r{start + n}") for n, reason in enumerate(r.reasons, start=1))
        start += len(reasons)
        renumbered.append(replace(r, reasons=reasons))
    return renumbered


def _opening(
    clerk: Clerk,
    dialogue: Dialogue,
    pages: Mapping[str, Page],
    ranked: Mapping[str, Sequence[Ranked]],
    counts: Mapping[str, int],
    total: float,
    limit: float | None,
    fits: bool,
) -> str:
    currency = clerk.settings.currency
    lines = [f"I have nothing for “{name}” as you want it." for name in pages if name not in ranked]
    for name, page in pages.items():
        if page.given_up and name in ranked:
            lines.append(
                f"We have no {name} with {listed([f'“{c.label}”' for c in page.given_up])}, so I left that aside."
            )
    several = [f"{counts[name]} × {name}" if counts[name] > 1 else name for name in ranked]
    if not fits and limit is not None:
        lines.append(
            f"{listed(several).capitalize()} together cost {money(total, currency)} at the least, which is over "
            f"{money(limit, currency, short=True)}. The least expensive of each:"
        )
    elif limit is not None:
        lines.append(
            f"{listed(several).capitalize()} for {money(total, currency)} together, "
            f"within {money(limit, currency, short=True)}:"
        )
    else:
        lines.append(f"{listed(several).capitalize()}, {money(total, currency)} together:")
    return " ".join(lines)
