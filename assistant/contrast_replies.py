"""A question about the page -> the answer in words, with its evidence. Plain wording; every number was computed.

1) which products are meant    `naming`
2) the page made again         `contrasts`
3) what sets them apart        `contrasts`, worded by `contrast_facts`
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from assistant import contrasts
from assistant.clerk import Clerk
from assistant.contrast_facts import Told, called, capital, offers, speaking_for
from assistant.contrast_what_if import what_if
from assistant.contrasts import Shelf, budget_of, differences, page_again, try_change
from assistant.dialogue import Dialogue, before_page
from assistant.naming import Named, named
from assistant.questions import Question
from assistant.ranking import Context, Ranked, rank, signal_of
from assistant.reasons import reasons_for
from assistant.recommending import recommendations
from assistant.replies import markdown
from assistant.types import Constraint, Contrast, Outcome, Standing, Trial
from assistant.wording import listed, money, plural, shorten
from retrieval.comparison import model_key
from retrieval.types import Hit, Product

ASKED = 3
"""Products named where a name fits several."""


def told(clerk: Clerk, session: str, dialogue: Dialogue, question: Question, *, of_a_plan: bool = False) -> Told:
    """Answers one question about the last page; `of_a_plan` where that is one product, chosen among others' prices."""
    start = time.perf_counter()
    result = _told(clerk, session, dialogue, question, of_a_plan)
    spent = round((time.perf_counter() - start) * 1000, 1)
    contrast = replace(result.contrast, milliseconds=spent)
    opening = "" if contrast.same_page else (
        "Something has changed since you saw that page, the catalogue or your history; as things stand now: "
    )  # fmt: skip
    return replace(result, reply=markdown(opening + result.reply), contrast=contrast)


def _told(clerk: Clerk, session: str, dialogue: Dialogue, question: Question, of_a_plan: bool) -> Told:
    kind = question.kind
    if not dialogue.last:
        line = "I have not shown you anything yet that I could explain. What are you looking for?"
        return Told(line, Contrast(kind, "no_page", same_page=True), clerk.examples[:3])

    # 1) Which products are meant.
    asked: list[Named] = []
    if question.one or kind != "what_if":
        asked.append(named(clerk, session, dialogue, question.one))
    if kind == "why_order":
        # "Why this above that?": that is the second; "why the Orla first?": before whatever is second.
        asked.append(named(clerk, session, dialogue, question.other, pointing=_rival_of(dialogue, asked[0])))
        if len(dialogue.last) == 1 and not question.other:
            return Told("It is the only product on the page.", Contrast(kind, "only_one"))
    for each in asked:
        if each.product is None:
            return _not_found(each, kind, dialogue)

    # 2) The page made again, and what it says.
    shelf = page_again(clerk, before_page(dialogue))
    same = tuple(r.product.id for r in shelf.page) == dialogue.last
    same |= of_a_plan and set(dialogue.last) <= {r.product.id for r in shelf.ranked}
    if not shelf.page:
        result = Told("Nothing fits your wishes any more.", Contrast(kind, "gone", reruns=1))
    elif kind == "what_if":
        result = what_if(clerk, shelf, question, asked[0].product if asked else None)
    elif kind == "why_order":
        one, other = asked[0].product, asked[1].product
        assert one is not None and other is not None
        result = _why_order(clerk, shelf, one, other)
    else:
        product = _best_version(shelf, asked[0])
        versions = asked[0].several
        result = _why(clerk, shelf, product) if kind == "why" else _why_not(clerk, shelf, product, versions)
    contrast = replace(result.contrast, same_page=same, candidates=len(shelf.ranked))
    return replace(result, contrast=contrast)


# -- why -----------------------------------------------------------------------------------------------


