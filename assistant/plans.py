"""Several things asked for in one message: "a tent and two sleeping bags, under $300 in all".

Cuts the message at its joints, one part a kind of thing, finds what the sum may be, and chooses one product for each so
that together they score best and stay under it. The wishes of a part carry its name (`Constraint.item`).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from assistant.amounts import Amount, find_amounts
from assistant.constraints import kind_of
from assistant.dialogue import Dialogue, Wish, composed, merged
from assistant.ranking import Ranked
from assistant.reading import (
    Match,
    Reader,
    Token,
    is_context,
    match_phrases,
    mend_spelling,
    plainly_said,
    without_shelf_words,
)
from assistant.slots import is_short_for
from assistant.types import Constraint
from assistant.understand import Request, understand
from assistant.wording import money
from retrieval.facets import Facets
from retrieval.text import TOKEN, fold
from retrieval.types import Product

MOST_ITEMS = 6
"""Things answered at once; whoever asks for more is told so, and has the others left for the next message."""

TRIED = 30
"""Candidates of each thing that may be part of a sum."""

BEAM = 300
"""Combinations kept while the sum is put together; six things of thirty candidates have 729 million."""

_JOINT = re.compile(r"\s*(?:,\s*(?:and|plus)?|;|\.\s|\band\b|\bplus\b|\bas well as\b|\+|&)\s*")
_ARTICLE_NEXT = re.compile(r"(?:also )?(?:an?|some|the|my|one|two|three|four|five|six|\d{1,2})\b")
_OR = re.compile(r"\bor\b")
_TOGETHER = re.compile(
    r"\b(?:in all|all in all|all in|all together|altogether|together|in total|total|overall|combined|in sum|"
    r"for (?:both|all|everything|all of (?:them|it)|the (?:lot|two|set))|the lot)\b"
)
_HEADING = re.compile(r".*(?::|\s[-–]\s)")
_SPENDING = re.compile(r"\b(?:for|have|got|spend|budget)\s*$")
_COUNTS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "2": 2, "3": 3, "4": 4, "5": 5, "6": 6}
_COUNT = re.compile(rf"\b(?P<n>{'|'.join(_COUNTS)})\b(?![-\s](?:person|people|man|inch|l\b|kg|cm|piece|in\b))")
_ALSO = re.compile(r"^\s*(?:and|also|plus|add|oh and|ok and)\b|\b(?:also|too|as well|in addition|on top)\b")
_ONLY = re.compile(r"\b(?:only|just)\b")


@dataclass(frozen=True, slots=True)
class Several:
    """A message that asks for several things."""

    parts: tuple[tuple[Wish, tuple[Constraint, ...]], ...]
    total: Constraint | None
    left_out: tuple[str, ...] = ()
    """Things beyond `MOST_ITEMS`."""


@dataclass(frozen=True, slots=True)
class Combination:
    """One product for each thing, and what they come to."""

    chosen: tuple[Ranked, ...]
    total: float
    fits: bool


def several_in(message: str, reader: Reader) -> Several | None:
    """The things a message asks for at once; None if it asks for one, or for either of several."""
    text = plainly_said(fold(message), reader.vocabulary)
    matches = _kinds(text, reader)
    if len(matches) < 2:
        return None
    amounts = find_amounts(text)
    total_of = _total_in(text, amounts, matches)
    body = text if total_of is None else _without(text, total_of)
    heading = _HEADING.match(body[: matches[0].start])
    cuts = [heading.end() if heading else 0]  # "camping gear: ..." says what for, not what
    for one, other in itertools.pairwise(matches):
        gap = body[one.end : other.start]
        joints = list(_JOINT.finditer(gap))
        if not joints or _OR.search(gap):
            return None
        before_article = [j for j in joints if _ARTICLE_NEXT.match(gap[j.end() :])]
        cuts.append(one.end + (before_article or joints)[-1].end())
    cuts.append(len(body))
    parts: list[tuple[Wish, tuple[Constraint, ...]]] = []
    for match, (start, end) in zip(matches, itertools.pairwise(cuts), strict=True):
        count = _COUNT.search(body[start : match.start])
        said = body[start:end] if count is None else body[start:][count.end() : end - start]
        request = understand(said.strip(" ,.;"), reader)
        category = kind_of(request.constraints)
        if category is None or set(category.values) != match.meaning.keys:
            return None
        wish = Wish(category.label, request.text, request.extra, _COUNTS[count["n"]] if count else 1)
        parts.append((wish, tuple(_of(c, wish.name) for c in request.constraints)))
    total = None if total_of is None else total_constraint(total_of, reader.currency)
    left = tuple(wish.name for wish, _ in parts[MOST_ITEMS:])
    return Several(tuple(parts[:MOST_ITEMS]), total, left)


def _kinds(text: str, reader: Reader) -> list[Match]:
    """The kinds of things named, in order, each once; a use ("for my desk") is none."""
    tokens, _ = mend_spelling([Token(m.group(), m.start(), m.end()) for m in TOKEN.finditer(text)], reader)
    matches = without_shelf_words(match_phrases(text, tokens, find_amounts(text), reader), tokens)
    named: list[Match] = []
    use_ends = -1
    for match in matches:
        if match.meaning.kind != "category" or match.denied or is_short_for(match, reader.facets):
            continue
        if any(_is_department(reader.facets, key) for key in match.meaning.keys):
            continue  # "camping gear: a tent and a headlamp" lists two things
        joined_to_use = use_ends >= 0 and bool(_JOINT.fullmatch(text[use_ends : match.start]))
        if is_context(text[: match.start]) or joined_to_use:
            use_ends = match.end  # "for my desk and bed"
        elif named and text[named[-1].end : match.start].isspace():  # "a kitchen knife" is one thing, the narrower
            narrower = min(named[-1], match, key=lambda m: m.meaning.rows)
            named[-1] = replace(narrower, start=named[-1].start, end=match.end)
        else:
            named.append(match)
    seen: list[frozenset[str]] = []
    kinds: list[Match] = []
    for match in named:
        if match.meaning.keys not in seen:
            seen.append(match.meaning.keys)
            kinds.append(match)
    return kinds


def _is_department(facets: Facets, key: str) -> bool:
    """Whether a category holds others."""
    rows = facets.categories[key]
    inside = set(rows.tolist())
    return any(len(held) < len(rows) and int(held[0]) in inside for held in facets.categories.values() if len(held))


def _total_in(text: str, amounts: Sequence[Amount], matches: Sequence[Match]) -> Amount | None:
    """The amount that is to hold for all: said to be so, or the only price, after the last thing."""
    priced = [
        a
        for a in amounts
        if not a.unit
        and (a.is_money or a.bound in ("max", "about") or a.low != a.high or _SPENDING.search(text[: a.start]))
    ]
    marker = _TOGETHER.search(text)
    if marker:
        bare = [a for a in amounts if not a.unit]
        return min(bare, key=lambda a: min(abs(a.start - marker.end()), abs(marker.start() - a.end)), default=None)
    return priced[0] if len(priced) == 1 and priced[0].start > matches[-1].start else None


def _without(text: str, amount: Amount) -> str:
    """The text with the sum and what says that it is one made blank."""
    blank = text[: amount.start] + " " * (amount.end - amount.start) + text[amount.end :]
    return _TOGETHER.sub(lambda m: " " * len(m.group()), blank)


def total_constraint(amount: Amount, currency: str) -> Constraint:
    """What several things may cost together."""
    high = amount.high if amount.high is not None else amount.value
    return Constraint("total", "total", f"{money(high, currency, short=True)} in all", high=high)


def total_in(message: str, currency: str) -> Constraint | None:
    """A new sum for a plan that stands: "the total can be 400", "could be 350 in all", "up to $400"."""
    text = fold(message)
    amounts = [a for a in find_amounts(text) if not a.unit and a.value > 0]
    if len(amounts) != 1 or not (speaks_of_all(text) or amounts[0].is_money or amounts[0].bound == "max"):
        return None
    return total_constraint(amounts[0], currency)


def speaks_of_all(message: str) -> bool:
    """Whether a message is about what all of it may cost."""
    text = fold(message)
    return bool(_TOGETHER.search(text)) or bool(re.search(r"\b(?:budget|sum)\b", text))


def planned(dialogue: Dialogue, several: Several) -> Dialogue:
    """The state in which these things are asked for, and nothing else."""
    wishes = tuple(wish for wish, _ in several.parts)
    constraints = tuple(c for _, group in several.parts for c in group)
    return Dialogue(
        words=" ".join(wish.words for wish in wishes),
        constraints=(*constraints, *((several.total,) if several.total is not None else ())),
        history=dialogue.history,
        variety=dialogue.variety,
        plan=wishes,
    )


def part_of(dialogue: Dialogue, wish: Wish) -> Dialogue:
    """One thing of a plan as a conversation of its own."""
    own = tuple(
        replace(c, key=c.key.removeprefix(f"{c.item}/"), item="") for c in dialogue.constraints if c.item == wish.name
    )
    return Dialogue(
        words=wish.words or composed(own, wish.extra),
        extra=wish.extra,
        constraints=own,
        history=dialogue.history,
        shown=dialogue.shown,
        exclude_shown=dialogue.exclude_shown,
        refused=dialogue.refused,
    )


def wish_for(dialogue: Dialogue, product: Product) -> Wish | None:
    """Which thing of the plan a product was shown for: a thing that found none has no place on the page."""
    path = {fold(level) for level in product.category}
    for wish in dialogue.plan:
        kinds = {v for c in dialogue.constraints if c.item == wish.name and c.kind == "category" for v in c.values}
        if path & kinds:
            return wish
    return None


def with_part(dialogue: Dialogue, wish: Wish, part: Dialogue) -> Dialogue:
    """The plan with one of its things changed to what `part` says now."""
    changed = replace(wish, words=part.words, extra=part.extra)
    own = [_of(c, wish.name) for c in part.constraints]
    others = [c for c in dialogue.constraints if c.item != wish.name]
    order = {w.name: n for n, w in enumerate(dialogue.plan)}
    together = sorted((*others, *own), key=lambda c: order.get(c.item, len(order)))
    return replace(
        dialogue,
        constraints=tuple(together),
        plan=tuple(changed if w == wish else w for w in dialogue.plan),
        words=" ".join(w.words for w in dialogue.plan),
        refused=tuple(dict.fromkeys((*dialogue.refused, *part.refused))),
        exclude_shown=False,
    )


def with_total(dialogue: Dialogue, total: Constraint) -> Dialogue:
    """The plan under another sum."""
    return replace(dialogue, constraints=merged(dialogue.constraints, [total]), exclude_shown=False)


def added(dialogue: Dialogue, request: Request) -> Dialogue:
    """The plan with one more thing."""
    category = kind_of(request.constraints)
    if category is None:
        return dialogue
    wish = Wish(category.label, request.text, request.extra)
    total = [c for c in dialogue.constraints if c.kind == "total"]
    rest = [c for c in dialogue.constraints if c.kind != "total"]
    own = [_of(c, wish.name) for c in request.constraints]
    return replace(dialogue, constraints=(*rest, *own, *total), plan=(*dialogue.plan, wish), exclude_shown=False)


def is_addition(message: str) -> bool:
    """Whether a message adds a thing to a plan: "and a headlamp too"."""
    return bool(_ALSO.search(fold(message))) and not _ONLY.search(fold(message))


def is_only(message: str) -> bool:
    """Whether a message wants one thing of the plan alone: "just the chair"."""
    return bool(_ONLY.search(fold(message)))


def _of(constraint: Constraint, item: str) -> Constraint:
    return replace(constraint, key=f"{item}/{constraint.key}", item=item)


def combined(
    candidates: Mapping[str, Sequence[Ranked]], counts: Mapping[str, int], limit: float | None
) -> Combination | None:
    """One candidate for each thing with the highest sum of scores, under the limit if there is one.

    A beam over the things, cheapest completion known, so that no kept part can end over the limit; where nothing
    fits, the cheapest of all. None if a thing has no candidate with a price.
    """
    lists = [[r for r in ranked if r.product.price is not None][:TRIED] for ranked in candidates.values()]
    times = [counts[name] for name in candidates]
    if not lists or any(not ranked for ranked in lists):
        return None

    def cost(r: Ranked, n: int) -> float:
        return times[n] * (r.product.price or 0.0)

    cheapest = [min(cost(r, n) for r in ranked) for n, ranked in enumerate(lists)]
    fits = limit is None or sum(cheapest) <= limit + 1e-9
    if not fits:
        chosen = tuple(min(ranked, key=lambda r, n=n: cost(r, n)) for n, ranked in enumerate(lists))  # type: ignore[misc]
        return Combination(chosen, round(sum(cheapest), 2), fits=False)
    beam: list[tuple[float, float, tuple[Ranked, ...]]] = [(0.0, 0.0, ())]
    for n, ranked in enumerate(lists):
        rest = sum(cheapest[n + 1 :])
        longer = [
            (score + r.score, spent + cost(r, n), (*taken, r))
            for score, spent, taken in beam
            for r in ranked
            if limit is None or spent + cost(r, n) + rest <= limit + 1e-9
        ]
        beam = sorted(longer, key=lambda b: (-b[0], b[1]))[:BEAM]
    _score, spent, taken = beam[0]
    return Combination(taken, round(spent, 2), fits=True)
