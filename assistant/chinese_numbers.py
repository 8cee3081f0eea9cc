"""Chinese numerals: 一千二 is 1,200, 两百五 is 250, 3万 is 30,000."""

from __future__ import annotations

import re

_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_POWERS = {"十": 10, "百": 100, "千": 1000, "万": 10_000}
NUMERALS = "".join(_DIGITS) + "".join(_POWERS) + "半"


def number_of(said: str) -> float | None:
    """The number that digits, numerals or both say; None for what says none ("零零", "百万千").

    A digit left over after a power stands for the next power down, as it is spoken: 一千二 is 1,200; after 零 it is
    what it is: 一千零二 is 1,002.
    """
    mixed = re.fullmatch(r"(\d+(?:[.,]\d+)*)([百千万]?)", said)
    if mixed:
        digits = mixed[1]
        digits = digits.replace(",", "") if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", digits) else digits
        try:
            return float(digits.replace(",", ".")) * _POWERS.get(mixed[2], 1)
        except ValueError:  # "1.2.3"
            return None
    if said == "半":
        return 0.5
    if not said or "半" in said:
        return None
    if not any(c in _POWERS for c in said):  # read out digit by digit: 二零二六
        return float("".join(str(_DIGITS[c]) for c in said)) if len(said) == 1 or len(said) > 2 else None
    return _with_powers(said)


def _with_powers(said: str) -> float | None:
    total, section, digit, last = 0, 0, None, 1
    for c in said:
        if c in _DIGITS:
            if digit not in (None, 0):
                return None  # two digits in a row beside a power: 二三百 is a guess, not a number
            digit = _DIGITS[c]
            last = 1 if digit == 0 else last
            continue
        power = _POWERS[c]
        if power == _POWERS["万"]:
            total, section = (total + section + (digit or 0)) * power, 0
        else:
            section += (1 if digit is None and power == 10 else digit or 0) * power
        digit, last = None, power
    if digit:
        section += digit * max(last // 10, 1)
    return float(total + section) or None
