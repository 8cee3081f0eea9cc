"""Two to four products side by side: what differs, what was asked for first, and a verdict of at most two sentences.

Rows come from `retrieval.comparison`; "better" is marked only where it is known for that fact, or where the shopper has
said which way; the verdict is tied to what this shopper asked for. No model writes here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.clerk import Clerk
from assistant.contrast_facts import called, capital
from assistant.details import names_of
from assistant.fact_lines import LONGEST_VALUE
from assistant.promises import check_line
from assistant.ranking import judge, rating_signal
from assistant.replies import markdown
from assistant.types import ComparedRow, Comparison, Constraint
from assistant.wording import is_adjective, listed, money, plural, shorten, shown
from retrieval.comparison import Fact, facts_of, relation
from retrieval.text import fold, words
from retrieval.types import Product, Quantity
from retrieval.units import to_base

MOST = 4
"""Columns that a table can hold on a page and in a head."""

ROWS_TOLD = 10
"""Rows that the reply names; the table has all."""

SAME_TOLD = 6
"""Facts named of those that are the same for all; the rest is counted."""

_LITTLE = 0.02
"""Stars, after few ratings are pulled to the mean, that make no difference worth a mark."""

# Which way is better, wherever nobody has said otherwise: 1 more, -1 less. Only what nearly everyone would agree on:
# size, capacity or power are no merit by themselves, and a warmer duvet is only warmer.
BETTER = {
    **dict.fromkeys(["weight", "packed length"], -1),  # carried, lifted, stowed away
    **dict.fromkeys(["noise level", "maximum noise"], -1),
    **dict.fromkeys(["battery life", "battery life with case", "filter life", "beam distance"], 1),
    **dict.fromkeys(
        ["boil time", "brew time", "setup time", "assembly time", "charging time", "recharge time", "response time"], -1
    ),
    **dict.fromkeys(["keeps cold", "keeps hot", "water column", "maximum load", "burst pressure", "refresh rate"], 1),
    **dict.fromkeys(["warranty"], 1),
    **dict.fromkeys(
        ["memory", "internal memory", "storage", "total storage capacity", "ssd capacity", "hdd capacity"], 1
    ),
    **dict.fromkeys(["processor cores", "processor threads", "maximum data transfer rate"], 1),
    **dict.fromkeys(["black toner page yield", "colour toner page yield", "black ink page yield"], 1),
}
_MEANT_HEAVY = frozenset(
    ["dumbbell", "dumbbells", "kettlebell", "kettlebells", "weights", "blankets", "duvets", "throws"]
)
"""Kinds of things whose weight is what one buys."""

_MORE_LESS = {
    "weight": ("heavier", "lighter"),
    "noise level": ("louder", "quieter"),
    "length": ("longer", "shorter"),
    "width": ("wider", "narrower"),
    "height": ("taller", "lower"),
    "thickness": ("thicker", "thinner"),
    "brightness": ("brighter", "dimmer"),
}


@dataclass(frozen=True, slots=True)
class Compared:
    """The answer to "compare these"."""

    reply: str
    """Markdown: the verdict, a blank line, then row by row."""
    comparison: Comparison | None
    """None where there are fewer than two products."""


def compare(clerk: Clerk, products: Sequence[Product], constraints: Sequence[Constraint]) -> Compared:
    """Sets the first two to four products side by side, as the shopper's wishes weigh them."""
    return compared_for(products, constraints, clerk.facets.mean_rating)


def compared_for(products: Sequence[Product], constraints: Sequence[Constraint], mean_rating: float) -> Compared:
    """The same of plain values; `mean_rating` is the shop's, to which few ratings are pulled."""
    known = list({p.id: p for p in products}.values())
    if len(known) < 2:
        return Compared("I need two products to compare. Name them, or say “compare the first two”.", None)
    shown_first = known[:MOST]
    names = _names(shown_first)
    kinds = list(dict.fromkeys(p.category[-1] for p in shown_first if p.category))
    # 1) The rows: what was asked for, what differs, what only some state, what is the same.
    rows = compared_rows(shown_first, constraints, mean_rating, common_only=len(kinds) > 1)
    # 2) The verdict.
    verdict = _verdict(shown_first, names, constraints, rows, mean_rating)
    # 3) In words.
    notes = []
    if len(known) > MOST:
        notes.append(f"I can set {MOST} side by side, so these are the first {MOST} of {len(known)}.")
    if len(kinds) > 1:
        notes.append(
            f"These are different kinds of things ({listed([markdown(k) for k in kinds])}), so I compare only what "
            f"{'both' if len(shown_first) == 2 else 'all'} listings state."
        )
    opening = " ".join([*notes, *map(markdown, verdict)]) or "Here they are side by side."
    reply = f"{opening}\n\n{_in_words(shown_first, rows)}".strip()
    return Compared(reply, Comparison(tuple(p.id for p in shown_first), tuple(rows), tuple(verdict)))