def _why(clerk: Clerk, shelf: Shelf, product: Product) -> Told:
    """Its reasons; for a product that is not on the page, why it is not."""
    card = next(
        (c for c in recommendations(clerk, shelf.dialogue, shelf.page, shelf.ranked) if c.product.id == product.id),
        None,
    )
    standing = shelf.standing(product.id)
    if card is None or standing is None:
        result = _why_not(clerk, shelf, product, kind="why")
        return replace(result, reply=f"I did not put it on this page. {result.reply}")
    plus = [r.text for r in card.reasons if r.contribution >= 0]
    minus = [r.text for r in card.reasons if r.contribution < 0]
    said = " ".join(plus) or "Of all we have, its listing as a whole comes near what you asked for."
    against = f" What speaks against it: {' '.join(minus)}" if minus else ""
    place = f"Number {standing.shown} of {len(shelf.page)} is {called(product)}."
    contrast = Contrast("why", "reasons", standings=(standing,), reruns=1)
    return Told(f"{place} {said}{against}", contrast, offers())


# -- why not -------------------------------------------------------------------------------------------


def _why_not(
    clerk: Clerk, shelf: Shelf, product: Product, versions: Sequence[Product] = (), *, kind: str = "why_not"
) -> Told:
    """Which wish it breaks; or where it came, and the signals that put it behind the last one shown.

    `versions` are others of the same model that the name fits as well.
    """
    base = Contrast("why" if kind == "why" else "why_not", "shown", reruns=1)
    standing = shelf.standing(product.id)
    name = capital(called(product))
    if standing is not None and standing.shown is not None:
        contrast = replace(base, standings=(standing,))
        return Told(f"I did show it: number {standing.shown} is {called(product)}.", contrast, offers())
    broken = contrasts.broken_wishes(clerk, shelf, product)
    if broken:
        return _excluded(clerk, shelf, product, versions, broken, base)
    if shelf.dialogue.exclude_shown and product.id in shelf.dialogue.shown:
        line = f"I showed you {called(product)} before, and you asked for something else."
        return Told(line, replace(base, outcome="shown_before"), offers())
    if standing is None:  # it fits, and neither search brought it: look wider
        shelf = page_again(clerk, shelf.dialogue, k=contrasts.WIDE)
        standing = shelf.standing(product.id)
        base = replace(base, reruns=2)
    if standing is None or standing.place is None:
        line = (
            f"None of your wishes shuts out {called(product)}, but what the listing says is too far from your words: "
            f"it is not among the {len(shelf.ranked):,} nearest."
        )
        return Told(line, replace(base, outcome="not_found_by_search"), offers())

    # It was ranked: behind its own other version, or behind what came in for variety, or simply behind.
    own = shelf.ranked[standing.place - 1]
    came = f"{name} came {_ordinal(standing.place)} of {len(shelf.ranked):,}."
    version = next((r for r in shelf.page if model_key(r.product) == model_key(product)), None)
    lifted = [r for r in shelf.page if "variety" in r.contributions]
    outcome: Outcome = "behind"
    rival = version or shelf.page[-1]
    if version is not None:
        outcome = "variant"
        came += " I show one version of a model, so that the page has a choice:"
        came += f" here that is {called(version.product, product)}."
    elif lifted and any((shelf.place(r.product.id) or 0) > standing.place for r in lifted):
        outcome = "varied"
        rival = max(lifted, key=lambda r: shelf.place(r.product.id) or 0)
        after = shelf.place(rival.product.id) or 0
        came += (
            f" {capital(called(rival.product, product))} came {_ordinal(after)}, and variety lifted it onto the page."
        )
    found = differences(rival, own)
    rival_standing = shelf.standing(rival.product.id)
    assert rival_standing is not None
    contrast = replace(base, outcome=outcome, standings=(rival_standing, standing), differences=found)
    return Told(f"{came} {_apart(rival, own, shelf)}", contrast, offers())


