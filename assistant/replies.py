"""The lines of a reply that no product reason makes: openings, absences, small talk, follow-ups.

Each states only what was computed: counts from the facets, prices from the catalogue. No model writes here.
"""

from __future__ import annotations

from collections.abc import Sequence

from assistant import wording
from assistant.candidates import Page
from assistant.clerk import Clerk
from assistant.constraints import Scope, kind_of
from assistant.dialogue import Dialogue
from assistant.english import is_everyday
from assistant.explain import short_name
from assistant.promises import check_line
from assistant.ranking import Ranked, judge
from assistant.reasons import in_order
from assistant.types import Absence, Constraint, Dropped, Recommendation, Sentence
from assistant.understand import Request
from assistant.wording import listed, money, plural
from retrieval.text import fold
from retrieval.types import Filter, Product

WHAT_IF = "What would change this?"
"""The follow-up that has the page made again under each change of one wish."""


FORGOTTEN = (
    "Done. I have deleted this conversation: what you wrote, what I showed you, and what I knew of your past here. "
    "We start afresh."
)
NODDED = "All right. Tell me what to change about these, or ask me about one of them."
NODDED_AT_NOTHING = "All right. What are you looking for?"
NO_POLICIES = "I have no page of this shop that says so, and I won't guess. A person can tell you."


def out_of_range(on_page: int) -> str:
    """The question back for "the ninth" of three."""
    if not on_page:
        return "I have not shown you anything yet, so I am not sure which one you mean. What are you looking for?"
    return f"I have shown you {plural(on_page, 'product')}, so I am not sure which one you mean. Which is it?"


def buying(products: Sequence[Product]) -> str:
    """To whoever wants something ordered here and now."""
    where = f" Its page is {markdown(products[0].url)}." if len(products) == 1 and products[0].url else ""
    return f"I can't put anything into a basket or place an order; that is done on the product's own page.{where}"


def with_notes(request: Request, opening: str) -> str:
    """The opening after what must be said of the reading."""
    return " ".join((*request.notes, opening))


def absent_words(dialogue: Dialogue, request: Request, page: Page) -> tuple[str, ...]:
    """Words of the request that stand in no listing, and that no product found makes up for. Where a kind of thing is
    named, only what is no English word counts: a maker's name, not "stylish".
    """
    absent = (w for w in request.unknown if not page.hits or w not in page.hits[0].matched_words)
    named = kind_of(dialogue.constraints) is not None
    return tuple(w for w in absent if not named or not is_everyday(w))


def kind_of_absence(dialogue: Dialogue, request: Request, page: Page, absent: Sequence[str]) -> Absence:
    """Which of the three true answers the reply gives, where something is not there."""
    if page.sold_out:
        return "out_of_stock"
    if page.given_up or unmet(dialogue, page):
        return "not_with_that"
    if dialogue.exclude_shown and not page.hits:
        return ""
    if says_nearest(dialogue, request, absent) or not page.hits or (absent and _beside_category(request, absent)):
        return "not_carried"
    return ""


def unmet(dialogue: Dialogue, page: Page) -> list[Constraint]:
    """Wishes that only rank, though they were not said to be ideals, and that not one product found meets."""
    wishes = [c for c in dialogue.constraints if not (c.hard or c.ideal or c.guessed or c.note or c.negated)]
    return [c for c in wishes if page.hits and not any(judge(c, hit.product)[1] for hit in page.hits)]


def small_talk(request: Request, shop_name: str, on_page: int) -> str:
    """The whole reply to a message that asks for no product; "" if it does ask for one."""
    if request.intent == "greeting":
        return (
            f"Hello, and welcome to {shop_name}! Tell me what you are looking for: a kind of product, a budget, "
            "a colour, anything it must or must not be."
        )
    if request.intent == "thanks":
        return "You're welcome! I'm here if you need anything else."
    if request.intent == "start_over":
        return "All cleared. What are you looking for?"
    if request.intent == "unclear":
        notes = " ".join(request.notes)
        ask = (
            "I could not find a wish in that. Tell me what you are looking for, for example “a quiet kettle under $60”."
        )
        return f"{notes} {ask}".strip()
    if request.intent == "small_talk":
        return "I'm a program, not a person: the clerk of this shop. Tell me what you are looking for, and I'll look."
    if request.intent == "off_topic":
        return f"That is outside what I can do: I know the products, orders and policies of {shop_name}, and no more."
    if request.intent == "more" and not on_page:
        return "I have not shown you anything yet. What are you looking for?"
    if request.intent == "refine" and not on_page and not request.constraints and not request.extra:
        return "I have not shown you anything yet to compare with. What are you looking for?"
    return ""