def _names(products: Sequence[Product]) -> list[str]:
    return [called(p, *products) for p in products]


def compared_rows(
    products: Sequence[Product], constraints: Sequence[Constraint], mean_rating: float, *, common_only: bool
) -> list[ComparedRow]:
    """A row a fact, what differs first; `common_only` leaves out what only some of them state."""
    facts = [facts_of(p if p.price is None else replace(p, price=float(p.price))) for p in products]
    fields = dict.fromkeys(["price", *(name for each in facts for name in each)])
    if not common_only:
        fields.pop("category", None)
    rows = [_rating_row(products, mean_rating)] if any(p.rating is not None for p in products) else []
    if len({p.in_stock for p in products}) > 1:
        places = tuple(i for i, p in enumerate(products) if p.in_stock)
        rows.append(
            ComparedRow("stock", tuple("in stock" if p.in_stock else "sold out" for p in products), True, places)
        )
    for name in fields:
        stated = [each.get(name) for each in facts]
        if all(f is None for f in stated) or (common_only and any(f is None for f in stated)):
            continue
        row = _row(name, stated, products, constraints)
        # A kettle is no better than a tent for being lighter.
        rows.append(replace(row, better=()) if common_only and name != "price" else row)
    wished = {_field(c) for c in constraints}
    rows = [replace(row, asked=row.field in wished) for row in rows]
    order = {"price": 0, "rating": 1, "stock": 2}
    return sorted(
        rows, key=lambda r: (not r.differs, not r.asked, "" in r.values, order.get(r.field, 3))
    )  # stable: the listing's own order within


def _field(constraint: Constraint) -> str:
    return fold(constraint.test.attribute) if constraint.test is not None else constraint.kind


def _rating_row(products: Sequence[Product], mean_rating: float) -> ComparedRow:
    values = tuple(
        f"{p.rating:g} ({p.rating_count:,})" if p.rating is not None and p.rating_count else "" for p in products
    )
    scores = [_rated(p, mean_rating) for p in products]
    stated = [s for s in scores if s is not None]
    best = max(stated, default=0.0)
    top = max((p.rating or 0.0 for p in products), default=0.0)
    # Best only if it leads by its stars and by what is left of them when few ratings count little.
    better = [
        i
        for i, (p, s) in enumerate(zip(products, scores, strict=True))
        if s is not None and s >= best - _LITTLE and p.rating == top
    ]
    tied = any(p.rating == top and i not in better for i, p in enumerate(products))
    if not 0 < len(better) < len(stated) or tied:
        better = []
    return ComparedRow("rating", values, len(set(values)) > 1, tuple(better))


def _rated(product: Product, mean_rating: float) -> float | None:
    if product.rating is None or not product.rating_count:
        return None
    return rating_signal(product.rating, product.rating_count, mean_rating)


def _row(
    name: str, stated: Sequence[Fact | None], products: Sequence[Product], constraints: Sequence[Constraint]
) -> ComparedRow:
    values = tuple("" if f is None else shorten(_text(f), LONGEST_VALUE) for f in stated)
    there = [f for f in stated if f is not None]
    same = len(there) == len(stated) and all(relation(there[0], f) == "same" for f in there[1:])
    return ComparedRow(name, values, not same, () if same else _better(name, stated, products, constraints))


def _text(fact: Fact) -> str:
    return money(fact.value, fact.currency) if isinstance(fact.value, float) else shown(fact.value)


def _better(
    name: str, stated: Sequence[Fact | None], products: Sequence[Product], constraints: Sequence[Constraint]
) -> tuple[int, ...]:
    """Places of the best, by the shopper's wish or the table; none where all are alike or nothing is known."""
    wishes = [c for c in constraints if _field(c) == name]
    meet = [i for i, p in enumerate(products) if all(judge(c, p)[1] != c.negated for c in wishes)]
    parted = bool(wishes) and 0 < len(meet) < len(products)
    first = [i for i in meet if stated[i] is not None] if parted else list(range(len(products)))
    amounts = {i: a for i in first if (f := stated[i]) is not None and (a := _amount(f)) is not None}
    way = _way(name, wishes, products)
    if parted and (not way or len(amounts) < 2):
        return tuple(first)  # what meets the wish is better than what does not
    if not way or len(amounts) < 2 or len({base for _, base in amounts.values()}) > 1:
        return ()
    best = max((a for a, _ in amounts.values()), key=lambda a: way * a)
    places = tuple(i for i, (a, _) in amounts.items() if abs(a - best) <= 1e-6 * max(abs(best), 1e-9))
    return places if parted or len(places) < len(amounts) else ()


