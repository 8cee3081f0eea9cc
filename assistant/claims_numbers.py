"""Claims of money, stock, ratings and numbers: each belongs to what it is said of.

Every check gives "" or why the claim fails.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.facts import AMOUNT, HEDGE, NUMBER, Clause, Facts, contains, is_about, is_same, read_number, stems_of
from assistant.plain_words import (
    BARE_MEASURES,
    NEVER_BARE,
    NUMBER_WORDS,
    OVER,
    UNDER,
)
from assistant.ranking import budget_signal
from assistant.wording import SYMBOLS
from retrieval.text import STOP_WORDS, fold, stem, words
from retrieval.types import Quantity
from retrieval.units import is_known, to_base

_STARS = re.compile(
    r"(?:\brated |\brating (?:of|is) )?(?<![\w.])(?P<a>\d+(?:\.\d+)?)(?: stars?)? ?"
    r"(?:out of (?=\d)|/ ?(?=(?:5|10|100)(?![\w./])))(?P<scale>\d+(?:\.\d+)?)"
    r"|(?:\brated|\brating (?:of|is)) (?P<b>\d+(?:\.\d+)?)(?![\w]|\.\d)|(?<![\w.])(?P<c>\d+(?:\.\d+)?)[ -]stars?\b"
)
_RATERS = re.compile(r"(?<![\w.])(?P<count>\d[\d,]*) (?:customer|review|rating|buyer|shopper)s?\b")
_UNCOUNTED = re.compile(r"(?<!by )(?<!from )(?<!by our )(?<!from our )\b(?:customers|reviewers)\b(?! rated| gave)")
_COSTS_NOTHING = re.compile(
    r"\b(?:is|are|it's|comes?|yours|get it|have it|offered|given|available)(?: \w+ly| quite| all| even)? free\b"
    r"(?! (?:of|from) (?!charge|cost))|\bfor free\b|\bfree of (?:any )?(?:charge|cost)\b|\bcosts? (?:you )?nothing\b"
    r"|\b(?:no|without|zero) (?:any )?(?:charge|cost)s?\b|\b(?:gratis|complimentary|giveaway)\b"
    r"|\bfree (?:gift|item|product)\b"
)
_DENIED = re.compile(
    r"(?:\bnot|n't|\bnever|\bno longer) (?:(?:cost|priced at|at|for|be) (?:\w+ )?(?=[$€£¥₹\d])|(?=[$€£¥₹]\d)"
    r"|(?:have )?(?:a )?rat(?:ed|ing)\b|(?:similar|resemble|like)\b)"
)
_BUDGET = re.compile(
    r"\b(?P<side>within|under|below|inside|in|fits|fit|meets|suits|matches|over|above|exceeds|beyond|outside)"
    r" (?:of )?(?:your|the|a) (?P<what>budget|limit|price range|range)\b"
)


def money_pattern(facts: Facts) -> re.Pattern[str]:
    """$129.00; "129.00 PLN" where the currency has no sign; a price without currency by the words before it."""
    currency = fold(facts.product.currency)
    after = "|".join(filter(None, [re.escape(currency), "dollars?", "euros?", "usd", "eur", "gbp"]))
    forms = [rf"(?P<sign>[$€£¥₹])\s?(?P<a>{AMOUNT})", rf"(?<![\w.])(?P<b>{AMOUNT})\s?(?P<code>{after})\b"]
    if not currency:
        forms.append(r"(?<![\w.])(?P<c>\d[\d,]*\.\d\d)(?!\w)|(?<=limit of )(?P<d>\d[\d,]*)(?!\w)")
    return re.compile("|".join(forms))


def without_money(bare: str, facts: Facts) -> str:
    """The sentence without its amounts, which were checked, and the "about" before them."""
    hedge = r"(?:\b(?:about|around|roughly|approximately|nearly|almost|just over|just under)\s+)?"
    return re.sub(f"{hedge}(?:{money_pattern(facts).pattern})", " ", bare)


def check_money(bare: str, facts: Facts) -> str:
    """An amount is the price, unless words around it make it a limit of the shopper's or the difference to it."""
    last, own = 0, 0
    if facts.product.price != 0 and _COSTS_NOTHING.search(re.sub(r'[“"][^”"]*[”"]', " ", bare)):
        return "says it costs nothing"
    if re.search(r"\bits (?!price\b|cost\b)(?:(?!\b(?:it|and)\b)[^,.;]){1,30}\b(?:costs|is priced)\b", bare):
        return "gives the price of a part"
    for match in money_pattern(facts).finditer(bare):
        said = match.group().strip()
        found = match.groupdict()
        amount = float(next(v for k, v in found.items() if k in "abcd" and v).replace(",", ""))
        if not _is_own_currency(found.get("sign"), found.get("code"), facts.product.currency):
            return f"another currency: “{said}”"
        gap = re.split(r"[,;](?=\s)", bare[last : match.start()])[-1]
        why = _check_amount(amount, gap, bare[match.end() :], facts)
        if why:
            return f"{why}: “{said}”"
        own += facts.product.price is not None and _is_near(facts.product.price, amount)
        last = match.end()
    bounds = {b for c in facts.constraints if c.kind == "price" for b in (c.low, c.high)}
    if own > 1 and not any(_is_near(bound, facts.product.price or 0.0) for bound in bounds):
        return "says the price twice"
    return ""