def checked_opening(
    clerk: Clerk,
    dialogue: Dialogue,
    request: Request,
    page: Page,
    ranked: Sequence[Ranked],
    absent: Sequence[str],
) -> tuple[str, Dropped | None]:
    """(the line above the cards, another that was held back): nothing goes out that promises, praises or counts
    what was not counted, whatever a feed's category or a shopper's wish is called.
    """
    line = opening(clerk, dialogue, request, page, ranked, absent)
    wishes = (*dialogue.constraints, *page.given_up, *request.constraints)
    names = [said for c in wishes for said in (c.label, c.note, c.label.partition(":")[0])]
    names.extend(request.notes)
    prices = [_lowest_price(clerk, c) for c in wishes if c.kind == "category"] + [_lowest_price(clerk, None)]
    why = check_line(line, {float(page.fitting), float(len(page.sold_out)), float(len(ranked)), *prices}, names)
    if not why:
        return line, None
    return f"Here {'is' if len(ranked) == 1 else 'are'} {_count(ranked)} for you:", Dropped("", line, why)


def _lowest_price(clerk: Clerk, category: Constraint | None) -> float:
    prices = clerk.facets.prices[Scope.of(clerk.facets, category).mask]
    prices = prices[prices == prices]  # leaves out NaN: products without a price
    return float(prices.min()) if len(prices) else 0.0


def opening(
    clerk: Clerk,
    dialogue: Dialogue,
    request: Request,
    page: Page,
    ranked: Sequence[Ranked],
    absent: Sequence[str],
) -> str:
    """The line above the cards: what they are, and openly what they are not."""
    lines = list(request.notes)
    lines.extend(f"I take “{c.label.partition(':')[0]}” as {c.note}." for c in request.constraints if c.note)
    if page.sold_out:
        lines.append(_sold_out(dialogue, page, ranked))
    elif page.given_up:
        lines.append(_absence(clerk, dialogue, page.given_up, ranked))
    elif request.unnamed and request.unnamed not in absent:  # this and the next: see `says_nearest`
        lines.append(f"Nothing in our shop is called “{request.unnamed}”. The nearest {_count(ranked)} we have:")
    elif absent and not any(c.kind == "category" for c in dialogue.constraints):
        lines.append(f"None of our listings mentions {listed([f'“{w}”' for w in absent[:3]], 'or')}.")
        lines.append(f"The nearest {_count(ranked)} we have:")
    else:
        missed = unmet(dialogue, page)
        if missed:
            lines.append(
                f"None of what fits otherwise is listed with {listed([f'“{c.label}”' for c in missed], 'or')}."
            )
        if absent and _beside_category(request, absent):
            lines.append(f"None of our listings mentions {listed([f'“{w}”' for w in absent[:3]], 'or')}.")
        lines.append(_found(dialogue, page.fitting, ranked))
    return " ".join(lines)


def says_nearest(dialogue: Dialogue, request: Request, absent: Sequence[str]) -> bool:
    """Whether the opening offers "the nearest" in place of something the shop does not have."""
    is_unnamed = bool(request.unnamed) and request.unnamed not in absent
    return is_unnamed or (bool(absent) and not any(c.kind == "category" for c in dialogue.constraints))


def _found(dialogue: Dialogue, fitting: int, ranked: Sequence[Ranked]) -> str:
    category = kind_of(dialogue.constraints)
    kind = category.label if category is not None else ""
    wishes = [c.label for c in dialogue.constraints if c.hard and c.kind != "category"]
    more = " more" if dialogue.exclude_shown else ""
    if dialogue.constraints and all(c.hard for c in dialogue.constraints) and not dialogue.extra:
        what = kind or ("products" if fitting > 1 else "product")
        given = f" ({', '.join(wishes)})" if wishes else ""
        if fitting == len(ranked):
            return f"We have {fitting}{more} that fit{'s' if fitting == 1 else ''}: {what}{given}."
        how = ", with variety counted" if any("variety" in r.contributions for r in ranked) else ""
        return f"{fitting:,}{more} of our {what} fit{given}; these {len(ranked)} come first{how}:"
    return f"Here {'is' if len(ranked) == 1 else 'are'} {_count(ranked)}{more} for you:"


def _count(ranked: Sequence[Ranked]) -> str:
    return {1: "one", 2: "two", 3: "three", 4: "four", 5: "five", 6: "six"}.get(len(ranked), str(len(ranked)))


def _beside_category(request: Request, absent: Sequence[str]) -> bool:
    """A strange word is worth a remark only when it is most of what was asked: "Zarvex tents", not a life story."""
    return 0 < len(absent) <= 2 and len(request.extra.split()) <= 3


def _absence(clerk: Clerk, dialogue: Dialogue, given_up: Sequence[Constraint], ranked: Sequence[Ranked]) -> str:
    """Nothing fits: which wish excludes, and what would be there without it."""
    category = kind_of(dialogue.constraints)
    scope = Scope.of(clerk.facets, category)
    kept = [c for c in dialogue.constraints if c.hard and c not in given_up and c is not category]
    what = category.label if category is not None and category not in given_up else "products"
    also = f" together with {listed([f'“{c.label}”' for c in kept])}" if kept else ""
    lines = [f"We have no {what} with {listed([f'“{c.label}”' for c in given_up])}{also}."]
    price = next((c for c in given_up if c.kind == "price"), None)
    if price is not None and not kept:
        edge = _price_edge(clerk, scope, category, price)
        if edge:
            lines.append(edge)
    seen = set(dialogue.last)
    if ranked and all(r.product.id in seen for r in ranked):
        lines.append("What you have just seen stays the nearest:")
    else:
        lines.append(f"Leaving that aside, {'this comes' if len(ranked) == 1 else 'these come'} nearest:")
    return " ".join(lines)