def _amount(fact: Fact) -> tuple[float, str] | None:
    if isinstance(fact.value, float):
        return fact.value, fact.currency
    return to_base(fact.value.value, fact.value.unit) if isinstance(fact.value, Quantity) else None


def _way(name: str, wishes: Sequence[Constraint], products: Sequence[Product]) -> int:
    """1 if more is better here, -1 if less, 0 if nobody knows."""
    for wish in wishes:
        low, high = (wish.low, wish.high) if wish.test is None else (wish.test.low, wish.test.high)
        if (low is None) != (high is None):
            wanted = 1 if high is None else -1
            # "At least 40 L" is met by both: that more of it is better still, nobody has said. "Heavy" says it.
            return 0 if name == "price" and wanted > 0 else wanted if not wish.hard or wanted < 0 else 0
    return better_way(name, products)


def better_way(name: str, products: Sequence[Product]) -> int:
    """1 if nearly everyone would have more of this fact (folded name) of these things, -1 if less, 0 if it depends."""
    if name == "price":
        return -1
    if name == "weight" and any(_MEANT_HEAVY & set(words(p.category[-1])) for p in products if p.category):
        return 0
    return BETTER.get(name, 0)


def _verdict(
    products: Sequence[Product],
    names: Sequence[str],
    constraints: Sequence[Constraint],
    rows: Sequence[ComparedRow],
    mean_rating: float,
) -> list[str]:
    """At most two sentences, each checked; the first on what was asked for."""
    wishes = [c for c in constraints if c.kind != "category"]
    met = [w for w in wishes if all(judge(w, p)[1] != w.negated for p in products)]
    found: list[tuple[str, list[str]]] = []
    neither = "neither of them" if len(products) == 2 else "none of them"
    for wish in wishes:
        hits = [n for n, p in zip(names, products, strict=True) if judge(wish, p)[1] != wish.negated]
        if len(hits) == len(products):
            continue
        gap = None if wish.hard or not hits else _gap(wish, products, names, rows)
        if gap is not None:  # "light" asks for less, not for a limit
            found.append(gap)
            continue
        who = f"only {hits[0]}" if len(hits) == 1 else listed(hits) or neither
        verb = "fit" if len(hits) > 1 else "meets"
        found.append((capital(f"{who} {verb} your “{_label(wish)}”."), [who]))
    gaps = [g for w in wishes if w in met for g in [_gap(w, products, names, rows)] if g is not None]
    if met and not gaps and not found:
        wanted = listed([f"“{_label(w)}”" for w in met[:3]])
        found.append((f"{'Both' if len(products) == 2 else 'All'} fit what you asked for: {wanted}.", []))
    found = [*found[:1], *gaps[:1], *found[1:]]
    for plain in (_price_gap(products, names, rows), _rating_gap(products, names, rows)):
        if plain is not None and plain not in found:
            found.append(plain)
    data = [*names, *(p.title for p in products), *(_label(w) for w in wishes)]
    checked = [s for s, computed in found if not check_line(s, _numbers(products, computed), [*data, *computed])]
    return list(dict.fromkeys(checked))[:2]


def _label(wish: Constraint) -> str:
    return wish.label.partition(":")[0]


def _numbers(products: Sequence[Product], computed: Sequence[str]) -> set[float]:
    known = {float(len(products))} | {p.price for p in products if p.price is not None}
    known |= {p.rating for p in products if p.rating is not None} | {float(p.rating_count) for p in products}
    return known


def _gap(
    wish: Constraint, products: Sequence[Product], names: Sequence[str], rows: Sequence[ComparedRow]
) -> tuple[str, list[str]] | None:
    """ "Both fit your “under 3 kg”; the Lark is 400 g lighter." """
    everyone = "both" if len(products) == 2 else "all"
    met = f"{capital(everyone)} fit your “{_label(wish)}”"
    if wish.kind == "price":
        plain = _price_gap(products, names, rows)
        return (f"{met}; {plain[0][0].lower()}{plain[0][1:]}", plain[1]) if plain is not None else None
    row = next((r for r in rows if r.field == _field(wish)), None)
    if row is None or len(row.better) != 1:
        return None
    best = row.better[0]
    amounts = [_quantity(p, row.field) for p in products]
    mine = amounts[best]
    others = [a for i, a in enumerate(amounts) if i != best and a is not None]
    if mine is None or not others:
        return None
    nearest = min(others, key=lambda q: abs(to_base(q.value, q.unit)[0] - to_base(mine.value, mine.unit)[0]))
    gap = difference(mine, nearest)
    if gap is None:
        return None
    more = to_base(mine.value, mine.unit)[0] > to_base(nearest.value, nearest.unit)[0]
    words_for = _MORE_LESS.get(row.field)
    how = (
        f"is {gap} {words_for[0 if more else 1]}"
        if words_for
        else f"has {gap} {'more' if more else 'less'} {row.field}"
    )
    than = "" if len(products) == 2 else " than the next"
    if not wish.hard:
        return f"{capital(names[best])} {how}{than}; you asked for “{_label(wish)}”.", [f"{how}{than}"]
    return f"{met}; {names[best]} {how}{than}.", [f"{how}{than}"]