def _is_own_currency(sign: str | None, code: str | None, currency: str) -> bool:
    if sign:
        return SYMBOLS.get(currency) == sign
    return not code or {"dollar": "USD", "euro": "EUR"}.get(code.rstrip("s"), code.upper()) == currency.upper()


def _check_amount(amount: float, gap: str, after: str, facts: Facts) -> str:
    price = facts.product.price
    if price is None:
        return "the listing gives no price"
    bounds = [(c.low, c.high) for c in facts.constraints if c.kind == "price"]
    limits = {b for pair in bounds for b in pair if b is not None}
    difference = re.match(
        r"\s*(?P<side>over|above|under|below|less than|more than) (?:your|the) (?:limit|budget)", after
    )
    if difference:
        is_over = OVER.match(difference["side"]) is not None
        highs = [high for _, high in bounds if high is not None]
        fits = any(abs((price - high if is_over else high - price) - amount) < 0.005 for high in highs)
        return "" if fits else "wrong amount of money"
    if re.search(r"\bbetween\s*$", gap) or re.fullmatch(r"\s*(?:and|to)\s*", gap):
        place = 0 if "between" in gap else 1
        fits = any(
            _is_near(pair[place], amount) and pair[0] and pair[1] and pair[0] <= price <= pair[1] for pair in bounds
        )
        return "" if fits else "names a range nobody gave"
    limit_named = re.search(r"\b(?:limit|budget)\b(?: is| of)?\s*$", gap)
    if not limit_named and (
        not (OVER.search(gap) or UNDER.search(gap)) or re.search(r"\b(?:at|for|costs?|is|of)\s*$", gap)
    ):
        hedge = re.search(r"\b(about|around|roughly|approximately|nearly|almost|just over|just under)\s*$", gap)
        if hedge and is_about(hedge[1], amount, price) and abs(amount - price) <= min(1.0, 0.01 * price):
            return ""  # "about $90" of $89.95: a price is rounded by cents, not by dollars
        return "" if abs(amount - price) < 0.005 else "wrong amount of money"
    # "less than the $90.00 you saw": the limit is a cent below what was seen.
    if not any(_is_near(limit, amount) or _is_near(limit, amount - 0.01) for limit in limits):
        return "names a limit nobody gave"
    wants_over = bool(OVER.search(gap)) != bool(re.search(r"\bnot\b", gap))
    if OVER.search(gap) or UNDER.search(gap):
        holds = price >= amount - 1e-9 if wants_over else price <= amount + 1e-9
        return "" if holds else "puts the price on the wrong side"
    return ""


def _is_near(a: float | None, b: float) -> bool:
    return a is not None and abs(a - b) < 0.005


def check_denied_facts(bare: str) -> str:
    """A price, a rating and a likeness to something bought are only ever stated: denied, each is another claim."""
    match = _DENIED.search(bare)
    return f"denies what is so: “{match.group().strip()}”" if match else ""


def check_budget(bare: str, facts: Facts) -> str:
    """ "within your budget" and "over your limit" without an amount."""
    price = facts.product.price
    for match in _BUDGET.finditer(bare):
        side, what = match["side"], match["what"]
        given = [c for c in facts.constraints if c.kind == "price"]
        if not given or price is None:
            return f"names a budget nobody gave: “{match.group()}”"
        low, high = given[0].low, given[0].high
        if side in ("over", "above", "exceeds", "beyond"):
            holds = high is not None and price > high
        elif side in ("under", "below") and "range" in what:
            holds = low is not None and price < low
        else:
            holds = (budget_signal(given[0], price) > 0) == (side != "outside")
        if holds == bool(re.search(r"(?:\bnot|n't)\b[^,]{0,12}$", bare[: match.start()])):
            return f"puts the price on the wrong side: “{match.group()}”"
    return ""


