"""Small wordings used everywhere: money, lists, attribute values. Plain English, no product knowledge."""

from __future__ import annotations

import re
from collections.abc import Sequence

from retrieval.types import AttributeValue, Quantity

SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "CNY": "¥", "INR": "₹"}


def money(amount: float, currency: str, *, short: bool = False) -> str:
    """$129.00; `short` leaves out the cents of a whole amount ($150), as people state a budget."""
    digits = f"{amount:,.0f}" if short and float(amount).is_integer() else f"{amount:,.2f}"
    if currency in SYMBOLS:
        return f"{SYMBOLS[currency]}{digits}"
    return f"{digits} {currency}".strip()


def listed(items: Sequence[str], last: str = "and") -> str:
    """a, b and c."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def shown(value: AttributeValue) -> str:
    """An attribute value as a shopper reads it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return listed(value)
    return str(value)


def amount(value: float, unit: str) -> str:
    """45 L; the unit as it was written."""
    return str(Quantity(value, unit))


def shorten(text: str, length: int) -> str:
    """Cut at a word, with an ellipsis."""
    if len(text) <= length:
        return text
    return text[: length - 1].rsplit(" ", 1)[0].rstrip(",;:. ") + "…"


def plural(count: int, noun: str) -> str:
    """1 customer, 210 customers."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def rated(rating: float, count: int) -> str:
    """4.5 out of 5 by 210 customers; of a feed that gives no count, 4.5 out of 5."""
    return f"{rating:g} out of 5" + (f" by {plural(count, 'customer')}" if count else "")


# Yes/no attributes that read as adjectives; anything else is something the product has.
_ADJECTIVE_ENDINGS = (
    "bagless", "non-stick", "reflective", "included", "non-slip", "brushless", "backlit", "curved", "padded",
    "proof", "safe", "able", "ible", "resistant", "free", "wireless", "cordless", "washable", "friendly", "certified",
    "ed", "organic", "vegan", "ready", "compatible", "standing", "lit", "fast", "portable", "reversible", "cancelling",
    "dimmable", "automatic", "electric", "manual", "ergonomic", "seamless", "stackable", "magnetic", "smart",
    "freestanding", "repellent",
)  # fmt: skip


def is_adjective(name: str) -> bool:
    """Whether a yes/no attribute is said with "is" (waterproof) rather than "has" (a timer)."""
    return name.endswith(_ADJECTIVE_ENDINGS) or name.startswith("easy ")


_MASS_NOUNS = frozenset(["bluetooth", "wi-fi", "wifi", "nfc", "gps", "usb", "storage", "noise", "anc", "ambient"])


def is_plural(noun: str) -> bool:
    """By its ending: ports, but not thickness."""
    return noun.endswith("s") and not noun.endswith("ss")


_CONSONANT_SOUND = re.compile(r"u(?:sb|v|k|s)\b|uni(?!n)|us(?:e|a|u)|ut[ei]|eu|one\b|once\b")
"""Begins with a vowel's letter and not with its sound: a USB port, a unisex fit, a one-way zip."""


def with_article(noun: str) -> str:
    """As in "a timer" and "an alarm"; no article before a mass noun or a plural."""
    last = noun.split()[-1]
    if is_plural(last) or last in _MASS_NOUNS or last.endswith(("ing", "tion")):
        return noun
    vowel = noun[0].lower() in "aeiou" and _CONSONANT_SOUND.match(noun.lower()) is None
    return f"an {noun}" if vowel else f"a {noun}"
