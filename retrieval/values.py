"""Cells of foreign catalogues -> clean, typed values. Knows nothing of files, rows or columns.

A cell that states nothing gives None (or ""); a cell that states something impossible raises `CellError`
with a reason a shop keeper can act on.
"""

from __future__ import annotations

import html
import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import TypeGuard

from price_parser import Price

from retrieval.types import AttributeValue, Quantity


class CellError(ValueError):
    """The cell cannot mean what its field needs; the message is the reason shown to people."""


# No pattern below can run across a second "<", so a hostile page of unclosed tags costs linear time.
_HIDDEN_BLOCK = re.compile(r"<(script|style)\b[^<>]*>[^<]*</\1\s*>|<!--[^<>]*-->", re.IGNORECASE)
_BLOCK_TAG = re.compile(r"</?(?:p|br|li|ul|ol|div|tr|td|th|table|h[1-6])\b[^<>]*>", re.IGNORECASE)
_INLINE_TAG = re.compile(r"</?[a-z!][^<>]*>", re.IGNORECASE)
# Control characters, lone surrogates (SQLite refuses them), zero-width spaces and marks that reorder text.
_INVISIBLE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u200b\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")

_NOT_STATED = frozenset(("", "-", "--", "n/a", "null", "nan"))

_NUMBER = r"[+-]?(?:[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?|(?:0|[1-9]\d*)(?:[.,]\d+)?)"
_UNIT = r"[a-zµμΩ°%\"'′″][a-zµμΩ°²³23/·.]*"
_QUANTITY = re.compile(rf"({_NUMBER})(\s?)({_UNIT})?", re.IGNORECASE)
# Letters that make an amount of the number they stick to. Any others make a name of it: 4500U, 5G, 4K, 1080p.
_UNIT_SYMBOLS = frozenset(
    """kg g mg µg lb lbs oz km m cm mm µm nm in ft yd inch inches " ' ″ ′ l L ml mL cl dl m² m2 cm² cm2
    m³ m3 cm³ cm3 m³/h m3/h litre litres liter liters W kW mW watt watts V kV mV volt volts A mA mAh Ah Wh kWh
    VA kVA Hz kHz MHz GHz kB KB MB GB TB Mbit/s Gbit/s MB/s Mbps Gbps ms s sec min h hrs dB dBA °C °F ° % lm
    lx cd cd/m² cd/m2 rpm dpi ppi ppm MP bar psi Pa kPa Nm kJ Ω ohm g/m² g/m2 gsm BTU""".split()
)
_LONGEST_UNIT = 12
_DIGIT = re.compile(r"\d")
_LONGEST_AMOUNT = 7  # more digits are a name (EAN, article number), not an amount to compare

