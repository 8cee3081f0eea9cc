"""The one question worth asking back: the facet that splits the good candidates best.

Asked beside the products, never instead of them, once a wish, and only where the wish is still wide. Each answer is a
message that was tried: understood, it gives that very wish, and something fits it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from assistant.clerk import Clerk
from assistant.constraints import COVERAGE, Scope, kind_of
from assistant.dialogue import Dialogue, as_filter
from assistant.ranking import Ranked, models
from assistant.types import Clarifying, Constraint
from assistant.understand import understand
from assistant.wording import is_plural, shown
from retrieval.text import fold
from retrieval.types import Quantity

LOOKED_AT = 40
"""Models, the best first, that the question is to split: what lies beyond is shown to nobody."""

FEWEST_FITTING = 12
"""With fewer products a look at the next page is quicker than a question."""

MOST_WISHES = 1
"""Wishes beside the kind of thing, from which more a shopper has told what matters."""

MOST_OPTIONS = 4
LEAST_SHARE = 0.1
"""Of the candidates, that an answer must leave."""

LEAST_SPLIT = 1.0
"""Bits that the answer must be worth: an even choice of two."""

_NEVER = frozenset(
    ["warranty", "colour", "color", "language", "weight", "eyes", "layout", "ear pad material", "cushioning", "filter",
     "water resistance", "finish", "binding", "chuck", "panel"]
)  # fmt: skip
"""Not asked: what all the same makers grant, what the page shows at a glance, or what nobody starts from."""


_MEASURES = frozenset(["size", "capacity", "screen size", "storage", "memory", "sleeping capacity", "pieces", "volume"])
"""Measures that shoppers know by heart; few could say which heel drop or battery life is right for them."""


def question_for(clerk: Clerk, dialogue: Dialogue, candidates: Sequence[Ranked], fitting: int) -> Clarifying | None:
    """The question for a page, or None if none would pay."""
    category = kind_of(dialogue.constraints)
    wishes = [c for c in dialogue.constraints if c is not category]
    if category is None or fitting < FEWEST_FITTING or len(wishes) > MOST_WISHES or dialogue.questioned:
        return None
    best = models(candidates)[:LOOKED_AT]
    asked = {c.test.attribute for c in wishes if c.test is not None}
    scope = Scope.of(clerk.facets, category)
    splits = [
        (bits, attribute, values)
        for attribute in sorted({fold(name) for r in best for name in r.product.attributes} - asked - _NEVER)
        if scope.coverage(attribute) >= COVERAGE
        for bits, values in [_split(best, attribute)]
        if bits >= LEAST_SPLIT
    ]
    for _bits, attribute, values in sorted(splits, key=lambda s: (-s[0], s[1])):
        options = tuple(v for v in values if _leads_there(clerk, dialogue, attribute, v))[:MOST_OPTIONS]
        if len(options) > 1:
            name = clerk.facets.labels.get(attribute, attribute)
            return Clarifying(
                f"To narrow it down: which {name} {'are' if is_plural(name) else 'is'} right for you?",
                options,
                attribute,
            )
    return None


def contradiction_in(dialogue: Dialogue) -> Clarifying | None:
    """The question about two limits that cannot both hold: "under 20 and over 50"."""
    for c in dialogue.constraints:
        if c.kind == "price" and c.low is not None and c.high is not None and c.low > c.high:
            options = tuple(c.label.split(", "))
            return Clarifying(
                f"“{options[0]}” and “{options[-1]}” cannot both hold. Which is it to be?", options, "price"
            )
    return None


def departments(clerk: Clerk) -> Clarifying:
    """The question for whoever has not yet said what kind of thing they want."""
    names = tuple(clerk.facets.labels[name] for name in clerk.facets.departments[:5])
    return Clarifying("What kind of thing is it to be?", names)


def _split(best: Sequence[Ranked], attribute: str) -> tuple[float, list[str]]:
    """(bits the answer is worth, the answers, the commonest first); values of lists and yes/no are no choice of one."""
    said = [v for r in best for name, v in r.product.attributes.items() if fold(name) == attribute]
    values = [shown(v) for v in said if isinstance(v, str) or (isinstance(v, Quantity) and attribute in _MEASURES)]
    if len(values) < COVERAGE * len(best):
        return 0.0, []
    counts = Counter(values)
    common = [(value, n) for value, n in counts.most_common(MOST_OPTIONS) if n >= LEAST_SHARE * len(best)]
    covered = sum(n for _, n in common)
    if len(common) < 2 or covered < COVERAGE * len(values):
        return 0.0, []  # ten sizes at one in ten each are a list, not a question
    bits = -sum(n / covered * math.log2(n / covered) for _, n in common)
    return bits, [value for value, _ in common]


def _leads_there(clerk: Clerk, dialogue: Dialogue, attribute: str, option: str) -> bool:
    """Whether the answer, said as it stands, asks for that attribute and leaves products."""
    request = understand(option, clerk.reader, context=dialogue.constraints)
    if request.intent not in ("refine", "search") or request.extra or len(request.constraints) != 1:
        return False
    wish: Constraint = request.constraints[0]
    if wish.test is None or fold(wish.test.attribute) != attribute:
        return False
    return bool(clerk.facets.mask(as_filter([*dialogue.constraints, wish])).any())
