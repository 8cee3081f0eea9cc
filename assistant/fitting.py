"""Wishes for what a thing is to fit: a size, an age, a number of players, a dog of 30 kg, a woman.

Catalogues write these as letters ("XL"), as ranges in words ("3+ years", "2-4 players", "54-58 cm") or as what a thing
takes at the most ("suits dogs up to 40 kg"). Each is read in the category asked for, and only where it states them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.amounts import Amount
from assistant.constraints import COVERAGE, Scope, value_constraint
from assistant.reading import Token, use
from assistant.types import Constraint
from assistant.vocabulary import Meaning
from assistant.wording import amount as worded_amount
from retrieval.text import fold
from retrieval.types import AttributeTest
from retrieval.units import to_base

_LETTER_SIZES = ("xs", "xl", "xxl", "2xl", "3xl")
_SPELLED = {"small": "s", "medium": "m", "large": "l", "extra large": "xl", "extra small": "xs"}
_SHORT = 3  # words
_SIZE_SAID = re.compile(r"\b(?:sizes?|sz)\s+(?P<one>[\w./-]+(?:\s+[\d./-]+)?)(?:\s*(?:or|/|,)\s*(?P<other>[\w./-]+))?")
_SIZE_AFTER = re.compile(r"\b(?P<one>[a-z]+)[ -]sizes?\b")
_NO_SIZE = frozenset(
    "and or in of for is the a an any which what that this other same right matter matters does do doesn't doesnt my "
    "your another different with shoe dress one all please".split()
)
_RANGE = re.compile(
    r"^(?P<low>\d+(?:\.\d+)?)\s*(?:(?P<plus>\+)|(?:-|–|to)\s*(?P<high>\d+(?:\.\d+)?))?\s*(?P<unit>[a-z]+)?$"
)
_OLD = re.compile(r"^[\s-]*(?:old\b|of age\b)")
_AGED = re.compile(r"\b(?:aged?|ages|turning|turns)\s*$")
_FOR_SOMEONE = re.compile(r"\bfor (?:my |a |an |our |his |her |the |\w+ )*$|\bis$|\bhe's$|\bshe's$|\bturned$")
_UP_TO = re.compile(r"\bup to$|^max(?:imum)? (?:load|weight)|^load capacity$|^(?:room|lawn) size$")
_HOLDS = re.compile(
    r"\b(?:hold|holds|support|supports|carry|carries|take|takes|bear|weigh|weighs|weighing|big guy|heavy)\b"
)
_WOMAN = re.compile(
    r"\b(?:wom[ae]n'?s?|ladies|lady|wife|girlfriend|mother|mom|mum|sister|grandma|grandmother|daughter|niece|aunt)\b"
)
_MAN = re.compile(
    r"\b(?:m[ae]n'?s?|gents?|gentlemen|guys?|husband|boyfriend|father|dad|brother|grandpa|grandfather|son|nephew|uncle)\b"
)


@dataclass(frozen=True, slots=True)
class _Interval:
    low: float
    high: float
    unit: str


def sizes(
    folded: str, tokens: list[Token], scope: Scope, amounts: Sequence[Amount], *, softened: bool
) -> list[Constraint]:
    """ "size 42", "size M or L", "king size", or a bare "XL" or "44" where the category comes in sizes. A size asked
    for by that word and not there is a wish all the same: one that nothing meets.
    """
    column = scope.facets.texts.get("size", {})
    values = [v for v, rows in column.items() if scope.mask[rows].any()]
    if not values:
        return _numbered(tokens, scope, amounts, softened=softened)
    firsts = {part for v in values for part in (v, v.split()[0])}
    match = next((m for m in _SIZE_SAID.finditer(folded) if m["one"].split()[0] not in _NO_SIZE), None)
    match = match or next((m for m in _SIZE_AFTER.finditer(folded) if m["one"] in firsts), None)
    wanted = [w for w in match.groups() if w] if match else []
    called = "size "
    if not wanted and scope.is_narrow and scope.coverage("size") >= COVERAGE:
        wanted = _bare(tokens, values, amounts)
        called = "size " if all(len(w) < 4 for w in wanted) else ""
    keys = {v for v in values for w in wanted if v in (w, _SPELLED.get(w)) or v.split()[-1] == w or v.split()[0] == w}
    if not wanted or (not keys and not (match and scope.is_narrow and _looks_like_size(wanted[0]))):
        return []
    for token in tokens:
        token.used |= token.text in (*" ".join(wanted).split(), "size", "sizes", "sz")
    said = " or ".join(w.upper() if len(w) <= 3 else w for w in wanted)
    meaning = Meaning("value", frozenset(keys or {wanted[0]}), "size")
    negated = match is not None and bool(re.search(r"\b(?:no|not|without)\s+$", folded[: match.start()]))
    return [value_constraint(scope, meaning, f"{called}{said}", negated=negated, softened=softened)]


def _numbered(tokens: list[Token], scope: Scope, amounts: Sequence[Amount], *, softened: bool) -> list[Constraint]:
    """A bare "42" where sizes are numbers, and 42 is one of them; after the word "size" any number is a measure."""
    rows, stated = scope.facets.numbers.get(("size", ""), (None, None))
    if rows is None or stated is None or not scope.is_narrow or scope.coverage("size") < COVERAGE:
        return []
    there = {f"{size:g}" for size in stated[scope.mask[rows]]}
    wanted = _bare(tokens, sorted(there), amounts)[:1]
    for token in tokens:
        token.used |= token.text in wanted
    test = [AttributeTest("size", low=float(w), high=float(w)) for w in wanted if w in there]
    hard = not softened
    return [
        Constraint("attribute:size", "attribute", f"size {t.low:g}", hard=hard, low=t.low, high=t.high, test=t)
        for t in test
    ]


def _looks_like_size(word: str) -> bool:
    return bool(re.fullmatch(r"\d{1,3}(?:[./]\d+)?|x{0,3}[sml]|\d?xl", word))


def _bare(tokens: Sequence[Token], values: Sequence[str], amounts: Sequence[Amount]) -> list[str]:
    """Sizes said without the word: letters, the sizes' own names, a number that is one of them and nothing else."""
    letters = ("s", "m", "l") if len(tokens) <= _SHORT else ()  # "M", "or L": nothing else can be meant
    taken = [(a.start, a.end) for a in amounts if a.unit or a.is_money or a.bound != "exact" or a.low != a.high]
    found: list[str] = []
    for token in tokens:
        if token.used or token.denied:
            continue
        if token.text.isdigit():
            is_free = not any(start <= token.start < end for start, end in taken)
            if is_free and any(v.split()[-1] == token.text for v in values):
                found.append(token.text)
        elif token.text in (*_LETTER_SIZES, *letters) or token.text in _SPELLED or token.text in values:
            found.append(token.text)
    return found[:2]