def _excluded(
    clerk: Clerk,
    shelf: Shelf,
    product: Product,
    versions: Sequence[Product],
    broken: Sequence[Constraint],
    base: Contrast,
) -> Told:
    """The wishes that shut it out, each with its fact; and where it would come without, if it is one only."""
    facts = [_breaking(clerk, product, c) for c in broken]
    labels = listed([f"“{c.label}”" for c in broken])
    line = f"{labels} {'shuts' if len(broken) == 1 else 'shut'} out {called(product)}: {' '.join(facts)}"
    contrast = replace(base, outcome="excluded", broken=tuple(c.key for c in broken))
    if len(broken) > 1:
        return Told(line, contrast, offers())
    trial = _without_it(clerk, shelf, product, broken[0])
    if trial is None:
        return Told(line, contrast, offers())
    if any(v.id == trial.first and v.price == product.price for v in versions):
        # Another colour of it comes first then: the same run answers for the model.
        product, trial = next(v for v in versions if v.id == trial.first), replace(trial, place=1)
    contrast = replace(contrast, trials=(trial,), reruns=base.reruns + 1)
    if trial.place is None:
        line += f" {trial.condition}, it would still not be among the products that I rank."
        return Told(line, contrast, offers())
    would = "come first" if trial.first == product.id else f"come {_ordinal(trial.place)}"
    return Told(f"{line} {trial.condition}, it would {would}.", contrast, offers([trial]))


def _without_it(clerk: Clerk, shelf: Shelf, product: Product, wish: Constraint) -> Trial | None:
    """The one broken wish raised to the product's price, or taken off, and the page made again."""
    currency = clerk.settings.currency
    if wish == budget_of(shelf.dialogue) and product.price is not None and product.price > (wish.high or 0.0):
        limit = product.price
        message, change = contrasts.limit_message(limit, currency), f"price: up to {money(limit, currency)}"
        condition = contrasts.limit_condition(wish, limit, currency)
    else:
        message, change = contrasts.without_message(wish), f"without: {wish.label}"
        condition = f"If “{wish.label}” did not matter"
    return try_change(clerk, shelf, change, message, condition, product)


def _breaking(clerk: Clerk, product: Product, wish: Constraint) -> str:
    """The fact that breaks one wish, as the reasons word it; a candidate it is not, so only that is asked."""
    (alone,) = rank([Hit(product, words=0.0, meaning=0.0)], Context((wish,), clerk.facets.mean_rating))
    against = [r.text for r in reasons_for(alone, [wish]) if r.signal == _signal(wish) and r.contribution < 0]
    if against:
        return against[0]
    return "Its price is not stated." if wish.kind == "price" else "Its listing does not show that it does."


# -- why this order ------------------------------------------------------------------------------------


def _why_order(clerk: Clerk, shelf: Shelf, one: Product, other: Product) -> Told:
    """Two products signal by signal; one that is not on the page is answered as "why not"."""
    if one.id == other.id:
        is_first = one.id == shelf.page[0].product.id
        line = f"The first place is that of {called(one)}." if is_first else "That is one and the same product."
        return Told(line, Contrast("why_order", "only_one", reruns=1), offers())
    for product in (one, other):
        standing = shelf.standing(product.id)
        if standing is None or standing.place is None:
            result = _why_not(clerk, shelf, product)
            return replace(result, contrast=replace(result.contrast, kind="why_order"))
    pair = [_ranked(shelf, p) for p in (one, other)]
    order = {r.product.id: n for n, r in enumerate(_in_order(shelf))}
    ahead, behind = sorted(pair, key=lambda r: order[r.product.id])
    turned = "" if ahead.product.id == one.id else "It is the other way round. "
    first, second = shelf.standing(ahead.product.id), shelf.standing(behind.product.id)
    assert first is not None and second is not None
    found = differences(ahead, behind)
    names = called(ahead.product, behind.product), called(behind.product, ahead.product)
    subject = f"number {first.shown}" if first.shown is not None else names[0]
    where = f"{capital(_where(names[0], first))}, {_where(names[1], second)}."
    contrast = Contrast("why_order", "compared", standings=(first, second), differences=found, reruns=1)
    return Told(f"{turned}{where} {_apart(ahead, behind, shelf, subject)}", contrast, offers())


