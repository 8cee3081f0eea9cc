"""Units as shops and shoppers write them, brought to one base so that "2 lb" and "900 g" compare.

Pint converts; this module only says which spellings mean which unit. Pint alone is too willing: it reads
"kilos" as kiloseconds, "MP" as megapoise and "px" as a length, so a spelling outside the table is a unit
of its own ("persons", "pages", "dB") that compares with itself alone.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from retrieval.text import fold

# pint's name -> the spellings, folded. Only units whose conversion a shopper would expect.
_SPELLINGS = {
    "kilogram": "kg kgs kilo kilos kilogram kilograms kilogramme kilogrammes",
    "gram": "g gr gram grams gramme grammes",
    "milligram": "mg",
    "pound": "lb lbs pound pounds",
    "ounce": "oz ounce ounces",
    "kilometer": "km",
    "meter": "m metre metres meter meters",
    "centimeter": "cm cms centimetre centimetres centimeter centimeters",
    "millimeter": "mm millimetre millimetres millimeter millimeters",
    "inch": 'in inch inches " ”',
    "foot": "ft foot feet",
    "liter": "l litre litres liter liters ltr",
    "milliliter": "ml millilitre millilitres milliliter milliliters",
    "gallon": "gallon gallons gal",
    "hour": "h hr hrs hour hours",
    "minute": "min mins minute minutes",
    "second": "s sec secs second seconds",
    "year": "year years yr yrs",
    "month": "month months",
    "week": "week weeks",
    "day": "day days",
    "watt": "w watt watts",
    "kilowatt": "kw",
    "watt * hour": "wh",
    "kilowatt * hour": "kwh",
    "milliampere * hour": "mah",
    "ampere * hour": "ah",
    "volt": "v volt volts",
    "ampere": "a amp amps",
    "kilohertz": "khz",
    "hertz": "hz",
    "megahertz": "mhz",
    "gigahertz": "ghz",
    "megabyte": "mb",
    "gigabyte": "gb gig gigs gigabyte gigabytes",
    "terabyte": "tb terabyte terabytes",
    "degC": "°c c celsius",
    "degF": "°f f fahrenheit",
    "newton * meter": "nm",
    "kilopascal": "kpa",
    "pascal": "pa",
    "bar": "bar",
    "psi": "psi",
    "meter ** 2": "m² m2 sqm",
    "centimeter ** 2": "cm² cm2",
}
_PINT_NAME = {fold(spelling): name for name, spellings in _SPELLINGS.items() for spelling in spellings.split()}

# Units outside pint's care that come in several spellings; the first one is the base.
_OWN = (
    ("persons", "person", "people", "p"),
    ("pieces", "piece", "pcs", "pc", "pack"),
    ("db", "decibel", "decibels", "db(a)", "dba"),
    ("lm", "lumen", "lumens"),
    ("%", "percent"),
    ("mp", "megapixel", "megapixels"),
    ("rpm",),
)
_OWN_BASE = {spelling: group[0] for group in _OWN for spelling in group}

_PRINTED = {
    **dict.fromkeys(_SPELLINGS["liter"].split(), "L"),
    "gb": "GB", "gig": "GB", "gigs": "GB", "tb": "TB", "mb": "MB", "mah": "mAh", "ah": "Ah", "w": "W", "kw": "kW",
    "wh": "Wh", "kwh": "kWh", "v": "V", "a": "A", "hz": "Hz", "khz": "kHz", "mhz": "MHz", "ghz": "GHz", "°c": "°C",
    "c": "°C", "celsius": "°C", "°f": "°F", "db": "dB", "dba": "dB", "decibels": "dB", "nm": "Nm",
    "kpa": "kPa", "mp": "MP",
}  # fmt: skip


@lru_cache(maxsize=1)
def _registry() -> Any:
    import pint  # imported late: building the registry takes half a second

    return pint.UnitRegistry(autoconvert_offset_to_baseunit=True)


@lru_cache(maxsize=4096)
def _scale(unit: str) -> tuple[float, float, str]:
    """(factor, offset, base): value * factor + offset is in `base`."""
    name = _PINT_NAME.get(fold(unit))
    if name is None:
        bare = fold(unit)
        return 1.0, 0.0, _OWN_BASE.get(bare, bare[:-1] if len(bare) > 3 and bare.endswith("s") else bare)
    registry = _registry()
    unit_of = registry.Unit(name)
    zero, one = (registry.Quantity(x, unit_of).to_base_units() for x in (0.0, 1.0))
    return one.magnitude - zero.magnitude, zero.magnitude, str(one.units)


def to_base(value: float, unit: str) -> tuple[float, str]:
    """The same amount in its base unit: (2.0, "lb") -> (0.907, "kilogram"); (4, "people") -> (4, "persons")."""
    factor, offset, base = _scale(unit)
    return value * factor + offset, base


def same_amount(a: float, a_unit: str, b: float, b_unit: str, *, tolerance: float = 0.005) -> bool:
    """Whether two amounts agree within `tolerance` (a share), as rounding in a text allows."""
    (left, left_base), (right, right_base) = to_base(a, a_unit), to_base(b, b_unit)
    if left_base == "kelvin":  # half a percent of a room's 293 K would be one and a half degrees
        left, right = left - 273.15, right - 273.15
    return left_base == right_base and abs(left - right) <= tolerance * max(abs(left), abs(right)) + 1e-9


def pretty(unit: str) -> str:
    """The unit as shops print it: "l" -> "L", "person" -> "persons", "gb" -> "GB"; others as they are."""
    bare = fold(unit)
    return _PRINTED.get(bare, _OWN_BASE.get(bare, unit))


def is_known(unit: str) -> bool:
    """Whether the spelling is one of the table's, so that a number before it may be read as an amount."""
    return fold(unit) in _PINT_NAME or fold(unit) in _OWN_BASE