def ranges(folded: str, tokens: list[Token], scope: Scope, amount: Amount, named: Sequence[str]) -> Constraint | None:
    """An amount as one that the listing's own range has to hold: an age in "3+ years", five in "2-6 players"."""
    is_age = _is_age(folded, amount)
    for attribute, column in scope.facets.texts.items():
        intervals = {
            value: i for value in column if (i := _interval(value)) is not None and scope.mask[column[value]].any()
        }
        if not intervals or scope.coverage(attribute) < COVERAGE / 2:
            continue
        units = {i.unit for i in intervals.values()}
        if not _fits_unit(amount, units, is_age, attribute in named):
            continue
        wanted = amount.value
        keys = frozenset(v for v, i in intervals.items() if i.low <= wanted <= i.high)
        if not keys and not is_age:
            continue
        use(tokens, amount.start, _after(folded, amount))
        unit = next(iter(units))
        label = f"{attribute} {wanted:g}" if is_age else worded_amount(wanted, unit)
        hard = scope.coverage(attribute) >= COVERAGE
        test = AttributeTest(attribute, any_of=keys or frozenset({f"{wanted:g} {unit}"}))
        return Constraint(f"attribute:{attribute}", "attribute", label, hard=hard, test=test)
    return None


def _is_age(folded: str, amount: Amount) -> bool:
    if fold(amount.unit) not in ("year", "years", "yr", "yrs", ""):
        return False
    after, before = folded[amount.end :], folded[: amount.start]
    if amount.unit and (_OLD.match(after) or _FOR_SOMEONE.search(before) or amount.bound == "min"):
        return True
    return bool(_AGED.search(before)) or bool(_OLD.match(after))


def _after(folded: str, amount: Amount) -> int:
    old = _OLD.match(folded[amount.end :])
    return amount.end + (old.end() if old else 0)


def _interval(value: str) -> _Interval | None:
    match = _RANGE.match(value)
    if match is None or not (match["plus"] or match["high"]):
        return None
    low = float(match["low"])
    return _Interval(low, float(match["high"]) if match["high"] else float("inf"), match["unit"] or "")


def _fits_unit(amount: Amount, units: set[str], is_age: bool, is_named: bool) -> bool:
    """Whether the amount can be one of these; persons are players."""
    unit = fold(amount.unit)
    if is_age:
        return bool(units & {"years", "year"})
    if to_base(0.0, unit)[1] == "persons" and unit:
        return bool(units & {"players", "persons"})
    if unit:
        return to_base(0.0, unit)[1] in {to_base(0.0, u)[1] for u in units} and is_named
    return is_named and "players" in units


def loads(folded: str, scope: Scope, amount: Amount, *, softened: bool) -> Constraint | None:
    """ "For a dog of 30 kg", "has to hold 150 kg": an attribute that says what a thing takes at the most is at least
    that.
    """
    if not amount.unit or amount.low != amount.high or amount.bound == "about":
        return None
    base = to_base(0.0, amount.unit)[1]
    for attribute, stated in scope.facets.numbers:
        if stated != base or not _UP_TO.search(attribute) or not scope.states_number(attribute, base):
            continue
        before = folded[max(0, amount.start - 40) : amount.start]
        if not (_HOLDS.search(before) or re.search(r"\b(?:for|of|is|with)\b[\w ]*$", before)):
            continue
        label = f"{attribute} at least {worded_amount(amount.value, amount.unit)}"
        test = AttributeTest(attribute, low=amount.value, unit=amount.unit)
        hard = not softened and scope.coverage(attribute) >= COVERAGE
        return Constraint(f"attribute:{attribute}", "attribute", label, hard=hard, low=amount.value, test=test)
    return None


def gender(folded: str, tokens: list[Token], scope: Scope) -> Constraint | None:
    """ "Women's", "for my dad": what is made for women or for men, and what is for both."""
    column = scope.facets.texts.get("gender", {})
    woman, man = _WOMAN.search(folded), _MAN.search(folded)
    if scope.coverage("gender") < COVERAGE or bool(woman) == bool(man):
        return None
    match = woman or man
    assert match is not None
    said = "women" if woman else "men"
    plainly = match.group().startswith(("wom", "men", "man", "lad", "gent"))
    keys = {v for v in column if v == said or (v == "unisex" and not plainly)}
    if said not in keys:
        return None
    use(tokens, match.start(), match.end())
    test = AttributeTest("gender", any_of=frozenset(keys))
    return Constraint("attribute:gender", "attribute", f"for {said}", hard=plainly, test=test)