def _apart(ahead: Ranked, behind: Ranked, shelf: Shelf, subject: str = "") -> str:
    """What decides between two candidates, and what speaks for the lower one; `subject` is the upper one's name."""
    names = called(ahead.product, behind.product), called(behind.product, ahead.product)
    plus, minus = speaking_for(differences(ahead, behind), ahead, behind, shelf.dialogue.constraints)
    if abs(ahead.score - behind.score) < 1e-9:
        return f"{capital(names[0])} and {names[1]} score the same, so their order is only that of their ids."
    said = f"What puts {subject or names[0]} ahead: {'; '.join(plus)}."
    return f"{said} What speaks for {names[1]}: {'; '.join(minus)}." if minus else said


# -- small parts ---------------------------------------------------------------------------------------


def _not_found(asked: Named, kind: str, dialogue: Dialogue) -> Told:
    contrast = Contrast(kind, asked.problem or "unknown")  # type: ignore[arg-type]
    if asked.problem == "out_of_range":
        count = plural(len(dialogue.last), "product")
        return Told(f"I have shown you {count}, so I am not sure which one you mean.", contrast)
    if asked.problem == "gone":
        return Told("That product has left our catalogue since I showed it.", contrast)
    if asked.problem == "ambiguous":
        names = [shorten(called(p, *asked.several), 60).removeprefix("the ") for p in asked.several[:ASKED]]
        if len(asked.several) > ASKED:
            line = f"Several of our products fit “{asked.said}”, among them {listed(names)}. Which one do you mean?"
        else:
            line = f"“{asked.said}” could be {listed(names, 'or')}. Which one do you mean?"
        opening = {"why_not": "Why not the", "why": "Why the"}.get(kind)
        return Told(line, contrast, tuple(f"{opening} {name}?" for name in names) if opening else ())
    if not asked.said:
        return Told("I am not sure which product you mean. Give me its name, or its number on the page.", contrast)
    if asked.proven:
        return Told(f"We do not carry “{asked.said}”: none of our products is called that.", contrast)
    return Told(f"I find no product of ours that is called “{asked.said}”.", contrast)


def _rival_of(dialogue: Dialogue, one: Named) -> int:
    """The place of the product to compare with where none is named: the first, or for the first the second."""
    is_first = one.product is None or one.product.id == dialogue.last[0]
    return 1 if is_first and len(dialogue.last) > 1 else 0


def _best_version(shelf: Shelf, asked: Named) -> Product:
    """Of the versions of a model that a name fits, the one on the page, or else the best placed."""
    assert asked.product is not None
    versions = (asked.product, *asked.several)
    return min(versions, key=lambda p: (shelf.on_page(p.id) is None, shelf.place(p.id) or 10**9))


def _ranked(shelf: Shelf, product: Product) -> Ranked:
    place = shelf.place(product.id)
    assert place is not None
    return shelf.on_page(product.id) or shelf.ranked[place - 1]


def _in_order(shelf: Shelf) -> list[Ranked]:
    """The page as it stands, then the other candidates."""
    shown = {r.product.id for r in shelf.page}
    return [*shelf.page, *(r for r in shelf.ranked if r.product.id not in shown)]


def _where(name: str, standing: Standing) -> str:
    """Names are not the subject of an inflected verb here: they may be plural ("Headphones", "Boots")."""
    if standing.shown is not None:
        return f"number {standing.shown} is {name}"
    return f"{name}, not on the page, came {_ordinal(standing.place or 0)}"


def _signal(wish: Constraint) -> str:
    return {"price": "budget", "stock": "stock"}.get(wish.kind) or signal_of(wish)


def _ordinal(number: int) -> str:
    """1st, 2nd, 13th."""
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number:,}{ending}"