_CURRENCIES = {"$": "USD", "US$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "zł": "PLN"}
_PRICE_RANGE = re.compile(r"\d\s*(?:-|–|to|bis)\s*\D{0,4}\d", re.IGNORECASE)
_LONGEST_PRICE = 60  # nobody writes a longer one, and price-parser's patterns are slow on an essay

_IN_STOCK = frozenset(("in stock", "available", "true", "yes"))
_OUT_OF_STOCK = frozenset(("out of stock", "sold out", "unavailable", "false", "no"))


def clean(text: str) -> str:
    """One line of plain text: no markup, entities, control characters or doubled spaces.

    Entities come first, because feeds often carry markup that is escaped once too often.
    """
    if "&" in text:
        text = html.unescape(text)
    if "<" in text:
        text = _HIDDEN_BLOCK.sub(" ", text)
        text = _BLOCK_TAG.sub(" ", text)
        text = _INLINE_TAG.sub("", text)
    text = text.replace("\\r\\n", " ").replace("\\n", " ")  # line ends escaped by some exporter
    return " ".join(_INVISIBLE.sub("", text).split())


def plain_text(raw: object) -> str:
    """Text of a scalar cell; whole floats lose their ".0", as spreadsheets and pandas add it to ids.

    Raises CellError for a list or mapping.
    """
    if raw is None:
        return ""
    if isinstance(raw, str):
        return clean(raw)
    if isinstance(raw, bool):
        return "yes" if raw else "no"
    if isinstance(raw, float):
        if not math.isfinite(raw):
            return ""
        return f"{raw:.0f}" if raw.is_integer() else repr(raw)
    if isinstance(raw, int):
        return str(raw)
    raise CellError(f"expected text, found {_shown(raw)}")


def web_address(raw: object) -> str:
    """An http(s) address or a path; "javascript:..." must never become a link. Raises CellError."""
    text = plain_text(raw)
    scheme = re.match(r"[a-z][a-z0-9+.-]*:", text, re.IGNORECASE)
    if scheme and scheme.group().lower() not in ("http:", "https:"):
        raise CellError(f"{_shown(text)} is no web address: use http, https or a path")
    return text


def price_and_currency(raw: object, scale: float = 1.0) -> tuple[float | None, str]:
    """(amount times `scale` to the cent, currency code or "").

    Reads 45.9, "$1,299.00", "1.299,00 €" and "USD 45". Raises CellError for text without a price, for a
    range, and for amounts that are negative or not finite.
    """
    if raw is None:
        return None, ""
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return _amount(_finite(raw) * scale), ""
    text = plain_text(raw)
    if text.casefold() in _NOT_STATED - {"nan"}:  # a price that came out as NaN was lost on the way: reject it
        return None, ""
    try:
        number = float(text)
    except ValueError:
        number, currency = _written_price(text)
        return _amount(number * scale), currency
    return _amount(number * scale), ""


def _written_price(text: str) -> tuple[float, str]:
    if len(text) > _LONGEST_PRICE:
        raise CellError(f"{_shown(text)} is too long for a price")
    before_digits = _DIGIT.split(text, maxsplit=1)[0]
    if "-" in before_digits or "−" in before_digits:
        raise CellError(f"{_shown(text)} is negative")
    if _PRICE_RANGE.search(text):
        raise CellError(f"{_shown(text)} is a range, not one price")
    price = Price.fromstring(text)
    if price.amount is None or before_digits == text:  # price-parser reads "free" as 0
        raise CellError(f"no number in {_shown(text)}")
    return float(price.amount), currency_code(price.currency or "")


def _amount(number: float) -> float:
    return round(_finite(number, at_least=0.0), 2)


def currency_code(raw: object) -> str:
    """ISO code of a common sign; anything else in capitals as it stands."""
    text = plain_text(raw)
    return _CURRENCIES.get(text, text.upper())


def stars(raw: object) -> float | None:
    """A rating from 0 to 5. Raises CellError outside of it."""
    return None if (number := _number(raw)) is None else _finite(number, at_least=0.0, at_most=5.0)


def whole_number(raw: object) -> int | None:
    """A count, 0 or more; "1,234" and "12.0" are read. Raises CellError."""
    if (number := _number(raw)) is None:
        return None
    if not _finite(number, at_least=0.0).is_integer():
        raise CellError(f"{_shown(raw)} is not a whole number")
    return int(number)


def stock_level(raw: object) -> int | None:
    """Pieces on hand; None if not stated or only "in stock". Raises CellError.

    A negative number is what shop systems write for oversold articles: none on hand.
    """
    words = plain_text(raw).casefold().replace("_", " ")
    if words in _IN_STOCK:
        return None
    if words in _OUT_OF_STOCK:
        return 0
    number = _number(raw)
    return None if number is None else max(0, int(_finite(number)))


def category_path(raw: object) -> tuple[str, ...]:
    """("Outdoor", "Tents") from "Outdoor > Tents" or a list; a part without letters, a code, is left out."""
    parts = [plain_text(part) for part in raw] if _is_list(raw) else plain_text(raw).split(">")
    cleaned = (part.strip() for part in parts)
    return tuple(part for part in cleaned if any(c.isalpha() for c in part))


def attribute_value(raw: object, *, yes: frozenset[str], no: frozenset[str]) -> AttributeValue | None:
    """The typed value of an attribute, or None if the cell states nothing.

    `yes` and `no` are the folded texts that mean true and false. A mapping {"value": 1.2, "unit": "kg"} is a
    quantity; any other mapping is kept as its JSON text, so that nothing is lost.
    """
    if raw is None or isinstance(raw, bool):
        return raw
    if isinstance(raw, int | float):
        try:
            return Quantity(_finite(raw)) if not (isinstance(raw, float) and math.isnan(raw)) else None
        except CellError:
            return str(raw)
    if _is_list(raw):
        return tuple(t for t in (_item_text(item) for item in raw) if t.casefold() not in _NOT_STATED) or None
    if isinstance(raw, Mapping):
        value, unit = raw.get("value"), raw.get("unit", "")
        if isinstance(value, int | float) and not isinstance(value, bool) and isinstance(unit, str):
            return Quantity(_finite(value), clean(unit))
        return _item_text(raw)
    text = plain_text(raw)
    key = text.casefold()
    if key in _NOT_STATED:
        return None
    if key in yes or key in no:
        return key in yes
    return quantity(text) or text


def quantity(text: str) -> Quantity | None:
    """The number and unit of "1.2 kg", "10000 mm", "-5 °C", "1,299", "4 persons"; None for any other text.

    After a space any word in small letters counts as a unit; without one only a known unit does. A comma
    before exactly three digits separates thousands, any other comma is a decimal one.
    """
    match = _QUANTITY.fullmatch(text)
    if match is None:
        return None
    number, space, unit = match.group(1), match.group(2), (match.group(3) or "").rstrip(".")
    known = unit in _UNIT_SYMBOLS
    counted = bool(space) and unit.islower() and 1 < len(unit) <= _LONGEST_UNIT and not _DIGIT.search(unit)
    if unit and not (known or counted):
        return None
    if not unit and len(number) > _LONGEST_AMOUNT:
        return None
    thousands = re.fullmatch(r"[+-]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?", number)
    value = float(number.replace(",", "" if thousands else "."))
    return Quantity(value, unit) if math.isfinite(value) else None


def _number(raw: object) -> float | None:
    if isinstance(raw, bool):
        raise CellError(f"{_shown(raw)} is not a number")
    if isinstance(raw, int | float):
        return _finite(raw)
    text = plain_text(raw)
    if text.casefold() in _NOT_STATED:
        return None
    read = quantity(text)
    if read is not None and not read.unit:
        return read.value
    try:
        return _finite(float(text))
    except ValueError as error:
        raise CellError(f"{_shown(text)} is not a number") from error


def _finite(number: float, *, at_least: float = -math.inf, at_most: float = math.inf) -> float:
    try:
        value = float(number)
    except OverflowError as error:
        raise CellError("the number is too large") from error
    if not math.isfinite(value):
        raise CellError(f"{value} is not a finite number")
    if value < at_least:
        raise CellError(f"{value:g} is negative" if at_least == 0 else f"{value:g} is below {at_least:g}")
    if value > at_most:
        raise CellError(f"{value:g} is above {at_most:g}")
    return value


def _is_list(raw: object) -> TypeGuard[Sequence[object]]:
    return isinstance(raw, Sequence) and not isinstance(raw, str | bytes)


def _item_text(item: object) -> str:
    return clean(json.dumps(item, ensure_ascii=False)) if isinstance(item, Mapping | list) else plain_text(item)


def _shown(raw: object) -> str:
    text = repr(raw)
    return text if len(text) <= 60 else text[:57] + "..."