def check_stock(bare: str, facts: Facts) -> str:
    """Neither sold out what is there, nor in stock what is not known to be."""
    gone = re.search(r"\b(?:out of stock|sold out|unavailable|(?:not|isn't) (?:in stock|available))\b", bare)
    if gone and re.search(r"(?:\bnot|n't|\bnever)(?: \w+)? $", bare[: gone.start()]) and not facts.product.stock:
        return f"claims stock without proof: “not {gone.group()}”"
    if gone and facts.product.in_stock:
        return f"denies the stock there is: “{gone.group()}”"
    if facts.product.stock == 0 and not gone and (offered := re.search(r"\bavailable in\b", bare)):
        return f"claims stock without proof: “{offered.group()}”"
    there = re.search(r"(?<!out of )(?<!our )\bin stock\b|\bavailable\b(?! in\b)|\bsells?\b", bare)
    if there and not gone and not facts.product.stock:
        return f"claims stock without proof: “{there.group()}”"
    return ""


def check_rating(bare: str, facts: Facts) -> str:
    """Stars, how many gave them, and the side of the shop's average."""
    rating, count = facts.product.rating, facts.product.rating_count
    if re.search(r"\brat(?:ed|ings?)\b|\bstars?\b", bare) and (rating is None or not count):
        return "gives another rating than the listing"
    for match in _STARS.finditer(bare):
        stars = match["a"] or match["b"] or match["c"]
        if rating is None or f"{rating:g}" != f"{float(stars):g}" or (match["scale"] or "5") != "5":
            return f"gives another rating than the listing: “{match.group()}”"
    for match in _RATERS.finditer(bare):
        if int(match["count"].replace(",", "")) != count:
            return f"gives another number of ratings than the listing: “{match.group()}”"
    uncounted = _UNCOUNTED.search(_RATERS.sub(" ", bare))
    if uncounted:
        return f"speaks for customers: “{uncounted.group()}”"
    side = re.search(r"\b(above|over|higher|better|below|under|lower|worse)\b[^,]{0,12}\baverage\b", bare)
    contribution = next((r.contribution for r in facts.reasons if r.kind == "social_proof"), 0.0)
    if side and (side[1] in ("above", "over", "higher", "better")) != (contribution > 0):
        return f"puts the rating on the wrong side: “{side.group()}”"
    return ""


def without_rating(bare: str) -> str:
    """The sentence with its stars and counts, which were checked, made plain words."""
    return _RATERS.sub(" customers ", _STARS.sub(" rated ", bare))


def check_numbers(clause: Clause, facts: Facts) -> str:
    """Every number is the value of the attribute it is said of, or in a recalled wish the number asked for."""
    text = _without_texts(clause, facts)
    for match in NUMBER.finditer(text):
        value, unit = read_number(match["value"]), fold(match["unit"] or "")
        unit = "" if unit in STOP_WORDS and unit != "in" else unit
        before = text[: match.start()]
        if value is None or not _number_holds(value, unit, before, clause, facts):
            return f"number without proof: “{match.group().strip()}”"
    return ""


def _without_texts(clause: Clause, facts: Facts) -> str:
    """The clause without what only looks like an amount: the 1 of "connector 1", the whole text of an attribute that
    it speaks of ("SCART (21-pin)"), and a wish recalled word for word.
    """
    said = {n for n in (*facts.names, *facts.flags, *(fold(r.field) for r in facts.reasons)) if re.search(r"\d", n)}
    if clause.mood == "stated":
        values = (value for name in clause.about & facts.texts.keys() for value in facts.texts[name])
        said |= {value for value in values if re.search(r"\d", value)}
    elif clause.mood == "asked":
        labels = ((c.label, c.label.removeprefix(f"{c.test.attribute} ")) for c in facts.constraints if c.test)
        said |= {fold(label) for pair in labels for label in pair}
    text = clause.text
    for phrase in sorted(filter(None, said), key=len, reverse=True):
        text = re.sub(rf"(?<![\w.]){re.escape(phrase)}(?!\w|\.\d)", " ", text)
    return text