def _price_edge(clerk: Clerk, scope: Scope, category: Constraint | None, price: Constraint) -> str:
    """The price at which the category begins, where a budget was too small for all of it."""
    lowest = _lowest_price(clerk, category)
    if not lowest or price.high is None or price.high >= lowest:
        return ""
    return f"Our {scope.name} start at {money(lowest, clerk.settings.currency)}."


def _sold_out(dialogue: Dialogue, page: Page, ranked: Sequence[Ranked]) -> str:
    """What is carried and gone, and what is there instead."""
    category = kind_of(dialogue.constraints)
    kind = category.label if category is not None else "products"
    count = len(page.sold_out)
    what = f"one product like that ({kind})" if count == 1 else f"{count:,} {kind} like that"
    aside = listed([f"“{c.label}”" for c in page.given_up])
    rest = f" Leaving {aside} aside, {'this is' if len(ranked) == 1 else 'these are'} in stock:" if ranked else ""
    return f"We carry {what}, but {'it is' if count == 1 else 'all are'} sold out at the moment.{rest}"


def nothing(clerk: Clerk, dialogue: Dialogue, page: Page, absent: Sequence[str]) -> str:
    """The reply without cards: what is not there, and what is."""
    if page.sold_out:
        return _sold_out(dialogue, page, ())
    if dialogue.exclude_shown:
        return "That was all: nothing else fits your wishes. Take one of them off to see more."
    departments = _departments(clerk)
    we_carry = f" We carry {departments}." if departments else ""
    if absent:
        names = listed([f"“{w}”" for w in absent[:3]], "or")
        gone = f"none of our listings mentions {names}, and nothing comes near it"
        return f"I'm afraid we don't carry that: {gone}.{we_carry}"
    return f"I'm afraid I found nothing for that.{we_carry}"


def _departments(clerk: Clerk) -> str:
    """The widest categories, largest first."""
    return listed([clerk.facets.labels[name].lower() for name in clerk.facets.departments[:8]])


def whole(opening: str, recommendations: Sequence[Recommendation], sentences: Sequence[Sentence]) -> str:
    """The reply as Markdown text: every product by name, with what is said of it."""
    blocks = [opening]
    for number, r in enumerate(recommendations, start=1):
        said = " ".join(s.text for s in in_order(sentences, r.reasons))
        price = f" ({money(r.product.price, r.product.currency)})" if r.product.price is not None else ""
        blocks.append(f"**{number}. {markdown(r.product.title)}**{price}{f': {markdown(said)}' if said else ''}")
    return "\n\n".join(blocks)


def markdown(text: str) -> str:
    """Text of the catalogue with the signs escaped that would make it bold; the page reads no other Markdown."""
    return text.replace("\\", "\\\\").replace("*", "\\*")


def suggestions(clerk: Clerk, dialogue: Dialogue, recommendations: Sequence[Recommendation]) -> tuple[str, ...]:
    """Follow-ups that lead somewhere: each is tried on the facets before it is offered."""
    offers: list[str] = []
    prices = [r.product.price for r in recommendations if r.product.price is not None]
    category = kind_of(dialogue.constraints)
    categories = frozenset(category.values) if category is not None else frozenset()
    if prices and clerk.facets.mask(Filter(price_max=min(prices) - 0.01, categories=categories)).any():
        offers.append("Cheaper")
    offers.append("Something else")
    colour = _other_colour(clerk, recommendations, categories)
    if colour:
        offers.append(f"In {colour}")
    if len(recommendations) > 1:
        name = short_name(recommendations[0].product.title)
        offers.append(f"More like {name if len(name) <= 40 else 'the first'}")
    return (*offers[:4], WHAT_IF) if len(recommendations) > 1 else tuple(offers[:4])


def _other_colour(clerk: Clerk, recommendations: Sequence[Recommendation], categories: frozenset[str]) -> str:
    """A colour of this category that none of the cards has: the one most products come in."""
    if not categories:
        return ""  # a colour of what?
    shown = {fold(wording.shown(r.product.attributes.get("colour", ""))) for r in recommendations}
    inside = clerk.facets.mask(Filter(categories=categories))
    counts = {
        value: int(inside[rows].sum())
        for value, rows in clerk.facets.texts.get("colour", {}).items()
        if value not in shown
    }
    best = max(counts, key=lambda value: counts[value], default="")
    return best if best and shown != {""} and counts[best] > 1 else ""