def _quantity(product: Product, name: str) -> Quantity | None:
    value = next((v for n, v in product.attributes.items() if fold(n) == name), None)
    return value if isinstance(value, Quantity) else None


def difference(one: Quantity, other: Quantity) -> str | None:
    """How far two amounts are apart, in the unit of the first; below a kilogram in grams; None if of two kinds."""
    (a, base), (b, other_base) = to_base(one.value, one.unit), to_base(other.value, other.unit)
    if base != other_base:
        return None
    if base == "kilogram" and abs(a - b) < 1:
        return str(Quantity(round(abs(a - b) * 1000, 1), "g"))
    if fold(one.unit) == fold(other.unit):
        return str(Quantity(round(abs(one.value - other.value), 3), one.unit))
    unit = to_base(1.0, one.unit)[0] - to_base(0.0, one.unit)[0]
    return str(Quantity(round(abs(a - b) / unit, 2), one.unit))


def _price_gap(
    products: Sequence[Product], names: Sequence[str], rows: Sequence[ComparedRow]
) -> tuple[str, list[str]] | None:
    row = next((r for r in rows if r.field == "price"), None)
    if row is None or len(row.better) != 1:
        return None
    best = row.better[0]
    prices = [p.price for i, p in enumerate(products) if i != best and p.price is not None]
    mine = products[best].price
    if mine is None or not prices:
        return None
    if len(products) == 2:
        said = f"costs {money(prices[0] - mine, products[best].currency)} less"
        return capital(f"{names[best]} {said}."), [said]
    said = f"costs least, {money(mine, products[best].currency)}"
    return capital(f"{names[best]} {said}."), [said]


def _rating_gap(
    products: Sequence[Product], names: Sequence[str], rows: Sequence[ComparedRow]
) -> tuple[str, list[str]] | None:
    row = next((r for r in rows if r.field == "rating"), None)
    if row is None or len(row.better) != 1:
        return None
    best = row.better[0]
    others = [i for i in range(len(products)) if i != best and row.values[i]]
    second = max(others, key=lambda i: products[i].rating or 0.0)

    def rated(i: int) -> str:
        return f"{products[i].rating:g} ({products[i].rating_count:,})"

    said = f"is rated higher, {rated(best)} against {rated(second)}"
    return capital(f"{names[best]} {said}."), [said]


def _in_words(products: Sequence[Product], rows: Sequence[ComparedRow]) -> str:
    differing = [r for r in rows if r.differs]
    lines = [f"In this order: {'; '.join(f'**{markdown(n)}**' for n in names_of(products))}."]
    for row in differing[:ROWS_TOLD]:
        cells = [
            f"{markdown(value) if value else 'not stated'}{' (better)' if i in row.better else ''}"
            for i, value in enumerate(row.values)
        ]
        lines.append(f"- **{markdown(row.field)}**{' (you asked)' if row.asked else ''}: {' · '.join(cells)}")
    text = "\n".join(lines)
    if len(differing) > ROWS_TOLD:
        text += f"\n\n{plural(len(differing) - ROWS_TOLD, 'more fact')} set them apart."
    return f"{text}\n\n{markdown(same_line(rows))}".strip()


def _alike(row: ComparedRow) -> str:
    if row.values[0] == "no":
        return f"{'not' if is_adjective(row.field) else 'no'} {row.field}"
    return row.field if row.values[0] == "yes" else f"{row.field} {row.values[0]}"


def same_line(rows: Sequence[ComparedRow]) -> str:
    """What is the same for all, in one line; "" if nothing is."""
    alike = [r for r in rows if not r.differs]
    if not alike:
        return ""
    told = [_alike(r) for r in alike[:SAME_TOLD]]
    more = f" and {len(alike) - SAME_TOLD} more" if len(alike) > SAME_TOLD else ""
    return f"Same for {'both' if len(alike[0].values) == 2 else 'all'}: {', '.join(told)}{more}."