def _number_holds(value: float, unit: str, before: str, clause: Clause, facts: Facts) -> bool:
    hedge = next((m["hedge"] for m in HEDGE.finditer(f"{before}0") if m.end() == len(before)), "")
    if hedge and clause.mood == "stated" and (held := set(_hedged(hedge, value, unit, facts))):
        return bool(held & clause.about) if clause.about else any(_needs_no_name(h, unit, facts) for h in held)
    holders = set(_holders(value, unit, facts))
    wished = [text for c in facts.constraints if c.test is not None for text in c.test.any_of]
    said = [text for text in wished if re.search(rf"(?<![\w.]){value:g}(?!\w|\.\d)", text)]
    if clause.mood == "asked" and any(contains(clause.text, text) for text in said):
        return True  # "while you asked for 1920 x 1080": a wish that is a text, recalled whole
    if clause.mood == "asked" or (clause.mood == "denied" and not holders):
        return _was_asked(value, unit, before, facts)
    if clause.mood != "stated" or re.search(
        r"\b(?:more|less|fewer|over|under|above|below)(?: than)? (?:the )?$", before
    ):
        return False
    if re.search(r"\b(?:limit|budget) of\s*$", before):
        return _was_asked(value, unit, "up to", facts)
    if unit == "left":
        return value == facts.product.stock
    if clause.about:
        return bool(holders & clause.about)
    return _is_in_title(value, unit, before, facts) or any(_needs_no_name(h, unit, facts) for h in holders)


def _holders(value: float, unit: str, facts: Facts) -> Iterator[str]:
    """Attributes that have this number for their value."""
    for name, quantity in facts.quantities.items():
        counted = not quantity.unit or to_base(0.0, quantity.unit)[1] in ("persons", "pieces")
        if (unit and quantity.unit and is_same(value, unit, quantity)) or (
            counted and value == quantity.value and (not unit or stem(unit) in facts.names[name])
        ):
            yield name
    for name, texts in facts.texts.items():
        for text in texts:
            if re.search(rf"(?<![\w.]){value:g}(?!\w|\.\d)", text) and (
                not unit or stem(unit) in {*stems_of(text), *facts.names[name]}
            ):
                yield name
        if len(texts) > 1 and value == len(texts) and unit and stem(unit) in facts.names[name]:
            yield name  # "two ports" of usb-c and hdmi


def _hedged(hedge: str, value: float, unit: str, facts: Facts) -> Iterator[str]:
    """Measures that this number rounds, or lies below or above, as the word before it says."""
    for name, quantity in facts.quantities.items():
        factor, base = to_base(1.0, unit)
        if unit and quantity.unit and base == to_base(1.0, quantity.unit)[1] and base != "kelvin":
            true = to_base(quantity.value, quantity.unit)[0] / factor
            if is_about(hedge, value, true):
                yield name


def _needs_no_name(name: str, unit: str, facts: Facts) -> bool:
    """ "at 2.8 kg" can only be its weight; "44 cm" could be any of its sides."""
    if name not in facts.quantities or not is_known(unit):
        return bool(unit)
    base = to_base(0.0, unit)[1]
    usual = [n for n in BARE_MEASURES.get(base, ()) if n in facts.quantities]
    if usual:
        return name in usual
    rivals = [n for n, q in facts.quantities.items() if to_base(0.0, q.unit)[1] == base]
    return base not in NEVER_BARE and rivals == [name]


def _is_in_title(value: float, unit: str, before: str, facts: Facts) -> bool:
    """ "the Slate 14", "a two-person tent": part of the name."""
    title = " ".join(NUMBER_WORDS.get(w, w) for w in re.split(r"[\s,-]+", fold(facts.product.title)))
    previous = (words(before) or [""])[-1]
    is_named = bool(previous) and re.search(rf"(?<!\w){re.escape(previous)} {value:g}(?!\w|\.\d)", title) is not None
    return is_named or (unit != "" and re.search(rf"(?<![\w.]){value:g} ?{re.escape(unit)}(?!\w)", title) is not None)


def _was_asked(value: float, unit: str, before: str, facts: Facts) -> bool:
    """Whether a wish has this bound, on the side the words say."""
    for constraint in facts.constraints:
        if constraint.test is None:
            continue
        counts = to_base(0.0, constraint.test.unit)[1] in ("persons", "pieces", "")
        if not unit and not counts and not contains(constraint.label, f"{value:g} to"):
            continue  # only in "1 to 2 kg" does a bare number recall an amount
        bounds = {"low": constraint.low, "high": constraint.high}
        if re.search(r"\bat least\s*$|\bmore than\s*$|\bover\s*$", before):
            del bounds["high"]
        elif re.search(r"\b(?:up to|at most|under|below|less than)\s*$", before):
            del bounds["low"]
        for bound in bounds.values():
            if bound is not None and (
                is_same(value, unit or constraint.test.unit, Quantity(bound, constraint.test.unit))
            ):
                return True
    return False
